"""One export in a process of its own, by the portal's way or the plain one; prints JSON. No row of it is committed."""

import json
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import django

OPENED = date(2015, 1, 1)


def main() -> None:
    way, many = sys.argv[1], int(sys.argv[2])
    django.setup()
    import openpyxl  # noqa: F401 -- loaded before the clock starts, for both ways
    import tablib  # noqa: F401 -- likewise

    from .. import rolled_back
    from .papers import peak_megabytes

    with rolled_back(), tempfile.TemporaryFile() as out:
        user = _filled_province(many)
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        before, start = peak_megabytes(), time.perf_counter()
        WAYS[way](user, out)
        seconds = time.perf_counter() - start
        found = {"seconds": seconds, "megabytes": peak_megabytes() - before, "bytes": out.tell()}
    print(json.dumps(found))  # noqa: T201 -- its answer


def _filled_province(many: int):
    """A province with one commune of that many areas, and its administrator."""
    from units.enums import Role, Subtype, UnitKind
    from units.models import Unit, User
    from units.services import NewUnit, place_person, place_units

    def place(kind, subtype, name, parent=None):
        return place_units([NewUnit(kind=kind, subtype=subtype, name=name, parent=parent)], on=OPENED)[0]

    province = place(UnitKind.PROVINCE, Subtype.PROVINCE, "Tỉnh Đo")
    commune = place(UnitKind.COMMUNE, Subtype.COMMUNE, "Xã Đo", province)
    area = place(UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, "Thôn Đo", commune)
    same = {one.attname: getattr(area, one.attname) for one in Unit._meta.concrete_fields if not one.primary_key}
    for first in range(0, many, 1000):
        names = [f"Thôn Đồng Nghĩa {number}" for number in range(first, min(first + 1000, many))]
        Unit.objects.bulk_create([Unit(**same | {"name": name, "sort_key": name}) for name in names])
    user = User.objects.create(username="do.tai.ve", post="Cán bộ cấp tỉnh")
    place_person(user, province, Role.ADMIN, by=None, valid_from=OPENED)
    return user


def _ours(user, out) -> None:
    from django.http import QueryDict

    from portal.core import lists
    from units.views.unit_files import units_listed

    lists.write(units_listed(lists.Asked(user, QueryDict())), "xlsx", out)


def _plain(user, out) -> None:
    """What one writes first: a resource with the same columns, its rows selected along, its data set as XLSX."""
    from django.http import QueryDict
    from import_export.fields import Field
    from import_export.resources import ModelResource

    from portal.core import lists
    from units.filters import UnitFilterSet
    from units.models import Unit

    columns = {
        "Khoá": "pk",
        "Loại đơn vị": "get_kind_display",
        "Phân loại": "get_subtype_display",
        "Mã số": "code",
        "Tên đơn vị": "name",
        "Khoá đơn vị quản lý": "parent_id",
        "Khoá nơi đứng chân": "stands_in_id",
        "Có từ ngày": "opened_on",
        "Ngày cuối cùng": "closed_on",
        "Tỉnh": "province__name",
        "Huyện": "district__name",
        "Xã": "commune__name",
        "Đơn vị quản lý": "parent__name",
        "Đứng chân trên địa bàn": "stands_in__name",
        "Dữ liệu mẫu": "is_demo",
    }
    fields = {f"column_{place}": Field(path, title) for place, (title, path) in enumerate(columns.items())}
    meta = type("Meta", (), {"model": Unit, "fields": tuple(fields)})
    resource = type("PlainUnits", (ModelResource,), {**fields, "Meta": meta})()
    asked = lists.Asked(user, QueryDict())
    units = UnitFilterSet(asked.GET, Unit.objects.visible_to(user), request=asked).qs
    units = units.select_related("province", "district", "commune", "parent", "stands_in")
    out.write(resource.export(units).export("xlsx"))


WAYS = {"ours": _ours, "plain": _plain}


if __name__ == "__main__":
    main()
