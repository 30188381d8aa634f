"""A unit with where it lies, as pickers name it: an ended one as it was, none as part of itself."""

import html
from datetime import date

import pytest
from django.urls import reverse

from evaluations.models import Evaluation
from units import reforms
from units.enums import Role
from units.forms import CommitteeForm
from units.models import Unit
from units.queries import placed

from ..evaluations.factories import open_year
from .factories import make_tree, make_user
from .reforming import draft, line, the_reform

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    return make_tree()


def with_places():
    return Unit.objects.select_related("province", "district", "commune")


def named(*units) -> list[str]:
    found = placed(with_places().filter(pk__in=[unit.pk for unit in units]))
    return [found[unit.pk] for unit in units]


def test_a_unit_is_named_with_what_lies_above_it_and_never_with_itself(tree):
    units = (tree.areas[0], tree.communes[0], tree.districts[0], tree.province)
    assert named(*units) == [
        "Thôn 1 (A1.1) (xã A1.1, huyện A1, tỉnh A)",
        "Xã A1.1 (huyện A1, tỉnh A)",
        "Huyện A1 (tỉnh A)",
        "Tỉnh A",
    ]


def test_an_ended_unit_is_named_as_it_was_when_it_ended(tree):
    commune, district = tree.communes[0], tree.districts[0]
    reforms.apply(the_reform(tree), by=None)
    assert with_places().get(pk=commune.pk).commune.name == "Phường Mới"  # the heir, which the label must not say
    assert named(commune, district) == ["Xã A1.1 (huyện A1, tỉnh A)", "Huyện A1 (tỉnh A)"]


def test_what_is_above_an_ended_unit_bears_its_name_of_that_day(tree):
    reforms.apply(draft(tree, line("merge", tree.communes[0], to_unit=tree.communes[1])), by=None)
    later = draft(tree, line("rename", tree.districts[0], name="Huyện Tên Mới"), day=date(2026, 1, 1))
    reforms.apply(later, by=None)
    assert named(tree.communes[0], tree.communes[1]) == [
        "Xã A1.1 (huyện A1, tỉnh A)",
        "Xã A1.2 (huyện Tên Mới, tỉnh A)",
    ]


def test_naming_many_ended_units_asks_two_queries(tree, django_assert_num_queries):
    reforms.apply(the_reform(tree), by=None)
    ended = list(with_places().filter(closed_on__isnull=False))
    assert len(ended) > 3
    with django_assert_num_queries(2):
        placed(ended)
    with django_assert_num_queries(2):
        placed(ended[:1])


@pytest.mark.parametrize("page", ["past_find", "past_totals_find"])
def test_the_pickers_of_past_years_name_an_ended_commune_as_it_was(client, tree, page):
    client.force_login(make_user(Role.STAFF, tree.province))
    reforms.apply(the_reform(tree), by=None)
    for words, label in (("A1.1", "Xã A1.1 (huyện A1, tỉnh A)"), ("Phường Mới", "Phường Mới (tỉnh A)")):
        said = html.unescape(client.get(reverse(f"evaluations:{page}"), {"q": words}).content.decode())
        assert f">{label}</a>" in said


def test_the_form_of_a_committee_names_an_ended_commune_as_it_was(tree):
    reforms.apply(the_reform(tree), by=None)
    form = CommitteeForm(by=make_user(Role.ADMIN, tree.province))
    labels = [label for _, label in form.fields["unit"].choices]
    tree.communes[0].refresh_from_db()
    until = f"{tree.communes[0].closed_on:%d/%m/%Y}"  # told beside the name, so that it is not taken for one of today
    assert f"Xã A1.1 (huyện A1, tỉnh A), đến {until}" in labels and "Phường Mới (tỉnh A)" in labels


def test_the_form_of_a_committee_asks_nothing_for_each_place(tree, django_assert_num_queries):
    """The labels are made of the rows themselves while none has ended."""
    form = CommitteeForm(by=make_user(Role.ADMIN, tree.province))
    places = list(form.fields["unit"].queryset)
    assert len(places) == 7
    with django_assert_num_queries(0):
        labels = [form.fields["unit"].label_from_instance(place) for place in places]
    assert "Xã A2.2 (huyện A2, tỉnh A)" in labels


def test_a_dossier_of_a_level_is_not_its_own_part(tree):
    open_year(tree)
    dossier = Evaluation.objects.get(unit=tree.communes[0])
    assert (dossier.commune_above, dossier.district_above) == (None, tree.districts[0])
    assert Unit.objects.get(pk=tree.districts[0].pk).district_above is None
