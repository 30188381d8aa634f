"""Kinds of files taken in by a job: where their rows are listed, what they are called (apps above add theirs), and that
nothing is written over what came after a preview."""

import json

from django.urls import reverse

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.vietnamese.figures import grouped

from ..registers import REGISTERS
from .lines import Problems

LISTED = 200  # rows told when a file no longer fits
PLACES = {  # kind of job: where its rows are listed, where its file is sent again
    "import_units": ("units:list", "units:import"),
    "import_register": ("units:register_list", "units:register_import"),
    "import_seats": ("units:committee_list", "units:seat_import"),
    "import_committees": ("units:committee_list", "units:committee_import"),
    "import_people": ("units:people", "units:people_import"),
    "reissue_passwords": ("units:people", "units:people"),
}
WORDS = {
    "import_units": "Đơn vị",
    "import_seats": "Thành viên Ban Chỉ đạo",
    "import_committees": "Ban Chỉ đạo",
    "import_people": "Người dùng",
    "reissue_passwords": "Cấp lại mật khẩu",
}


def place_of(kind: str, slug: str) -> tuple[str, str]:
    """Addresses of the list of a kind's rows and of the page that takes its file; `slug` names a register, or what else
    their addresses need."""
    rows, again = (reverse(name, args=[slug] if slug else []) for name in PLACES[kind])
    return rows, again


def word_of(kind: str, slug: str) -> str:
    return WORDS.get(kind) or REGISTERS[slug].title


def keep_seen(found: Problems) -> str:
    """Keep what is stored of the file's rows now, for the job that will write them; the name it is kept under."""
    return store.put([json.dumps(found.held, sort_keys=True).encode()]).sha256


def refuse_changed(found: Problems, seen: str) -> None:
    """Raises Refused, naming the rows, where something a row writes over is no longer what the preview showed.

    All of the file is refused: half of it would be neither what was agreed to nor what is in the file. `seen` is what
    `keep_seen` gave; nothing was seen where it is empty.
    """
    rows = found.changed_since(_seen(seen))
    if not rows:
        return
    lines = [f"Dòng {row}: đã đổi sau khi xem trước." for row in rows[:LISTED]]
    head = f"{grouped(len(rows))} dòng đã đổi sau khi xem trước, nên chưa ghi gì. Hãy gửi lại tệp để xem trước lần nữa."
    raise Refused("\n".join([head, *lines]))


def _seen(name: str) -> dict[int, str]:
    if not name:
        return {}
    try:
        kept = json.loads(store.take(name).read_bytes())
    except store.Damaged:
        raise Refused("Bản xem trước đã lưu không còn nguyên vẹn, nên chưa ghi gì. Hãy gửi lại tệp.") from None
    return {int(row): told for row, told in kept.items()}
