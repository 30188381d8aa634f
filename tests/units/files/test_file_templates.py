"""Templates of units, people, committees, seats, registers and reorganisations: each is what its own reader reads."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from portal.core.sheets import writing
from tests.units.factories import make_committee, make_tree, make_user
from tests.units.files.filling import filled, headings_of
from tests.units.reforming import draft, line
from units.enums import Role, UnitKind
from units.files import change_rows, committee_rows, people_rows, places, register_rows, seat_rows, units
from units.models import MassModel, SecurityTeam, Unit
from units.registers import REGISTERS, write_rows

pytestmark = pytest.mark.django_db
ROUTES = {"import": units, "people_import": people_rows, "committee_import": committee_rows, "seat_import": seat_rows}
AT_AN_AREA = ("to-bao-ve", "quan-so-to-bao-ve", "to-tu-quan", "so-ho")


@pytest.fixture
def tree():
    made = make_tree()
    Unit.objects.filter(pk=made.communes[0].pk).update(code="07201")  # the one that examples name
    return made


@pytest.fixture
def admin(client, tree):
    made = make_user(Role.ADMIN, tree.province)
    client.force_login(made)
    return made


def template_at(client, route: str, *args, form: str = "xlsx") -> bytes:
    answer = client.get(reverse(f"units:{route}", args=args), {"dang": form})
    assert answer.status_code == 200 and f".{form}" in answer["Content-Disposition"]
    return answer.content


def sent(client, route: str, data: bytes, *args):
    return client.post(reverse(f"units:{route}", args=args), {"file": SimpleUploadedFile("mau.xlsx", data)})


def told(answer) -> list[str]:
    return [] if answer.status_code == 302 else [str(problem) for problem in answer.context["problems"]]


@pytest.mark.parametrize("route", ROUTES)
def test_a_template_with_its_example_is_taken(client, tree, admin, route):
    if route == "seat_import":
        make_committee(tree.communes[0])
    reader = ROUTES[route]
    data = template_at(client, route)
    assert headings_of(data) == list(reader.COLUMNS.values())
    assert told(sent(client, route, data)) == [
        "mau.xlsx: Tệp không có dòng nào dưới dòng tiêu đề. Hãy kiểm tra lại tệp đã chọn."
    ]
    assert told(sent(client, route, filled(data, reader.TEMPLATE))) == []
    without = {next(name for name in reader.TEMPLATE.needed if name != "key"): ""}
    assert told(sent(client, route, filled(data, reader.TEMPLATE, **without)))


@pytest.mark.parametrize("slug", REGISTERS)
def test_a_registers_template_with_its_example_is_taken(client, tree, slug):
    register, area, commune = REGISTERS[slug], tree.areas[0], tree.communes[0]
    name, since = register_rows.EXAMPLES["name"], date(2024, 7, 1)
    write_rows(REGISTERS["to-bao-ve"], [SecurityTeam(unit=area, name=name, founded_on=since)], by=None)
    write_rows(REGISTERS["mo-hinh"], [MassModel(unit=commune, name=name, founded_on=since)], by=None)
    client.force_login(make_user(Role.OFFICER, commune))
    template = register_rows.template_of(register)
    data = template_at(client, "register_template", slug)
    assert data == template_at(client, "register_import", slug)
    assert headings_of(data) == [one for one in register_rows.headings(register) if one not in register_rows.SHOWN_ONLY]
    place = {"Khoá đơn vị": f"DV{area.pk}"} if slug in AT_AN_AREA else {}
    assert told(sent(client, "register_import", filled(data, template, **place), slug)) == []
    assert told(sent(client, "register_import", filled(data, template, **{"Khoá đơn vị": "DV0"}), slug))


def test_lines_of_a_reorganisation_go_out_in_the_template_and_come_in(client, tree, admin):
    reform = draft(tree, line("rename", tree.communes[0], name="=Xã Một"))
    data = template_at(client, "changes_export", reform.pk)
    assert headings_of(data) == list(change_rows.COLUMNS.values())
    (change,) = change_rows.read(data, "mau.xlsx", reform).changes
    assert (change.action, change.unit, change.name) == ("rename", tree.communes[0], "=Xã Một")
    found = change_rows.read(filled(data, change_rows.TEMPLATE), "mau.xlsx", reform)
    assert found.problems == [] and found.changes[0].name == change_rows.TEMPLATE.columns["name"].example
    page = client.get(reverse("units:reform_detail", args=[reform.pk])).content.decode()
    assert f"{reverse('units:changes_export', args=[reform.pk])}?dang=xlsx" in page and "Đổi tên; " in page


def test_a_template_sent_to_the_wrong_page_is_told(client, tree, admin):
    people = filled(template_at(client, "people_import"), people_rows.TEMPLATE)
    remedy = "Hãy tải tệp mẫu ở trang đang mở."
    for route, title in (("committee_import", "Ban Chỉ đạo"), ("import", "Đơn vị")):
        assert told(sent(client, route, people)) == [
            f"mau.xlsx: Tệp này là mẫu “Người dùng”, không phải mẫu “{title}”. {remedy}"
        ]
    team = template_at(client, "register_template", "to-bao-ve")
    assert told(sent(client, "register_import", team, "mo-hinh")) == [
        "mau.xlsx: Tệp này là mẫu “Tổ bảo vệ an ninh, trật tự”, không phải mẫu "
        f"“Mô hình quần chúng bảo vệ an ninh, trật tự”. {remedy}"
    ]


def test_a_template_lists_the_places_its_reader_administers(client, tree, monkeypatch):
    client.force_login(make_user(Role.ADMIN, tree.districts[0]))

    def listed() -> list | None:
        book = load_workbook(io.BytesIO(template_at(client, "people_import")))
        return [row[0] for row in book["Đơn vị"].iter_rows(values_only=True)] if "Đơn vị" in book else None

    own = Unit.objects.filter(district=tree.districts[0])
    closed = own.filter(kind=UnitKind.RESIDENTIAL_AREA).first()
    Unit.objects.filter(pk=closed.pk).update(closed_on=date(2020, 1, 1))
    keys = {f"DV{pk}" for pk in own.exclude(pk=closed.pk).values_list("pk", flat=True)}
    assert len(listed()) == len(keys) + 1 and set(listed()) == {"Khoá"} | keys
    monkeypatch.setattr(places, "MOST_LISTED", len(keys) - 1)
    assert listed() is None


def test_the_page_offers_both_forms_and_says_what_each_column_holds(client, tree, admin):
    page = " ".join(client.get(reverse("units:people_import")).content.decode().split())
    address = reverse("units:people_import")
    assert page.index(f'href="{address}?dang=xlsx"') < page.index(f'href="{address}?dang=csv"')
    for column in people_rows.TEMPLATE.columns.values():
        assert f'<th scope="row">{column.heading}</th>' in page
    assert "Một trong: Cán bộ nhập liệu; Lãnh đạo đơn vị;" in page
    data = template_at(client, "people_import", form="csv")
    assert data == writing.as_csv(people_rows.COLUMNS.values(), [])
    assert reverse("units:import_template") + "?dang=xlsx" in client.get(reverse("units:import")).content.decode()
    assert client.head(f"{address}?dang=xlsx").status_code == 200
    client.force_login(make_user(Role.OFFICER, tree.communes[0]))
    assert client.get(f"{address}?dang=xlsx").status_code == 404
