"""The page that takes a file: checked whole, shown before it is kept, kept as a draft of the sender's province."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from criteria import exchange, workbook
from criteria.enums import SetStatus
from criteria.models import CriteriaSet, LegalDocument, Programme
from tests.units.factories import make_province, make_user
from units.enums import Role

from .factories import load_packs

pytestmark = pytest.mark.django_db
FORMS = ("yaml", "xlsx")


@pytest.fixture
def page():
    client = Client()
    client.force_login(
        make_user(Role.STAFF, make_province(code="24")), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client


def sent(page, data: bytes, name: str):
    return page.post(reverse("criteria:import"), {"file": SimpleUploadedFile(name, data)})


def counted() -> tuple[int, ...]:
    return CriteriaSet.objects.count(), LegalDocument.objects.count(), Programme.objects.count()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_becomes_a_draft_of_the_own_province(page, form):
    one = load_packs()["TT124-KDC"]
    text = (
        exchange.as_yaml(one)
        .replace("code: TT124-KDC\n", "code: BG-KDC\n")
        .replace("first_year: 2022", "first_year: 2031")
    )
    text = text.replace("sets:\n-", "sets:\n- publish: true\n ", 1)
    if form == "yaml":
        data = text.encode()
    else:
        from openpyxl import load_workbook

        book = load_workbook(io.BytesIO(workbook.as_xlsx(one)))
        sheet = book["Bộ"]
        heads = [cell.value for cell in sheet[1]]
        sheet.cell(2, heads.index("Mã bộ") + 1, "BG-KDC")
        sheet.cell(2, heads.index("Từ năm") + 1, 2031)
        held = io.BytesIO()
        book.save(held)
        data = held.getvalue()
    before = counted()
    answer = sent(page, data, f"bo.{form}")
    assert answer.status_code == 302, answer.content.decode()
    assert counted() == before  # nothing until the yes
    preview = page.get(answer.url)
    assert "BG-KDC phiên bản 1" in preview.content.decode()
    page.post(answer.url, {"seen": preview.context["seen"]})
    made = CriteriaSet.objects.get(code="BG-KDC")
    assert (made.status, made.province_code, made.first_year) == (SetStatus.DRAFT, "24", 2031)
    assert made.criteria.count() == one.criteria.count()


def test_every_fault_of_a_file_is_listed_and_nothing_is_kept(page):
    one = load_packs()["TT124-KDC"]
    text = (
        exchange.as_yaml(one)
        .replace("measure: must", "measure: maybe", 1)
        .replace("code: TT124-KDC-2\n", "code: tt124-kdc-1\n")
    )
    before = counted()
    answer = sent(page, text.encode(), "sai.yaml")
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "không có giá trị “maybe”" in body
    assert counted() == before


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"\xff\xfeb\x00", "ma.yaml", "không ở bảng mã UTF-8"),
        (b"PK\x03\x04 rubbish", "hong.xlsx", "không mở được bảng tính"),
        (b"", "rong.yaml", "rỗng"),
        (b"x" * 2_000_001, "to.yaml", "lớn hơn 2 MB"),
    ],
)
def test_what_is_no_pack_is_told(page, data, name, words):
    answer = sent(page, data, name)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_code_of_the_whole_country_is_not_taken(page):
    one = load_packs()["TT124-KDC"]
    answer = sent(page, exchange.as_yaml(one).encode(), "bo.yaml")
    told = page.get(answer.url, follow=True).content.decode() if answer.status_code == 302 else answer.content.decode()
    assert "đã có và không phải bản thảo của tỉnh" in told
    assert CriteriaSet.objects.filter(code="TT124-KDC", version=1).count() == 1
