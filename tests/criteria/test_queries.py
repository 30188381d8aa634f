"""Criteria as plain values."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from criteria.enums import SetStatus
from criteria.judging.values import CriterionSpec
from criteria.judging.verdicts import judge
from criteria.models import CriteriaSet, Grade, LegalDocument, Programme
from criteria.queries import (
    criteria_of,
    drafts_beside,
    grade_names,
    programmes_of,
    rule_of,
    sets_by_programme,
    sets_for,
    specs_of,
    standings,
)
from criteria.services import publish
from evaluations.forms import CycleForm
from tests.units.factories import make_province, make_user
from units.enums import Role
from units.models import Unit, UnitVersion


def test_criteria_come_in_order(draft, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [row.code for row in criteria_of(draft)] == ["G", "A", "B", "C"]


def test_criteria_as_plain_values(draft):
    assert specs_of(draft)[2:] == (
        CriterionSpec(
            code="B",
            number="1.2",
            label="Việc B",
            article="TT 1/2030, Điều 1.2",
            measure="event",
            excuses=(("force_majeure", "bất khả kháng", "BKK"),),
        ),
        CriterionSpec(
            code="C",
            number="2",
            label="Tỷ lệ C",
            article="TT 1/2030, Điều 2",
            measure="percent",
            comparison="at_least",
            threshold=Decimal("70.00"),
            numerator_label="hộ đạt",
            denominator_label="hộ",
        ),
    )


@pytest.mark.parametrize(("confidence", "said"), [("I", "Điều 1; suy ra, cần xác nhận"), ("T", "Điều 1")])
def test_inferred_law_is_cited_as_such(draft, confidence, said):
    """Whatever is judged, and whatever sentence comes of it, carries how its clause was read."""
    draft.criteria.filter(code="B").update(article="Điều 1", confidence=confidence)
    line = specs_of(draft)[2]
    assert line.article == said
    assert judge([line], {}).missing[0].sentence.endswith(f"({said}).")
    Grade.objects.create(criteria_set=draft, rank=1, label="Tốt", article="Điều 1", confidence=confidence)
    assert [one.article for one in rule_of(draft).grades] == [said]


def test_a_published_set_is_read_once(draft, django_assert_num_queries):
    published = publish(draft)
    first = specs_of(published)
    with django_assert_num_queries(0):
        assert specs_of(published) is first


def test_a_reused_province_code_brings_no_old_set(draft):
    """Code 24 was Bắc Giang's and is Bắc Ninh's by law: each has the sets written while it bore the code."""
    old = make_province("Bắc Giang", "24", on=date(2000, 1, 1))
    new = make_province("Bắc Ninh", "27", on=date(2000, 1, 1))
    last = date(2025, 6, 30)
    for unit in (old, new):
        unit.versions.update(valid_to=last)
    UnitVersion.objects.create(
        unit=new,
        kind="province",
        name="Bắc Ninh",
        subtype="province",
        code="24",
        province=new,
        valid_from=date(2025, 7, 1),
    )
    Unit.objects.filter(pk=new.pk).update(code="24")
    new.refresh_from_db()
    there = CriteriaSet.objects.filter(pk=draft.pk)
    law = there.get().document
    for issued_on, year, code, owner in (
        (date(2020, 5, 1), 2020, "24", old),
        (date(2020, 5, 1), 2020, "27", new),
        (date(2025, 6, 30), 2020, "24", old),
        (date(2025, 7, 1), 2020, "24", new),
        (date(2026, 1, 1), 2020, "24", new),
        (None, 2024, "24", old),  # the last day of the set's first year then
        (None, 2025, "24", new),
        (date(1999, 1, 1), 2020, "24", old),
    ):
        LegalDocument.objects.filter(pk=law.pk).update(issued_on=issued_on)
        there.update(province_code=code, first_year=year)
        assert [there.for_province(one).exists() for one in (old, new)] == [owner is old, owner is new]
        assert there.for_provinces([old, new]).exists() and not there.for_provinces([]).exists()
    there.update(province_code="")
    assert there.for_province(old).exists() and there.for_province(new).exists()


def test_a_code_nobody_ever_bore_is_of_who_has_it_today(draft):
    """A province typed in without its history."""
    province = make_province("Tỉnh A", "91")
    UnitVersion.objects.filter(unit=province).update(code="")
    there = CriteriaSet.objects.filter(pk=draft.pk)
    there.update(province_code="91")
    assert there.for_province(province).exists()
    assert not there.for_province(make_province("Tỉnh B", "92")).exists()


def test_programmes_of_a_province_are_asked_at_once(draft):
    """One programme or many: how each stands, which drafts lie beside, which set judges in each."""
    province, year = make_province("Tỉnh A", "91"), draft.first_year
    law = {"document": draft.document, "unit_kinds": ["school"], "first_year": year}

    def asked() -> tuple[int, int]:
        counts = []
        for ask in (standings, drafts_beside):
            with CaptureQueriesContext(connection) as captured:
                assert ask(province, year)
            counts.append(len(captured))
        return tuple(counts)

    def add(code: str) -> None:
        programme = Programme.objects.create(code=code, name=f"Chương trình {code}", title="Đạt")
        made = [CriteriaSet.objects.create(code=f"{code}-{n}", name=code, programme=programme, **law) for n in (1, 2)]
        CriteriaSet.objects.filter(pk=made[0].pk).update(status=SetStatus.PUBLISHED, sha256=code)

    add("mot")
    few = asked()
    for number in range(12):
        add(f"them-{number}")
    assert asked() == few
    found = sets_by_programme(CriteriaSet.objects.for_province(province), year)
    assert {pk: found.get(pk, []) for pk in Programme.objects.values_list("pk", flat=True)} == {
        one.pk: sets_for(one, year, province) for one in Programme.objects.all()
    }
    assert len(found) == 13


def test_a_draft_is_read_each_time(draft):
    specs_of(draft)
    draft.criteria.filter(code="A").update(label="Việc khác")
    assert specs_of(draft)[1].label == "Việc khác"


@pytest.mark.parametrize(("code", "count"), [("TT124-KDC", 21), ("TT23-CQDN", 0)])
def test_every_shipped_set_can_be_asked(sets, code, count):
    assert len(specs_of(sets[code])) == count


def test_a_province_is_offered_no_programme_of_another(draft):
    """The whole country's, its own, one nobody has a set of yet; and after a merger those of who was taken over."""
    mine, other = make_province("Tỉnh A", "91"), make_province("Tỉnh B", "92")
    for code, owner in (("rieng-a", mine), ("rieng-b", other)):
        programme = Programme.objects.create(code=code, name=f"Chương trình {code}", title="Đạt")
        CriteriaSet.objects.create(
            code=code,
            name=code,
            programme=programme,
            document=draft.document,
            unit_kinds=["school"],
            first_year=2024,
            province_code=owner.code,
        )
    Programme.objects.create(code="moi", name="Chương trình mới", title="Đạt")
    national = draft.programme.code
    assert draft.province_code == ""
    asked = [set(programmes_of([one]).values_list("code", flat=True)) for one in (mine, other)]
    assert asked == [{national, "rieng-a", "moi"}, {national, "rieng-b", "moi"}]
    assert programmes_of([mine, other]).count() == 4
    offered = CycleForm(scopes=[mine]).fields["programme"].queryset
    assert set(offered.values_list("code", flat=True)) == {national, "rieng-a", "moi"}
    Unit.objects.filter(pk=other.pk).update(province=mine)  # as a merger leaves the one that ended
    assert "rieng-b" in programmes_of([mine]).values_list("code", flat=True)


def test_names_of_grades_are_of_the_law_and_of_the_own_province(draft, django_assert_num_queries):
    own, other = make_province("Tỉnh Một", code="90"), make_province("Tỉnh Hai", code="91")
    Grade.objects.all().delete()
    for rank, (label, code) in enumerate((("Của luật", ""), ("Của tỉnh Một", "90"), ("Của luật", "90")), 1):
        of_set = CriteriaSet.objects.create(
            code=f"HANG-{rank}", document=draft.document, programme=draft.programme, unit_kinds=[], name=label,
            first_year=2024, province_code=code,
        )  # fmt: skip
        Grade.objects.create(criteria_set=of_set, rank=rank, label=label)
    people = {place: make_user(Role.OFFICER, place) for place in (own, other)}
    with django_assert_num_queries(3):  # the person's places, the names, and whose the province's set is
        assert grade_names(people[own]) == ["Của luật", "Của tỉnh Một"]
    with django_assert_num_queries(2):
        assert grade_names(people[other]) == ["Của luật"]


@pytest.mark.parametrize(
    ("judging", "waiting", "told"), [("91", "", False), ("91", "91", True), ("", "", True), ("", "91", True)]
)
def test_a_draft_of_the_whole_country_is_beside_no_set_of_the_provinces_own(draft, judging, waiting, told):
    """The nearest set judges: the law's draft could not take its units over. With its control: the province's own
    draft could, and so could the law's where the law's set judges."""
    province = make_province("Tỉnh A", "91")
    of = {"programme": draft.programme, "document": draft.document, "unit_kinds": draft.unit_kinds}
    of |= {"first_year": draft.first_year, "province_code": waiting}
    other = CriteriaSet.objects.create(code="THU-2", version=1, name="Bộ thử 2", **of)
    CriteriaSet.objects.filter(pk=draft.pk).update(status=SetStatus.PUBLISHED, province_code=judging)
    assert [one.drafts for one in drafts_beside(province, draft.first_year)] == ([[other]] if told else [])
