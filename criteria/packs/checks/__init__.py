"""What is wrong with a set's content: what keeps it from being a criteria set, and from being published."""

from collections.abc import Iterator

from .criteria import criteria_flaws
from .days import is_day
from .flaw import Flaw
from .outcomes import outcome_flaws
from .overlays import overlay_flaws
from .publishing import unready
from .routes import route_flaws
from .years import years_meet

__all__ = ["Flaw", "flaws", "is_day", "overlay_flaws", "unready", "years_meet"]


def flaws(content: dict) -> Iterator[Flaw]:
    """Everything that keeps the content from being a criteria set at all."""
    if content["last_year"] is not None and content["last_year"] < content["first_year"]:
        yield ("last_year",), f"năm cuối {content['last_year']} đứng trước năm đầu {content['first_year']}"
    for end in ("window_from", "window_to"):
        if content[end] and not is_day(content[end]):
            yield (end,), f"“{content[end]}” không phải ngày trong năm; hãy ghi tháng-ngày, ví dụ 11-01"
    if content["place_code"] and not content["province_code"]:
        yield ("place_code",), "bộ riêng của một xã, huyện phải ghi cả mã tỉnh (province_code)"
    if bool(content["window_from"]) != bool(content["window_to"]):
        yield ("window_from",), "kỳ đánh giá phải có cả ngày đầu và ngày cuối"
    yield from criteria_flaws(content)
    yield from route_flaws(content)
    yield from outcome_flaws(content)
