"""The start page counts what is there and names what is next, for a province that has nothing and for one at work."""

import re

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from criteria.models import Programme
from evaluations.queries.first_steps import first_steps
from evaluations.services import open_cycle
from portal.core.errors import Refused
from tests.evaluations.factories import make_total, published_sets
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.reforming import the_reform
from units import reforms
from units.enums import Role, Subtype, UnitKind
from units.models import Unit
from units.services import NewUnit, place_units

pytestmark = pytest.mark.django_db


def steps(province) -> dict:
    return {step.title: step for step in first_steps(province, timezone.localdate())}


def test_a_new_province_is_led_from_step_to_step(client):
    call_command("load_province", "15")
    province = Unit.objects.get(kind=UnitKind.PROVINCE)
    client.force_login(make_user(Role.ADMIN, province))
    page = " ".join(client.get(reverse("evaluations:start")).content.decode().split())
    communes = Unit.objects.filter(kind=UnitKind.COMMUNE).count()
    assert f"{communes} xã, phường chưa có khu dân cư nào." in page
    assert f"{communes} xã, phường chưa có cán bộ nhập liệu." in page
    assert f"{communes + 1} đơn vị chưa có Ban" in page
    assert "Chưa có Ban nào để ghi thành viên" in page
    assert "Chưa mở kỳ nào" in page
    assert page.index("Việc tiếp theo") < page.index(reverse("units:import"))


def test_a_step_is_done_when_nothing_is_missing():
    tree = make_tree()
    province = tree.province
    before = steps(province)["Ban Chỉ đạo"]
    assert not before.is_done
    for unit in (province, *tree.districts, *tree.communes):
        make_committee(unit)
        make_user(Role.OFFICER, unit)
    after = steps(province)
    assert after["Ban Chỉ đạo"].is_done and after["Thành viên Ban Chỉ đạo"].is_done and after["Tài khoản"].is_done


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STAFF])
def test_every_link_of_the_page_opens_for_its_reader(client, role):
    tree = make_tree()
    client.force_login(make_user(role, tree.province))
    page = client.get(reverse("evaluations:start")).content.decode()
    links = re.findall(r'href="(/[^"]+)"', page[page.index("<table") : page.index("</table")])
    assert len(links) >= 4 and {client.get(link).status_code for link in links} == {200}
    assert ("Quản trị của tỉnh làm" in page) == (role == Role.STAFF)


def test_totals_alone_are_past_years_too():
    published_sets()
    tree = make_tree()
    assert not steps(tree.province)["Kết quả các năm trước"].is_done
    make_total(tree.communes[0])
    after = steps(tree.province)["Kết quả các năm trước"]
    assert after.is_done and after.there == "0 kỳ nhập từ tài liệu; 1 số tổng"


def test_the_statements_do_not_grow_with_units_or_programmes():
    tree = make_tree()

    def counted() -> int:
        with CaptureQueriesContext(connection) as queries:
            first_steps(tree.province, timezone.localdate())
        return len(queries)

    few = counted()
    rows = [
        NewUnit(kind=UnitKind.COMMUNE, subtype=Subtype.COMMUNE, name=f"Xã {number}", parent=tree.districts[0])
        for number in range(30)
    ]
    place_units(rows, on=timezone.localdate())
    for number in range(8):
        Programme.objects.create(code=f"them-{number}", name=f"Chương trình {number}", title="Đạt")
    published_sets()
    assert counted() == few


def test_the_page_is_for_those_who_run_the_province(client):
    tree = make_tree()
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(reverse("evaluations:start")).status_code == 404


def test_a_merger_is_a_step_before_committees_where_the_tree_is_of_before_it():
    tree = make_tree()
    titles = list(steps(tree.province))
    assert titles.index("Sắp xếp đơn vị hành chính") < titles.index("Ban Chỉ đạo")
    assert "còn cấp huyện" in steps(tree.province)["Sắp xếp đơn vị hành chính"].lack
    made = the_reform(tree)
    step = steps(tree.province)["Sắp xếp đơn vị hành chính"]
    assert step.there == "0 phương án đã áp dụng, 1 bản thảo" and "1 phương án chưa áp dụng" in step.lack
    reforms.apply(made, by=None)
    step = steps(tree.province)["Sắp xếp đơn vị hành chính"]
    assert step.is_done and step.there == "1 phương án đã áp dụng, 0 bản thảo"


def test_a_province_of_today_has_no_merger_to_do():
    call_command("load_province", "15")
    assert "Sắp xếp đơn vị hành chính" not in steps(Unit.objects.get(kind=UnitKind.PROVINCE))


@pytest.mark.parametrize(("role", "told"), [(Role.ADMIN, 1), (Role.STAFF, 0)])
def test_an_administrator_without_a_merger_step_is_told_where_one_is_carried_out(client, role, told):
    call_command("load_province", "15")
    client.force_login(make_user(role, Unit.objects.get(kind=UnitKind.PROVINCE)))
    page = client.get(reverse("evaluations:start")).content.decode().split("<main")[1]
    line = f'làm ở <a href="{reverse("units:reform_list")}">Sắp xếp đơn vị</a>'
    assert " ".join(page.split()).count(line) == told


def test_the_merger_is_named_once_where_it_is_a_step(client):
    client.force_login(make_user(Role.ADMIN, make_tree().province))
    page = client.get(reverse("evaluations:start")).content.decode().split("<main")[1]
    assert "Các phương án sắp xếp" in page and "phải sáp nhập, chia tách, đổi tên theo nghị quyết" not in page


def test_a_cell_of_the_steps_names_its_column_where_the_head_is_not_seen(client):
    """On a telephone the rows stand one under the other, without the table's head."""
    client.force_login(make_user(Role.ADMIN, make_tree().province))
    page = client.get(reverse("evaluations:start")).content.decode()
    assert 'class="table table--stacked"' in page
    steps_told = page.count('data-label="Việc số"')
    assert page.count('data-label="Đang có"') == page.count('data-label="Còn thiếu"') == steps_told > 5


def test_an_administrator_of_two_provinces_chooses_which_one_is_counted(client):
    trees = [make_tree("A"), make_tree("B")]
    user = make_user(Role.ADMIN, trees[0].province)
    client.force_login(user)
    assert "Chuyển tỉnh" not in client.get(reverse("evaluations:start")).content.decode()
    user.placements.create(unit=trees[1].province, role=Role.ADMIN, valid_from=timezone.localdate())
    here = reverse("evaluations:start")
    assert "Chuyển tỉnh" in client.get(here).content.decode()
    chosen = {"province": trees[1].province.pk, "next": here}
    page = client.post(reverse("units:province_at_hand"), chosen, follow=True)
    assert page.context["province"] == trees[1].province and "Tỉnh B: đã xong" in page.content.decode()


def test_the_pages_before_an_opening_say_what_the_opening_says(client):
    """A tree of before 7/2025 in a year after it: its districts have no route any more."""
    published_sets()
    tree = make_tree()
    client.force_login(make_user(Role.ADMIN, tree.province))
    safety, today = Programme.objects.get(code="safety"), timezone.localdate()

    def told() -> tuple[str, str, str]:
        try:
            with transaction.atomic():
                open_cycle(safety, tree.province, today.year, as_of=today, by=None)
            opening = ""
        except Refused as refusal:
            opening = refusal.sentence
        page = client.get(reverse("criteria:programmes")).content.decode().split(f"<h2>{safety.name}</h2>")[1]
        return opening, page.split("</section>")[0], steps(tree.province)[f"Bộ tiêu chí năm {today.year}"].lack

    opening, programmes, start = told()
    assert "Chưa có tuyến xét duyệt cho 5 đơn vị" in opening
    assert "Chưa có tuyến xét duyệt cho 5 trong " in programmes and "Mở kỳ được" not in programmes
    assert "Chưa có tuyến xét duyệt cho 5 trong " in start
    reforms.apply(the_reform(tree), by=None)
    opening, programmes, start = told()
    assert not opening and not start and "Mở kỳ được" in programmes and "Chưa mở kỳ được" not in programmes


def test_what_no_programme_needs_is_told_as_not_needed():
    published_sets()
    tree = make_tree()
    Programme.objects.create(code="them", name="Chương trình thêm", title="Đạt")
    step = steps(tree.province)[f"Bộ tiêu chí năm {timezone.localdate().year}"]
    assert not step.is_done and "không bắt buộc" not in step.there
    reforms.apply(the_reform(tree), by=None)
    step = steps(tree.province)[f"Bộ tiêu chí năm {timezone.localdate().year}"]
    assert step.is_done and "chưa có bộ tiêu chí, không bắt buộc: " in step.there and "Chương trình thêm" in step.there


def test_a_year_to_open_names_the_programmes_without_a_set(client):
    published_sets()
    Programme.objects.create(code="them", name="Chương trình thêm", title="Đạt")
    client.force_login(make_user(Role.ADMIN, make_tree().province))
    page = client.get(reverse("evaluations:cycle_open")).content.decode()
    safety = Programme.objects.get(code="safety").name
    assert "Chương trình thêm (chưa ban hành bộ tiêu chí)" in page
    assert safety in page and f"{safety} (chưa" not in page
