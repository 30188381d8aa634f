"""Who administers two provinces, as before a merger: years opened and past years entered are of the one chosen."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

import reports.forms
from criteria.models import Programme
from evaluations.models import Cycle
from portal.core import jobs
from portal.core.models import Job
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.evaluations.factories import published_sets
from tests.units.factories import OPENED, make_tree, make_user
from units.enums import Role
from units.models import Placement

pytestmark = pytest.mark.django_db
HEADS = ["Khoá đơn vị", "Năm", "Chương trình", "Kết quả", "Quyết định, văn bản", "Nguồn"]


@pytest.fixture
def trees():
    published_sets()
    return make_tree("A"), make_tree("B")


@pytest.fixture
def admin(client, trees):
    first, second = trees
    user = make_user(Role.ADMIN, first.province)
    Placement.objects.create(user=user, unit=second.province, role=Role.ADMIN, valid_from=OPENED)
    client.force_login(user)
    return user


def sent(tree) -> SimpleUploadedFile:
    row = [f"DV{tree.areas[0].pk}", "2022", "safety", "Đạt", "QĐ 5/QĐ-UBND", "Báo cáo số 12/BC-BCĐ"]
    return SimpleUploadedFile("kq.csv", writing.as_csv(HEADS, [row]))


def opened(client, scope) -> None:
    day = {"year": 2024, "as_of": f"{date(2024, 6, 30):%d/%m/%Y}", "programme": Programme.objects.get(code="safety").pk}
    response = client.post(reverse("evaluations:cycle_open"), {**day, "scope": scope.pk, "once": new_token()})
    assert response.status_code == 302


def test_the_year_of_either_province_is_opened(client, admin, trees):
    page = client.get(reverse("evaluations:cycle_open")).content.decode()
    assert all(f">{tree.province.name}</option>" in page for tree in trees)
    for tree in reversed(trees):
        opened(client, tree.province)
    assert [cycle.province for cycle in Cycle.objects.order_by("pk")] == [trees[1].province, trees[0].province]
    listed = client.get(reverse("evaluations:cycle_list")).content.decode()
    assert listed.count("Khoá sổ<span") == 2


def test_drafts_that_are_the_same_in_both_are_told_once(client, admin):
    page = client.post(reverse("evaluations:cycle_open"), {"year": "2026"}).content.decode()
    safety = Programme.objects.get(code="safety")
    assert page.count(f"<strong>{safety}</strong>: kỳ mở bây giờ xét theo bộ đã ban hành") == 1


def test_years_of_one_name_say_their_province(client, admin, trees):
    """With its control: the year of one province alone keeps its short name."""
    opened(client, trees[0].province)
    (short,) = [desk.cycle for desk in client.get(reverse("home")).context["desks"]]
    assert trees[0].province.name not in str(short)
    opened(client, trees[1].province)
    desks = client.get(reverse("home")).context["desks"]
    assert {str(desk.cycle) for desk in desks} == {f"{short} – {tree.province.name}" for tree in trees}


def test_places_of_one_name_are_told_apart_in_a_reports_scope(admin, trees):
    """Two communes of one name in two provinces; with its control, a name of one place stays short."""
    first, second = (tree.communes[0] for tree in trees)
    type(second).objects.filter(pk=second.pk).update(name=first.name)
    offered = dict(reports.forms.ReportForm(user=admin).fields["place"].choices)
    told = [offered[pk] for pk in (first.pk, second.pk)]
    assert all(label.startswith(f"{first.name} (") for label in told) and told[0] != told[1]
    assert offered[trees[0].province.pk] == trees[0].province.name


@pytest.mark.parametrize("which", [0, 1])
def test_past_years_of_either_province_are_entered(client, admin, trees, which):
    tree = trees[which]
    address = reverse("evaluations:past_import")
    page = client.get(address).content.decode()
    assert all(f">{one.province.name}</option>" in page for one in trees)
    other = client.post(address, {"file": sent(tree), "province": trees[1 - which].province.pk})
    assert other.status_code == 422 and f"không có trong {trees[1 - which].province}" in other.content.decode()
    shown = client.post(address, {"file": sent(tree), "province": tree.province.pk})
    assert f"Của {tree.province.name}." in client.get(shown.url).content.decode()
    client.post(shown.url, {"once": new_token()})
    jobs.run(Job.objects.get(kind="import_past").pk)
    assert [(cycle.province, cycle.year) for cycle in Cycle.objects.all()] == [(tree.province, 2022)]


def test_a_province_that_is_not_the_readers_is_not_there(client, admin, trees):
    address = reverse("evaluations:past_import")
    far = make_tree("C").province
    for wrong in (far.pk, "x"):
        assert client.post(address, {"file": sent(trees[0]), "province": wrong}).status_code == 404


def test_who_has_one_province_is_asked_nothing(client, trees):
    client.force_login(make_user(Role.ADMIN, trees[1].province))
    for name in ("cycle_open", "past_import"):
        page = client.get(reverse(f"evaluations:{name}")).content.decode()
        assert '<select name="province"' not in page and 'name="scope"' not in page
    shown = client.post(reverse("evaluations:past_import"), {"file": sent(trees[1])})
    client.post(shown.url, {"once": new_token()})
    job = Job.objects.get(kind="import_past")
    assert "province" not in job.params
    jobs.run(job.pk)
    assert Cycle.objects.get().province == trees[1].province


def test_the_job_asks_for_the_right_to_the_province_again(client, admin, trees):
    """The control: the placement ended between the yes and the job."""
    shown = client.post(reverse("evaluations:past_import"), {"file": sent(trees[1]), "province": trees[1].province.pk})
    client.post(shown.url, {"once": new_token()})
    admin.placements.filter(unit=trees[1].province).delete()
    job = Job.objects.get(kind="import_past")
    jobs.run(job.pk)
    job.refresh_from_db()
    assert "Chỉ cán bộ cấp tỉnh" in job.error and not Cycle.objects.exists()
