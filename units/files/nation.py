"""One province of the national register, before or after the reform of 1/7/2025, as rows of a file of units."""

from datetime import date

from portal.core.sheets import writing

from ..enums import Subtype, UnitKind
from ..reforms.national import read

HEADS = ["key", "kind", "subtype", "code", "name", "parent_key", "opened_on"]
TYPE_WORDS = {
    UnitKind.PROVINCE: {"Tỉnh": Subtype.PROVINCE, "Thành phố": Subtype.CENTRAL_CITY},
    UnitKind.DISTRICT: {
        "Huyện": Subtype.RURAL_DISTRICT,
        "Quận": Subtype.URBAN_DISTRICT,
        "Thị xã": Subtype.TOWN,
        "Thành phố": Subtype.CITY,
    },
    UnitKind.COMMUNE: {
        "Xã": Subtype.COMMUNE,
        "Phường": Subtype.WARD,
        "Thị trấn": Subtype.TOWNSHIP,
        "Đặc khu": Subtype.SPECIAL_ZONE,
    },
}


class UnknownProvince(Exception):
    """The register of that time has no province of the code."""


def province_file(code: str, *, before: bool, opened_on: date) -> bytes:
    """The province with its districts (before) and communes as a CSV that `files.units` reads.

    `before` is the register of early 2025, else that of 1/7/2025. `opened_on` is the first day the portal is to know
    them: the register does not say when they were founded. Raises UnknownProvince.
    """
    rows = [row for row in read("before.csv" if before else "communes.csv") if row["province_code"] == code]
    if not rows:
        raise UnknownProvince(code)
    made = {code: _row(code, UnitKind.PROVINCE, code, rows[0]["province"], "", opened_on)}
    for row in rows:
        above = row["district_code"] if before else code
        if before and above not in made:
            made[above] = _row(above, UnitKind.DISTRICT, above, row["district"], code, opened_on)
        if commune := row["commune_code"]:  # an island district has none
            made[commune] = _row(commune, UnitKind.COMMUNE, commune, row["commune"], above, opened_on)
    return writing.as_csv(HEADS, made.values())


def _row(key: str, kind: UnitKind, code: str, name: str, parent: str, opened_on: date) -> list:
    words = TYPE_WORDS[kind]
    subtype = next(words[word] for word in words if name.startswith(f"{word} "))
    return [key, kind.value, subtype.value, code, name, parent, opened_on]
