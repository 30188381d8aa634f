"""The one door to drafts: a change of their plain content, made under lock by those who write them.

The page edits the same content a pack holds, so what a pack may say and what the page may say cannot drift apart.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from django.db import transaction
from django.db.models import Max, ProtectedError

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from portal.core.vietnamese.text import plain_key
from units.models import User

from .. import permissions
from ..enums import Measure, SetStatus
from ..models import CriteriaSet
from ..packs.content import (
    CRITERION_FIELDS,
    KEYS,
    PARTS,
    SET_FIELDS,
    block_of,
    content_of,
    end_of,
    in_order,
    keyed,
    name_of,
)
from ..queries import provinces_written
from .documents import one_namer
from .storing import refuse_unless_seen, write_set

Edit = Callable[[dict], None]


@transaction.atomic
def edit(criteria_set: CriteriaSet, change: Edit, *, seen: str | None, by: User) -> CriteriaSet:
    """Let `change` alter the draft's content in place, and store it.

    `seen` is the hash the person's page was made from: a draft changed since then is refused, nobody overwrites what
    they have not seen. A new row takes no one's place (`seen` None). Raises Refused, also for two rows of one code or
    key.
    """
    row = lock_row(CriteriaSet.objects, criteria_set.pk)
    if not permissions.may_write(by, row):
        raise Refused("Đồng chí không soạn được bộ tiêu chí này. Hãy lập bản của tỉnh mình.")
    if row.status != SetStatus.DRAFT:
        raise Refused(f"Bộ tiêu chí “{row.name}” không còn là bản thảo. Hãy lập phiên bản mới.")
    content = content_of(row)
    if seen is not None:
        refuse_unless_seen(content, seen, "Hãy mở lại trang để xem rồi ghi lại phần của đồng chí.")
    change(content)
    _refuse_twins(content)
    _refuse_base(row, content)
    try:
        write_set(row, content, by_hand=True)
    except ProtectedError:
        raise Refused("Phần này đã có hồ sơ sử dụng nên không bỏ được. Hãy lập phiên bản mới.") from None
    return row


def _refuse_twins(content: dict) -> None:
    seen: dict[str, str] = {}
    for row in content["criteria"]:
        key = plain_key(row["code"])
        if key in seen:
            raise Refused(f"Mã {row['code']} trùng với {seen[key]} (không phân biệt dấu, hoa thường). Hãy đặt mã khác.")
        seen[key] = row["code"]
    for part, names in KEYS.items():
        keys = [tuple(row[name] for name in names) for row in content[part]]
        if len(set(keys)) < len(keys):
            raise Refused("Dòng này trùng với một dòng đã có. Hãy sửa dòng đã có thay vì thêm.")
    routes = [(row["kind"], row["managed_at"], row["valid_from"]) for row in content["routes"]]
    if len(set(routes)) < len(routes):
        raise Refused("Đã có tuyến của loại đơn vị và cấp quản lý này từ cùng ngày. Hãy sửa tuyến đã có.")


def _refuse_base(row: CriteriaSet, content: dict) -> None:
    """An overlay leaves every line of its base as it is."""
    if row.base is None:
        return
    kept = {one["code"]: one for one in content["criteria"]}
    for line in content_of(row.base)["criteria"]:
        if {**kept.get(line["code"], {}), "order": 0} != {**line, "order": 0}:
            raise Refused(f"Tiêu chí {line['code']} là của bộ gốc nên không sửa, không bỏ được; chỉ thêm tiêu chí mới.")


# --- changes of a content --------------------------------------------------------------------------------------


def header(fields: dict) -> Edit:
    """Rules of the set itself, and what it is called."""

    def change(content: dict) -> None:
        content |= fields

    return change


def put(part: str, row: dict, place: int | None) -> Edit:
    """A row of a part in place of the one there, or a new one at the end (`place` None)."""

    def change(content: dict) -> None:
        rows = content[part]
        if place is not None and not 0 <= place < len(rows):
            raise Refused("Dòng này không còn trong bản thảo. Hãy mở lại trang.")
        if part == "criteria":
            _put_criterion(content, row, place)
            return
        if place is None:
            rows.append({**PARTS.get(part, {}), **row})
        else:
            rows[place] = {**rows[place], **row}
        content[part] = in_order(rows) if part == "routes" else keyed(part, rows)

    return change


def _put_criterion(content: dict, row: dict, place: int | None) -> None:
    rows = content["criteria"]
    if place is not None:
        old = rows[place]
        for one in rows:
            if one["parent"] == old["code"]:
                one["parent"] = row["code"]
        for cap in content["caps"]:
            if cap["criterion"] == old["code"]:
                cap["criterion"] = row["code"]
        moved = row["parent"] != old["parent"]
        rows[place] = {**old, **row}
        if not moved:
            return
        block = block_of(rows, place)
        taken = rows[place : place + block]
        del rows[place : place + block]
        at = _end_of(rows, row["parent"])
        rows[at:at] = taken
    else:
        at = _end_of(rows, row["parent"])
        rows.insert(at, {**CRITERION_FIELDS, **row})
    _number(rows)


def drop(part: str, place: int) -> Edit:
    """Take a row out; a group goes with what is in it, a criterion with the ceiling that leans on it."""

    def change(content: dict) -> None:
        rows = content[part]
        if not 0 <= place < len(rows):
            raise Refused("Dòng này không còn trong bản thảo. Hãy mở lại trang.")
        if part != "criteria":
            del rows[place]
            return
        block = block_of(rows, place)
        gone = {row["code"] for row in rows[place : place + block]}
        del rows[place : place + block]
        content["caps"] = [cap for cap in content["caps"] if cap["criterion"] not in gone]
        _number(rows)

    return change


def move(place: int, way: str) -> Edit:
    """Move a criterion one step among those of its group: "up" or "down"; its own lines go with it."""

    def change(content: dict) -> None:
        rows = content["criteria"]
        if not 0 <= place < len(rows):
            raise Refused("Dòng này không còn trong bản thảo. Hãy mở lại trang.")
        beside = [at for at, row in enumerate(rows) if row["parent"] == rows[place]["parent"]]
        step = beside.index(place) + (-1 if way == "up" else 1)
        if not 0 <= step < len(beside):
            return
        first, second = sorted((place, beside[step]))
        upper, lower = rows[first : first + block_of(rows, first)], rows[second : second + block_of(rows, second)]
        rows[first : second + len(lower)] = [*lower, *rows[first + len(upper) : second], *upper]
        _number(rows)

    return change


def _end_of(rows: list[dict], parent: str) -> int:
    """Where a new last line of the group goes; raises Refused when that is no group."""
    if parent and not any(row["code"] == parent and row["measure"] == Measure.GROUP for row in rows):
        raise Refused("Chỉ nhóm tiêu chí mới có tiêu chí bên trong. Hãy chọn nhóm khác.")
    return end_of(rows, parent)


def _number(rows: list[dict]) -> None:
    for order, row in enumerate(rows, 1):
        row["order"] = order


# --- new drafts ------------------------------------------------------------------------------------------------


@transaction.atomic
def new_draft(content: dict, *, by: User) -> CriteriaSet:
    """Store a content as a draft of the writer's own province. Raises Refused outside it, or for a code in use."""
    if content["province_code"] not in provinces_written(by):
        raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được soạn bộ tiêu chí của tỉnh mình.")
    one_namer()
    if CriteriaSet.objects.filter(code__iexact=content["code"], version=content["version"]).exists():
        raise Refused(f"Mã bộ {content['code']} phiên bản {content['version']} đã có. Hãy đặt mã khác.")
    _refuse_twins(content)
    row = CriteriaSet()
    write_set(row, content, by_hand=True)
    return row


def copy_of(criteria_set: CriteriaSet, *, code: str, name: str, first_year: int, province_code: str) -> dict:
    """The set's content as a draft of the province under a code of its own; the copy of an example stays one."""
    content = deepcopy(content_of(criteria_set))
    content |= {"code": code, "name": name, "first_year": first_year, "last_year": None, "version": 1}
    return content | {"province_code": province_code, "place_code": ""}


def next_version(criteria_set: CriteriaSet, *, name: str, first_year: int) -> dict:
    """The content of the next version of a province's own set; it takes over from its first year."""
    last = CriteriaSet.objects.filter(code=criteria_set.code).aggregate(last=Max("version"))["last"]
    content = copy_of(
        criteria_set, code=criteria_set.code, name=name, first_year=first_year, province_code=criteria_set.province_code
    )
    return content | {"version": last + 1, "place_code": criteria_set.place_code}


def overlay_of(criteria_set: CriteriaSet, *, code: str, name: str, first_year: int, province_code: str) -> dict:
    """The content of an overlay: every line of the published national set, to which the province adds its own."""
    if criteria_set.status != SetStatus.PUBLISHED or criteria_set.province_code:
        raise Refused("Chỉ bổ sung tiêu chí cho bộ chung toàn quốc đã ban hành.")
    content = copy_of(criteria_set, code=code, name=name, first_year=first_year, province_code=province_code)
    return content | {"base": name_of(criteria_set)}


def empty(*, programme: str, document: str, **fields: Any) -> dict:
    """The content of a set with nothing in it yet."""
    return {
        "programme": programme,
        "document": document,
        "base": "",
        **deepcopy(SET_FIELDS),
        **fields,
        "criteria": [],
        "routes": [],
        **{part: [] for part in PARTS},
    }


@transaction.atomic
def drop_draft(criteria_set: CriteriaSet, *, seen: str, by: User) -> None:
    """Throw a draft away. Raises Refused once published, where files use it, or changed since it was seen."""
    row = lock_row(CriteriaSet.objects, criteria_set.pk)
    if not permissions.may_write(by, row):
        raise Refused("Đồng chí không xoá được bộ tiêu chí này.")
    if row.status == SetStatus.DRAFT:
        refuse_unless_seen(content_of(row), seen, "Chưa xoá gì. Hãy xem lại thay đổi rồi hãy xoá.")
    try:
        row.delete()
    except ProtectedError:
        raise Refused("Bộ tiêu chí đã có hồ sơ hoặc bộ bổ sung dựa vào nên không xoá được.") from None
