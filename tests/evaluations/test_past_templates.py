"""Templates of past years' results and totals: each is what its own reader reads."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evaluations.files import past_results, past_totals
from tests.evaluations.factories import published_sets
from tests.units.factories import make_tree, make_user
from tests.units.files.filling import filled, headings_of
from units.enums import Role
from units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("route", "reader"), [("past_import", past_results), ("past_totals_import", past_totals)])
def test_a_template_with_its_example_is_taken(client, route, reader):
    published_sets()
    tree = make_tree()
    Unit.objects.filter(pk=tree.communes[0].pk).update(code="07201")
    client.force_login(make_user(Role.STAFF, tree.province))
    address = reverse(f"evaluations:{route}")
    page = client.get(address)
    template = page.context["template"]
    programmes = template.columns["programme"].choices
    assert programmes and f"Một trong: {programmes[0]}" in page.content.decode()
    data = client.get(address, {"dang": "xlsx"}).content
    assert headings_of(data) == list(reader.COLUMNS.values())

    def problems(**instead) -> list[str]:
        file = SimpleUploadedFile("mau.xlsx", filled(data, template, **instead))
        answer = client.post(address, {"file": file})
        return [] if answer.status_code == 302 else [str(one) for one in answer.context["problems"]]

    for programme in programmes:
        assert problems(programme=programme) == []
    (told,) = problems(programme="Khác")
    assert "Không có chương trình “Khác”. Hãy ghi tên của một trong các chương trình: " in told
    assert "An toàn về an ninh, trật tự" in told and "safety" not in told
    other = past_totals if reader is past_results else past_results
    assert headings_of(data) != list(other.COLUMNS.values())


def test_a_template_of_the_one_is_not_taken_for_the_other(client):
    published_sets()
    tree = make_tree()
    client.force_login(make_user(Role.STAFF, tree.province))
    data = client.get(reverse("evaluations:past_import"), {"dang": "xlsx"}).content
    answer = client.post(reverse("evaluations:past_totals_import"), {"file": SimpleUploadedFile("mau.xlsx", data)})
    assert [str(one) for one in answer.context["problems"]] == [
        "mau.xlsx: Tệp này là mẫu “Kết quả năm trước”, không phải mẫu “Số tổng năm trước”. "
        "Hãy tải tệp mẫu ở trang đang mở."
    ]
