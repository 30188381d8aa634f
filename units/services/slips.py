"""One-time passwords for many: hashed together, printed as slips in one PDF that is given out once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone

from portal.core.errors import Refused
from portal.core.files import store
from portal.core.models import Job
from portal.core.passwords.hashers import OneTimeArgon2
from portal.core.passwords.one_time import one_time_password
from portal.core.printing.checks import missing_for_pdf
from portal.core.printing.pages import closed_fetcher, outside_refused
from portal.core.vietnamese.figures import grouped
from portal.core.vietnamese.text import printable
from portal.core.web.address import portal_address

from ..models import SlipSheet, User

TOGETHER = 240  # slips hashed or laid out at a time: forty pages, so that memory stays flat
DAYS = 7  # a sheet nobody took is dropped after them
Tell = Callable[..., None]
LOST = "Hãy chọn lại những người này ở trang Người dùng và cấp lại mật khẩu."


@dataclass(frozen=True)
class Slip:
    """What stands on one slip beside the password."""

    user: User
    place: str


def issue(slips: Sequence[Slip], write: Callable[[list[str]], None], *, job: Job, by: User, tell: Tell) -> None:
    """Give each person of the slips a one-time password and print them; `write` stores the hashes, in their order.

    The file is whole in the store before the transaction that makes the passwords good, and its row stands in that
    transaction: a worker that dies before leaves slips nobody can use, one that dies after has left everything.
    """
    passwords = [one_time_password() for _ in slips]
    parts = 2 * len(slips) + 1
    hashes: list[str] = []
    for start, some in _batches(passwords):
        tell(start, parts, f"Đang tạo mật khẩu: {grouped(start)}/{grouped(len(slips))}")
        hashes += [make_password(password, hasher=OneTimeArgon2()) for password in some]
    stored = store.put([_printed(slips, passwords, lambda done: tell(len(slips) + done, parts, "Đang in phiếu"))])
    try:
        with transaction.atomic():
            write(hashes)
            SlipSheet.objects.create(job=job, asked_by=by, slips=len(slips), sha256=stored.sha256)
            tell(parts, parts, slips_sentence(len(slips)))
    except BaseException:
        store.drop(stored.sha256)
        raise


def slips_sentence(slips: int) -> str:
    return f"Đã cấp {grouped(slips)} mật khẩu. Phiếu chờ ở trang Người dùng, chỉ tải được một lần."


def _batches(things: Sequence) -> Iterator[tuple[int, Sequence]]:
    for start in range(0, len(things), TOGETHER):
        yield start, things[start : start + TOGETHER]


def _printed(slips: Sequence[Slip], passwords: Sequence[str], tell: Callable[[int], None]) -> bytes:
    """The PDF of the slips. Raises Refused where the machine cannot print."""
    if sentence := missing_for_pdf():
        raise Refused(sentence)
    import pikepdf  # noqa: PLC0415 -- heavy
    from weasyprint import HTML  # noqa: PLC0415 -- heavy
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 -- heavy

    fonts, fetcher, out = FontConfiguration(), closed_fetcher(), BytesIO()
    with outside_refused(), pikepdf.new() as whole:
        for start, some in _batches(list(zip(slips, passwords, strict=True))):
            tell(start)
            html = render_to_string("units/pdf/slips.html", {"slips": some, "address": portal_address()})
            part = HTML(string=printable(html), url_fetcher=fetcher).render(font_config=fonts).write_pdf()
            fetcher.check()
            with pikepdf.open(BytesIO(part)) as pages:
                whole.pages.extend(pages.pages)
        whole.docinfo["/Title"] = "Phiếu mật khẩu dùng một lần"
        whole.Root.Lang = "vi"
        whole.save(out)
    return out.getvalue()


def take_slips(sheet: SlipSheet, *, by: User) -> bytes:
    """The file of the sheet, for whoever asked for it, once; it is removed from the store as this commits.

    Raises Refused when it was taken or dropped before, or its bytes are not whole.
    """
    with transaction.atomic():
        sheet = SlipSheet.objects.select_for_update().get(pk=sheet.pk, asked_by=by)
        if sheet.taken_at or sheet.dropped_at:
            raise Refused(f"Phiếu mật khẩu này đã tải hoặc đã huỷ; chỉ tải được một lần. {LOST}")
        try:
            data = store.take(sheet.sha256).read_bytes()
        except store.Damaged:
            raise Refused(f"Tệp phiếu mật khẩu không còn nguyên vẹn. {LOST}") from None
        sheet.taken_at = timezone.now()
        sheet.save(update_fields=["taken_at"])
        transaction.on_commit(lambda: store.drop(sheet.sha256))
    return data


def drop_old_slips() -> int:
    """Remove the files of sheets nobody took within DAYS; returns how many."""
    old = list(SlipSheet.objects.waiting().filter(made_at__lt=Now() - timedelta(days=DAYS)))
    for sheet in old:
        store.drop(sheet.sha256)
    return SlipSheet.objects.waiting().filter(pk__in=[sheet.pk for sheet in old]).update(dropped_at=Now())
