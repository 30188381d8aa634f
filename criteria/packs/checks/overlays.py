"""What an overlay may not do to the set it adds to."""

from collections.abc import Iterator

from .flaw import Flaw


def overlay_flaws(content: dict, base: dict | None) -> Iterator[Flaw]:
    """What an overlay may not do: leave out or alter a line of its base, or speak for another programme or kind."""
    if not content["base"]:
        return
    if base is None:
        yield ("base",), f"không có bộ “{content['base']}” đã ban hành để bổ sung"
        return
    if not content["province_code"]:
        yield ("base",), "chỉ tỉnh mới bổ sung tiêu chí; hãy ghi mã tỉnh (province_code)"
    for field in ("programme", "outcome"):
        if content[field] != base[field]:
            yield (field,), f"bộ bổ sung phải giữ “{field}” của bộ gốc {content['base']}"
    if set(content["unit_kinds"]) - set(base["unit_kinds"]):
        yield ("unit_kinds",), f"bộ gốc {content['base']} không áp dụng cho mọi loại đơn vị này"
    own = {row["code"]: row for row in content["criteria"]}
    for row in base["criteria"]:
        kept = own.get(row["code"])
        if kept is None:
            yield ("criteria",), f"thiếu tiêu chí {row['code']} của bộ gốc {content['base']}; bộ bổ sung chỉ được thêm"
        elif {**kept, "order": 0} != {**row, "order": 0}:
            yield ("criteria",), f"tiêu chí {row['code']} khác bộ gốc {content['base']}; bộ bổ sung chỉ được thêm"
