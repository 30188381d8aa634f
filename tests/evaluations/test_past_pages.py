"""A result of a past year found, typed, mended and taken away by page: what is kept, what is refused, who may."""

import html
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from criteria.models import Programme
from evaluations import services
from evaluations.enums import Origin, State
from evaluations.files import past_results
from evaluations.models import Cycle, Evaluation
from portal.core.errors import Refused
from portal.core.sheets import writing
from portal.core.web.once import new_token
from reports.datasets import ten_year_table
from units import reforms
from units.enums import ChangeAction, Role, UnitKind
from units.models import Change, Unit

from ..meanwhile import meanwhile
from ..units.factories import make_tree, make_user
from .factories import make_total, published_sets

pytestmark = pytest.mark.django_db
PAPER = {"result": "Đạt", "paper": "QĐ 15/QĐ-UBND", "paper_on": "20/11/2022", "source": "Báo cáo số 12/BC-BCĐ"}


@pytest.fixture
def tree():
    published_sets()
    return make_tree()


@pytest.fixture
def staff(client, tree):
    user = make_user(Role.STAFF, tree.province)
    client.force_login(user)
    return user


@pytest.fixture
def area(tree):
    return tree.areas[0]


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def add(client, area, **changes):
    safety = Programme.objects.get(code="safety").pk
    typed = {"programme": safety, "year": "2022", **PAPER, "once": new_token()} | changes
    return client.post(reverse("evaluations:past_add", args=[area.pk]), typed)


def cells_of(area, **changes) -> dict[str, str]:
    return PAPER | {"unit": f"DV{area.pk}", "year": "2022", "programme": "safety"} | changes


def seen(dossier) -> str:
    return str(dossier.events.latest("pk").pk)


def edit(client, dossier, **changes):
    typed = PAPER | {"reason": "Ghi nhầm", "once": new_token(), "seen": seen(dossier)} | changes
    return client.post(reverse("evaluations:past_edit", args=[dossier.pk]), typed)


def drop(client, dossier, reason="Nhầm đơn vị", **changes):
    address = reverse("evaluations:past_drop", args=[dossier.pk])
    return client.post(address, {"reason": reason, "once": new_token(), "seen": seen(dossier)} | changes)


def test_a_unit_is_found_without_tone_marks_and_its_result_kept(client, staff, area):
    found = said(client.get(reverse("evaluations:past_find"), {"q": "thon 1 (a1.1)"}))
    assert reverse("evaluations:past_add", args=[area.pk]) in found and "Thôn 2" not in found
    assert "Không có đơn vị nào" in said(client.get(reverse("evaluations:past_find"), {"q": "không có thật"}))
    answer = add(client, area, title="Khu dân cư tiêu biểu")
    assert answer.status_code == 302
    dossier = Evaluation.objects.get()
    assert (dossier.unit, dossier.cycle.year, dossier.state) == (area, 2022, State.RECOGNISED)
    assert (dossier.origin, dossier.paper, dossier.paper_on) == (Origin.HISTORY, PAPER["paper"], date(2022, 11, 20))
    assert (dossier.paper_title, dossier.taken_from) == ("Khu dân cư tiêu biểu", PAPER["source"])
    assert Cycle.objects.get().source == "Báo cáo số 12/BC-BCĐ (nhập lại)"
    page = said(client.get(answer.url))
    assert f"Đã ghi kết quả năm 2022 của {area}" in page and "20/11/2022" in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"year": "2007"}, "Hãy ghi một năm từ 2008"),
        ({"year": "9999"}, "Hãy ghi một năm từ 2008"),
        ({"grade": "Tốt"}, "Chương trình này không xếp loại; hãy để trống."),
        ({"paper_on": "20/11/2020"}, "ở trước năm 2022"),
        ({"source": ""}, "Nguồn"),
        ({"programme": "0"}, "Chương trình"),
    ],
)
def test_what_cannot_be_is_said_and_the_typed_stays(client, staff, area, changes, sentence):
    answer = add(client, area, **changes)
    assert answer.status_code == 422
    page = said(answer)
    assert sentence in page and PAPER["paper"] in page
    assert not Evaluation.objects.exists() and not Cycle.objects.exists()


def test_a_result_that_puts_a_total_aside_is_asked_about_first(client, staff, area, tree):
    """The page names the total with its figures; only who says yes writes, and the table of years goes on telling."""
    make_total(tree.districts[0], 2022)
    make_total(tree.districts[1], 2022)  # elsewhere
    make_total(tree.districts[0], 2022, kind=UnitKind.SCHOOL)
    answer = add(client, area)
    page = said(answer)
    assert answer.status_code == 422 and not Evaluation.objects.exists()
    assert "Huyện A1, khu dân cư năm 2022: tổng số 12, đăng ký 10, đạt 9; nguồn: Báo cáo số 1." in page
    assert "Huyện A2" not in page and "trường học" not in page and PAPER["paper"] in page
    assert 'name="over_total"' in page
    assert add(client, area, over_total="on").status_code == 302
    table = ten_year_table(tree.districts[0], programmes=["safety"])
    assert [(row.counts.roster, row.counts.recognised) for row in table.rows] == [(13, 10)]  # the school's total and it
    assert "không lấy số tổng nhập lại từ văn bản: khu dân cư năm 2022 (nguồn: Báo cáo số 1)." in table.totals_note
    assert add(client, tree.areas[1]).status_code == 302  # the total was put aside before: nothing is asked again


def test_a_result_that_comes_back_asks_about_the_total_entered_since(client, staff, area, tree):
    add(client, area)
    dossier = Evaluation.objects.get()
    drop(client, dossier)
    make_total(tree.districts[0], 2022)
    assert "Đang có số tổng nhập lại: Huyện A1" in said(edit(client, dossier))
    assert edit(client, dossier, over_total="on").status_code == 302


def test_a_file_that_puts_totals_aside_says_so_before_it_is_written(client, staff, area, tree):
    make_total(tree.districts[0], 2022)
    heads = [past_results.COLUMNS[name] for name in cells_of(area)]
    data = writing.as_csv(heads, [list(cells_of(area).values())])
    shown = client.post(reverse("evaluations:past_import"), {"file": SimpleUploadedFile("kq.csv", data)})
    page = said(client.get(shown.url))
    assert "1 số tổng không được tính nữa" in page and "Huyện A1, khu dân cư năm 2022: tổng số 12" in page


def test_one_unit_has_one_result_a_year(client, staff, area):
    assert add(client, area).status_code == 302
    answer = add(client, area, result="Không đạt")
    assert answer.status_code == 422 and "Hãy sửa kết quả ấy ở bảng bên dưới" in said(answer)
    assert Evaluation.objects.get().state == State.RECOGNISED


def test_a_correction_says_why_and_leaves_what_was(client, staff, area):
    add(client, area)
    dossier = Evaluation.objects.get()
    assert "không có gì để sửa" in said(edit(client, dossier))
    assert "Hãy ghi rõ lý do sửa" in said(edit(client, dossier, result="Không đạt", reason=""))
    assert dossier.events.count() == 1
    assert edit(client, dossier, result="Không đạt", paper="QĐ 9/QĐ-UBND").status_code == 302
    dossier.refresh_from_db()
    assert (dossier.state, dossier.paper) == (State.DECLINED, "QĐ 9/QĐ-UBND")
    event = dossier.events.latest("pk")
    assert (event.by, "QĐ 15/QĐ-UBND ngày 20/11/2022" in event.comment, "Ghi nhầm" in event.comment) == (
        staff,
        True,
        True,
    )
    assert event.comment in said(client.get(reverse("evaluations:past_edit", args=[dossier.pk])))
    detail = said(client.get(reverse("evaluations:detail", args=[dossier.pk])))
    assert reverse("evaluations:past_edit", args=[dossier.pk]) in detail


def test_a_result_taken_away_may_be_entered_again(client, staff, area):
    add(client, area)
    dossier = Evaluation.objects.get()
    assert "Hãy ghi rõ lý do bỏ kết quả" in said(drop(client, dossier, reason=""))
    away = drop(client, dossier)
    assert "Chưa có kết quả năm trước nào" in said(client.get(away.url))
    assert "đã được bỏ" in said(drop(client, dossier))
    assert add(client, area, result="Không đạt").status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == State.DECLINED and Evaluation.objects.count() == 1


def test_only_the_province_types_and_only_results_from_papers_are_mended(client, staff, area, tree):
    add(client, area)
    dossier = Evaluation.objects.get()
    addresses = [
        reverse("evaluations:past_find"),
        reverse("evaluations:past_add", args=[area.pk]),
        reverse("evaluations:past_edit", args=[dossier.pk]),
    ]
    assert {client.get(one).status_code for one in addresses} == {200}
    Evaluation.objects.update(origin=Origin.WORKED)
    assert client.get(addresses[2]).status_code == 404 == drop(client, dossier).status_code
    Evaluation.objects.update(origin=Origin.HISTORY)
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert {client.get(one).status_code for one in addresses} == {404}
    assert drop(client, dossier).status_code == 404 and dossier.state == State.RECOGNISED


def test_who_corrects_from_an_old_page_is_told(client, staff, area):
    add(client, area)
    dossier = Evaluation.objects.get()
    old = seen(dossier)
    assert drop(client, dossier).status_code == 302
    for answer in (edit(client, dossier, result="Không đạt", seen=old), drop(client, dossier, seen=old)):
        assert answer.status_code == 422 and "vừa được người khác sửa" in said(answer)
    dossier.refresh_from_db()
    assert dossier.state == State.EXCLUDED and dossier.events.count() == 2


def test_a_result_changed_between_reading_and_writing_is_not_overwritten(staff, area, client):
    add(client, area)
    first = past_results.read_row(cells_of(area, paper="QĐ 1/QĐ-UBND"), area.province)
    second = past_results.read_row(cells_of(area, paper="QĐ 2/QĐ-UBND"), area.province)
    services.record_past([first], area.province, by=staff, reason="Một")
    with pytest.raises(Refused, match="vừa được người khác sửa"):
        services.record_past([second], area.province, by=staff, reason="Hai")
    assert Evaluation.objects.get().paper == "QĐ 1/QĐ-UBND"


def test_a_unit_cites_its_own_paper_and_the_year_counts_what_stands(client, staff, area, tree):
    add(client, area)
    add(client, tree.areas[1], paper="QĐ 77/QĐ-UBND", source="Sổ theo dõi của xã")
    page = said(client.get(reverse("units:detail", args=[tree.areas[1].pk])))
    assert "QĐ 77/QĐ-UBND ngày 20/11/2022" in page and "Sổ theo dõi của xã (nhập lại)" in page
    assert PAPER["paper"] not in page and PAPER["source"] not in page
    assert client.get(reverse("evaluations:cycle_list")).context["page"].object_list[0].roster == 2
    drop(client, Evaluation.objects.get(unit=area))
    assert client.get(reverse("evaluations:cycle_list")).context["page"].object_list[0].roster == 1


@pytest.mark.parametrize("send", [edit, drop], ids=lambda send: send.__name__)
def test_a_result_corrected_after_the_page_was_found_fresh_is_not_written_over(client, staff, tree, area, send):
    """The log is looked at for the page's age; what comes after that look, and before the write, is told too."""
    add(client, area)
    dossier, post = Evaluation.objects.get(), {"result": "Không đạt"} if send is edit else {}
    corrected = past_results.read_row(cells_of(area, source="Báo cáo của người khác"), tree.province)

    def correct():
        services.record_past([corrected], tree.province, by=staff, reason="Người khác sửa.")

    post |= {"seen": seen(dossier), "once": ""}  # a refused post with a token takes back what is done within it
    with meanwhile('"evaluations_event"."id" AS "pk" FROM', correct) as came:  # not the look of the test's own
        answer = send(client, dossier, **post)
    assert len(came) == 1 and answer.status_code == 422
    assert "vừa được người khác sửa" in said(answer)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.taken_from) == (State.RECOGNISED, "Báo cáo của người khác")
    assert send(client, dossier, **post | {"seen": seen(dossier)}).status_code == 302


# --- after a reorganisation ----------------------------------------------------------------------------------------
def reorganised(tree, action, unit) -> Unit:
    """The unit goes into another province, or under it, on 1/7/2025: that province."""
    other = make_tree("B").province
    Unit.objects.filter(pk=other.pk).update(code="97")
    both = [tree.province, other]
    head = {"number": "202/2025/QH15", "title": "Sắp xếp", "issuer": "Quốc hội", "effective_on": date(2025, 7, 1)}
    plan = reforms.new_reform(**head, provinces=both, by=None)
    reforms.write_changes(plan, [Change(action=action, unit=unit, to_unit=other)], by=None)
    reforms.apply(plan, by=None)
    return other


@pytest.mark.parametrize("send", [edit, drop], ids=lambda send: send.__name__)
def test_a_result_of_a_province_that_went_into_another_is_mended_by_the_heir(client, staff, tree, area, send):
    add(client, area)
    heir = make_user(Role.STAFF, reorganised(tree, ChangeAction.MERGE, tree.province))
    client.force_login(heir)
    dossier = Evaluation.objects.get()
    answer = send(client, dossier, **({"result": "Không đạt"} if send is edit else {}))
    assert answer.status_code == 302, said(answer)
    dossier.refresh_from_db()
    assert dossier.state == (State.DECLINED if send is edit else State.EXCLUDED)
    assert dossier.events.latest("pk").by == heir
    assert dossier.cycle.province == tree.province and Cycle.objects.count() == 1


def test_the_province_that_entered_a_result_mends_it_when_the_unit_went_over_to_another(client, staff, tree, area):
    """The new province is told to ask it (test_past_results): so it must be able to."""
    add(client, area)
    reorganised(tree, ChangeAction.TRANSFER, tree.communes[0])
    dossier = Evaluation.objects.get()
    answer = edit(client, dossier, result="Không đạt")
    assert answer.status_code == 302, said(answer)
    dossier.refresh_from_db()
    assert dossier.state == State.DECLINED
