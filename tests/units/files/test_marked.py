"""“Tải tệp đã đánh dấu”: what was refused comes back to who sent it, marked; nobody else finds it, nor a day later."""

import html
import io
import re
import time

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from portal.core.files import store
from portal.core.sheets.mark_child import LIST, RED
from tests.units.factories import make_tree, make_user
from units.enums import Role
from units.models import GroupCount
from units.views.marked import SALT

pytestmark = pytest.mark.django_db
CSV = "Khoá đơn vị,Năm,Tổ,Thành viên\n{0},2024,1.000.0,170\nDV999999,2024,4,90\n"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def place(db):
    return make_tree()


@pytest.fixture
def clerk(place):
    return make_user(Role.OFFICER, place.communes[0])


def refused(client, place) -> str:
    """The address the page offers after a wrong file."""
    data = CSV.format(f"DV{place.areas[0].pk}").encode()
    sent = {"file": SimpleUploadedFile("số tổ.csv", data)}
    page = client.post(reverse("units:register_import", args=["to-tu-quan"]), sent)
    assert page.status_code == 422
    (address,) = re.findall(r'href="([^"]+)">Tải tệp đã đánh dấu', html.unescape(page.content.decode()))
    return address


def test_the_sender_gets_the_file_with_its_cells_marked_and_nothing_is_written(client, place, clerk):
    client.force_login(clerk)
    answer = client.get(refused(client, place))
    assert answer.status_code == 200 and "xlsx" in answer["Content-Disposition"]
    book = load_workbook(io.BytesIO(answer.content))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == ["Khoá đơn vị", "Năm", "Tổ", "Thành viên"]
    assert page["C2"].fill.fgColor.rgb == RED and "1.000.0" in page["C2"].comment.text
    assert page["A3"].fill.fgColor.rgb == RED and "DV999999" in page["A3"].comment.text
    assert page["D2"].fill.fgColor.rgb != RED
    assert [row[0].value for row in book[LIST].iter_rows(min_row=2)] == [2, 3]
    assert not GroupCount.objects.exists()


def test_nobody_else_finds_it(client, place, clerk):
    client.force_login(clerk)
    address = refused(client, place)
    client.force_login(make_user(Role.ADMIN, place.province))
    assert client.get(address).status_code == 404
    client.force_login(clerk)
    assert client.get(address[:-2] + "x/").status_code == 404
    assert client.get(address).status_code == 200


def test_it_is_there_for_a_day(client, place, clerk, monkeypatch):
    client.force_login(clerk)
    address = refused(client, place)
    kept = signing.loads(address.rstrip("/").rpartition("/")[2], salt=SALT)
    now = time.time()
    for hours, status in ((23, 200), (25, 404)):
        with monkeypatch.context() as then:
            then.setattr(time, "time", lambda hours=hours: now - hours * 3600)
            made_then = signing.dumps(kept, salt=SALT)
        assert client.get(reverse("units:marked_file", args=[made_then])).status_code == status


def test_a_file_damaged_in_the_store_is_told_on_the_page_that_takes_it(client, place, clerk, settings):
    client.force_login(clerk)
    address = refused(client, place)
    data = CSV.format(f"DV{place.areas[0].pk}").encode()
    store.path_of(store.put([data]).sha256).write_bytes(b"khac")
    answer = client.get(address, follow=True)
    assert answer.redirect_chain == [(reverse("units:register_import", args=["to-tu-quan"]), 302)]
    assert "không còn nguyên vẹn" in answer.content.decode()


def test_a_file_without_rows_offers_none(client, place, clerk):
    client.force_login(clerk)
    sent = {"file": SimpleUploadedFile("so.csv", "Khoá đơn vị,Năm,Tổ,Thành viên\n".encode())}
    page = client.post(reverse("units:register_import", args=["to-tu-quan"]), sent)
    assert page.status_code == 422 and "Tải tệp đã đánh dấu" not in page.content.decode()
