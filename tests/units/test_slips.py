"""Password slips: made with the accounts or not at all, given out once, kept nowhere else."""

import re
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.core import jobs
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.models import Job, JobState
from portal.core.sheets import writing
from portal.core.web.once import new_token
from tests.units.factories import make_tree, make_user
from units import services
from units.enums import Role
from units.models import SlipSheet, User

pytestmark = pytest.mark.django_db
HEADS = ["Tên đăng nhập", "Chức danh", "Khoá đơn vị", "Vai trò", "Từ ngày"]


@pytest.fixture
def tree():
    return make_tree()


@pytest.fixture
def admin(tree):
    return make_user(Role.ADMIN, tree.province)


def file_of(tree, many=3) -> bytes:
    rows = [
        [f"nguoi.moi.{number}", f"Cán bộ {number}", f"DV{tree.communes[0].pk}", "officer", "01/02/2024"]
        for number in range(many)
    ]
    return writing.as_csv(HEADS, rows)


def asked_job(admin, data: bytes) -> Job:
    params = {"sha256": store.put([data]).sha256, "name": "nguoi.csv"}
    return jobs.ask("import_people", new_token(), params, by=admin)[0]


def taken(client, sheet) -> bytes:
    return client.post(reverse("units:slips_take", args=[sheet.pk])).content


@pytest.fixture
def words(monkeypatch) -> list[str]:
    """The passwords in the order they were made."""
    made: list[str] = []
    from portal.core.passwords.one_time import one_time_password
    from units.services import slips

    def remembered() -> str:
        made.append(one_time_password())
        return made[-1]

    monkeypatch.setattr(slips, "one_time_password", remembered)
    return made


def test_page_worker_and_slips_lead_to_accounts_that_must_change(client, admin, tree, words):
    client.force_login(admin)
    data = SimpleUploadedFile("nguoi.csv", file_of(tree))
    shown = client.post(reverse("units:people_import"), {"file": data})
    assert "nguoi.moi.0" in client.get(shown.url).content.decode()
    asked = client.post(shown.url, {"once": new_token()})
    jobs.run(Job.objects.get(kind="import_people").pk)
    assert "Đã cấp 3 mật khẩu" in client.get(asked.url).content.decode()
    sheet = SlipSheet.objects.get()
    assert reverse("units:slips_take", args=[sheet.pk]) in client.get(reverse("units:people")).content.decode()
    pdf = taken(client, sheet)
    assert len(pikepdf.open(BytesIO(pdf)).pages) == 1
    for number, word in enumerate(words):
        person = User.objects.get(username=f"nguoi.moi.{number}")
        assert (person.check_password(word), person.must_change_password) == (True, True)


def test_the_file_is_given_out_once_and_to_whoever_asked(client, admin, tree, django_capture_on_commit_callbacks):
    job = asked_job(admin, file_of(tree))
    assert jobs.run(job.pk)
    sheet = SlipSheet.objects.get()
    other = make_user(Role.ADMIN, tree.province)
    client.force_login(other)
    assert client.post(reverse("units:slips_take", args=[sheet.pk])).status_code == 404
    client.force_login(admin)
    with django_capture_on_commit_callbacks(execute=True):
        assert taken(client, sheet).startswith(b"%PDF")
    assert not store.path_of(sheet.sha256).exists()
    again = client.post(reverse("units:slips_take", args=[sheet.pk]), follow=True)
    assert "chỉ tải được một lần" in again.content.decode()


def test_a_job_that_runs_twice_writes_once_and_keeps_its_slips(admin, tree):
    job = asked_job(admin, file_of(tree))
    jobs.run(job.pk)
    before = User.objects.count(), SlipSheet.objects.get().sha256
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)  # its end was not written
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (User.objects.count(), SlipSheet.objects.get().sha256) == before
    assert job.message == "Đã cấp 3 mật khẩu. Phiếu chờ ở trang Người dùng, chỉ tải được một lần."


def test_a_worker_that_lost_its_job_at_the_last_moment_leaves_nothing(admin, tree, monkeypatch, settings, tmp_path):
    settings.FILES_DIR = tmp_path  # other tests write into the common one meanwhile
    job = asked_job(admin, file_of(tree))
    people, files = User.objects.count(), stored_files()
    tell = jobs.tell

    def tell_until_the_end(row, done, total, message=""):
        if done == total:
            raise jobs.LeaseLost(str(row))
        tell(row, done, total, message)

    monkeypatch.setattr(jobs, "tell", tell_until_the_end)
    assert not jobs.run(job.pk)
    assert (User.objects.count(), SlipSheet.objects.count(), stored_files()) == (people, 0, files)
    monkeypatch.setattr(jobs, "tell", tell)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    assert jobs.run(job.pk)
    assert User.objects.count() == people + 3


def stored_files() -> set[str]:
    return {path.name for path in store.path_of("0" * 64).parents[2].rglob("*") if path.is_file()}


def test_no_password_is_left_in_the_database(admin, tree, words):
    job = asked_job(admin, file_of(tree))
    jobs.run(job.pk)
    job.refresh_from_db()
    written = repr(job.__dict__) + repr(SlipSheet.objects.values()) + repr(list(User.objects.values()))
    assert words and not [word for word in words if word in written]
    assert all(re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", word) for word in words)


def test_a_sheet_nobody_took_is_dropped_after_a_week(admin, tree):
    jobs.run(asked_job(admin, file_of(tree)).pk)
    sheet = SlipSheet.objects.get()
    assert services.drop_old_slips() == 0
    SlipSheet.objects.update(made_at=timezone.now() - timedelta(days=8))
    assert services.drop_old_slips() == 1
    assert not store.path_of(sheet.sha256).exists()
    with pytest.raises(Refused, match="cấp lại mật khẩu"):
        services.take_slips(sheet, by=admin)


def test_signing_in_with_a_slip_hashes_its_password_anew_at_full_cost(client, admin, tree, words, settings):
    settings.PASSWORD_HASHERS = ["portal.core.passwords.hashers.LightArgon2"]
    jobs.run(asked_job(admin, file_of(tree, many=1)).pk)
    person = User.objects.get(username="nguoi.moi.0")
    assert "m=1024,t=1" in person.password
    client.post(reverse("sign_in"), {"username": person.username, "password": words[0]})
    person.refresh_from_db()
    assert "m=19456,t=2" in person.password and person.must_change_password
