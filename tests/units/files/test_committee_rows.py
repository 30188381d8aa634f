"""Committees by file: what the export writes comes back, new ones are founded, what is wrong is told by row."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.core import jobs
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import OPENED, make_committee, make_tree, make_user
from units import services
from units.enums import CommitteeAct, CommitteeKind, Role
from units.files import committee_rows
from units.models import Committee

pytestmark = pytest.mark.django_db
HEADS = ["Khoá đơn vị", "Loại Ban", "Dự họp trên (%)", "Tán thành trên (%)", "Căn cứ", "Từ ngày"]


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


def csv(rows, heads=HEADS) -> bytes:
    return writing.as_csv(heads, rows)


def read(rows, admin, heads=HEADS) -> committee_rows.CommitteeFile:
    return committee_rows.read(csv(rows, heads), "ban.csv", admin)


def test_a_file_founds_a_committee_at_each_commune_through_page_and_worker(client, admin, tree):
    client.force_login(admin)
    data = csv([[f"DV{one.pk}", "Ban Chỉ đạo 138", "50", "66 %", "QĐ 1", "01/02/2020"] for one in tree.communes])
    shown = client.post(reverse("units:committee_import"), {"file": SimpleUploadedFile("ban.csv", data)})
    page = client.get(shown.url).content.decode()
    assert tree.communes[0].name in page and not Committee.objects.exists()
    asked = client.post(shown.url, {"once": new_token()})
    jobs.run(Job.objects.get(kind="import_committees").pk)
    done = client.get(asked.url).content.decode()
    assert f"Đã lập {len(tree.communes)} Ban." in done
    made = Committee.objects.get(unit=tree.communes[0])
    assert (made.kind, made.approval_percent, made.valid_from) == (CommitteeKind.B138, 66, date(2020, 2, 1))
    assert made.events.get().by == admin


def test_an_export_comes_back_unchanged_and_an_empty_cell_keeps_what_is_stored(admin, tree):
    board = make_committee(tree.communes[0]).committee
    board.ground = "Quyết định số 3"
    board.save()
    rows = list(committee_rows.exported(Committee.objects.select_related("unit")))
    found = committee_rows.read(csv(rows, committee_rows.HEADINGS), "ban.csv", admin)
    assert (found.problems, [row.differs for row in found.rows.values()]) == ([], [False])
    heads = ["Khoá", *HEADS]
    found = read([[f"BCD{board.pk}", f"DV{board.unit_id}", "", "", "70", "", ""]], admin, heads)
    (row,) = found.rows.values()
    assert (found.problems, row.made.name, row.made.quorum_percent) == ([], board.name, 50)
    assert (row.made.approval_percent, row.made.ground, row.made.valid_from) == (70, "Quyết định số 3", OPENED)


def test_a_file_changes_a_name_with_its_event(admin, tree):
    board = make_committee(tree.communes[0]).committee
    board.ground = "Quyết định số 3"
    board.save()
    (line,) = committee_rows.exported(Committee.objects.select_related("unit"))
    line[committee_rows.HEADINGS.index("Tên Ban Chỉ đạo")] = "Ban tên mới"
    found = committee_rows.read(csv([line], committee_rows.HEADINGS), "ban.csv", admin)
    assert services.write_committees(found.rows.values(), by=admin) == (0, 1)
    board.refresh_from_db()
    assert (board.name, board.events.first().act) == ("Ban tên mới", CommitteeAct.CHANGE)


def test_every_fault_is_told_by_its_row_and_nothing_is_written(admin, tree):
    commune, elsewhere = tree.communes[0], make_tree("B").communes[0]
    good = ["Ban Chỉ đạo 138", "50", "50", "QĐ 1", "01/02/2020"]
    found = read(
        [
            [f"DV{elsewhere.pk}", *good],
            [f"DV{commune.pk}", "Ban gì đó", "50", "50", "QĐ 1", "01/02/2020"],
            [f"DV{commune.pk}", "Ban Chỉ đạo 138", "quá nửa", "50", "QĐ 1", "01/02/2020"],
            [f"DV{commune.pk}", "Ban Chỉ đạo 138", "50", "50", "", "32/02/2020"],
            [f"DV{commune.pk}", "Tiểu ban an ninh, trật tự", "50", "50", "QĐ 1", "01/02/2020"],
            [f"DV{commune.pk}", *good],
            [f"DV{commune.pk}", *good],
        ],
        admin,
    )
    told = {(problem.row, problem.sentence.split(".")[0]) for problem in found.problems}
    assert {row for row, _ in told} == {2, 3, 4, 5, 6, 8}
    assert list(found.rows) == [7]
    assert any("Trùng Ban với dòng 7" in sentence for _, sentence in told)


def test_a_committee_is_founded_again_under_the_name_of_one_that_has_ended(admin, tree):
    """And the export with both comes back unchanged."""
    place, rules = tree.communes[0], services.CommitteeRules(50, 50, ground="QĐ 1")
    old = services.found_committee(place, by=None, kind=CommitteeKind.B138, rules=rules, valid_from=OPENED)
    services.end_committee(old, by=None, on=date(2024, 12, 31), ground="QĐ 2")
    row = [f"DV{place.pk}", "Ban Chỉ đạo 138", "50", "50", "QĐ 3"]
    found = read([[*row, "01/01/2025"]], admin)
    assert (found.problems, len(found.new)) == ([], 1)
    services.write_committees(found.rows.values(), by=admin)
    assert [one.valid_from for one in place.committees.order_by("pk")] == [OPENED, date(2025, 1, 1)]
    rows = list(committee_rows.exported(place.committees.select_related("unit").order_by("pk")))
    again = committee_rows.read(csv(rows, committee_rows.HEADINGS), "ban.csv", admin)
    assert (again.problems, [row.differs for row in again.rows.values()]) == ([], [False, False])


def test_a_name_another_committee_bears_and_another_first_day_are_told_by_row(admin, tree):
    place, rules = tree.communes[0], services.CommitteeRules(50, 50)
    one, other = (
        services.found_committee(place, by=None, kind=CommitteeKind.B138, rules=rules, valid_from=OPENED, name=name)
        for name in ("Ban Một", "Ban Hai")
    )
    heads = ["Khoá", "Tên Ban Chỉ đạo", *HEADS]
    renamed = [f"BCD{one.pk}", "Ban Hai", f"DV{place.pk}", "", "", "", "QĐ 3", ""]
    (problem,) = read([renamed], admin, heads).problems
    assert (problem.row, problem.sentence) == (
        2,
        f"{place} đã có “Ban Hai” trong thời gian này. Hãy sửa Ban đã có.",
    )
    moved = [f"BCD{other.pk}", "", f"DV{place.pk}", "", "", "", "QĐ 3", "01/02/2021"]
    (problem,) = read([moved], admin, heads).problems
    assert (problem.row, problem.sentence) == (
        2,
        "Ban Hai hoạt động từ 01/01/2020; tệp không đổi được ngày đó.",
    )
