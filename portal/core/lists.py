"""A list that leaves as a file, declared once beside its page: what it is called, its rows, its columns.

`find(asked, …)` of a list reads who asks and what their address filters by, and nothing else of a request: a page, the
file given at once and the job that makes a long file ask the same function, so none of them shows other rows.
"""

import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404, QueryDict
from django.urls import resolve
from django.utils import timezone

from .errors import Refused
from .jobs import Output, job_kind
from .models import Job
from .sheets import writing
from .vietnamese.figures import grouped

KIND = "list_file"  # of the jobs
AT_ONCE = 2_000  # rows a request writes itself, under a second; more would keep a web process from everybody else
CHUNK = 2_000  # rows read and written together: memory stays flat however long the list
MOST_OF_A_SHEET = 1_048_575  # rows a worksheet has below its headings
KEPT = timedelta(days=1)  # a made file waits for who asked
APART = 32  # random bytes before a kept file, see `build`
ENDINGS = {"xlsx": writing.XLSX, "csv": writing.CSV}


class Asking(Protocol):
    """Who asks for a list and what the address filters by; a request is one."""

    @property
    def user(self) -> Any: ...

    @property
    def GET(self) -> QueryDict: ...  # noqa: N802 -- as a request says it


@dataclass(frozen=True)
class Asked:
    """The same of an address that is read again later, without a request."""

    user: Any
    GET: QueryDict


@dataclass(frozen=True)
class ListColumn:
    """A heading and what of a row stands under it: a name as a template would say it (`cycle.year`,
    `get_kind_display`), or a function of the row. Days, whole numbers and decimals stay what they are."""

    heading: str
    read: str | Callable[[Any], Any]


@dataclass(frozen=True)
class Listed:
    """A list as one reader asked for it.

    `lines` makes cells of rows as they come. `form` is the filter the rows went through: while it has an error there is
    no file. `more` are further pages of the workbook, each a title and its rows, the headings first.
    """

    title: str
    name: str  # of the file, without day and ending
    rows: QuerySet | Sequence
    headings: Sequence[str]
    lines: Callable[[Iterable], Iterable[Sequence]]
    form: BaseForm | None = None
    more: Callable[[], Iterable[tuple[str, Iterable[Sequence]]]] = field(default=tuple)

    @property
    def many(self) -> int:
        return self.rows.count() if isinstance(self.rows, QuerySet) else len(self.rows)

    @property
    def is_refused(self) -> bool:
        """The filter was asked something it cannot read."""
        return bool(self.form and self.form.errors)

    def file_name(self, ending: str) -> str:
        return f"{self.name}-{timezone.localdate():%Y-%m-%d}.{ending}"


def listed(
    title: str,
    name: str,
    rows: QuerySet | Sequence,
    columns: Sequence[ListColumn],
    *,
    dress: Callable[[list], Iterable] | None = None,
    form: BaseForm | None = None,
) -> Listed:
    """A list in columns. `dress` gives, for some rows at a time, what is read in their place: so what a row needs of
    others costs a query for each CHUNK of rows and not for each row."""
    readers = [_reader(column.read) for column in columns]

    def lines(found: Iterable) -> Iterator[list]:
        for chunk in chunks(found):
            for row in dress(chunk) if dress else chunk:
                yield [read(row) for read in readers]

    return Listed(title, name, rows, [column.heading for column in columns], lines, form)


def chunks(rows: Iterable) -> Iterator[list]:
    """The rows, CHUNK at a time."""
    left = iter(rows)
    while chunk := list(islice(left, CHUNK)):
        yield chunk


def _reader(read: str | Callable[[Any], Any]) -> Callable[[Any], Any]:
    if callable(read):
        return read
    parts = read.split(".")
    if len(parts) == 1 and not read.startswith("get_"):
        return attrgetter(read)

    def value_of(row: Any) -> Any:
        for part in parts:
            if row is None:
                return None
            row = getattr(row, part)
        return row() if callable(row) else row

    return value_of


def day_of(moment: datetime | None) -> date | None:
    """The day of a moment on the clock of Việt Nam."""
    return timezone.localtime(moment).date() if moment else None


def found_at(address: str, user: Any) -> Listed:
    """The list of a page's address as the user may read it now.

    Raises Http404 where the address names no list that leaves, or none of the user's.
    """
    path, _, query = address.partition("?")
    page = resolve(path)
    find = getattr(page.func, "listed", None)
    if find is None:
        raise Http404
    return find(Asked(user, QueryDict(query)), *page.args, **page.kwargs)


def write(found: Listed, ending: str, out: BinaryIO, told: Callable[[int], None] = lambda done: None) -> None:
    """The list's file into `out`; `told` hears how many rows were read.

    Raises Refused for more rows than a worksheet holds.
    """
    rows = found.lines(_counted(found.rows, told))
    if ending == "csv":
        writing.write_csv(out, found.headings, rows)
        return
    if (many := found.many) > MOST_OF_A_SHEET:
        raise Refused(
            f"Danh sách có {grouped(many)} dòng, một bảng tính chỉ chứa {grouped(MOST_OF_A_SHEET)}. Hãy lọc hẹp lại, "
            "hoặc tải về dạng CSV."
        )
    writing.write_xlsx(out, found.title, found.headings, rows, *found.more())


def _counted(rows: QuerySet | Sequence, told: Callable[[int], None]) -> Iterator:
    each = rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else iter(rows)
    for number, row in enumerate(each):
        if number % CHUNK == 0:
            told(number)
        yield row


@job_kind(KIND)
def build(job: Job, tell: Callable[..., None]) -> Output:
    """Make the file of a long list with its reader's rights of now.

    The file is kept behind some random bytes: no other row can name it, so it can be dropped a day later even where the
    same list was sent in again, as an import or as evidence. Raises Refused where the list is no longer the reader's.
    """
    address, ending, user = job.params["address"], job.params["ending"], job.asked_by
    try:
        if user is None or not user.is_active:
            raise Http404
        found = found_at(address, user)
    except Http404:
        raise Refused("Người yêu cầu không còn được xem danh sách này, nên tệp không được lập.") from None
    many = found.many

    def told(done: int) -> None:
        tell(min(done, many), many, f"Đã ghi {grouped(done)}/{grouped(many)} dòng")

    with tempfile.TemporaryFile() as made:  # a workbook counts from its own first byte
        write(found, ending, made, told)
        made.seek(0)
        with tempfile.NamedTemporaryFile(prefix="danh-sach-", delete=False) as kept:
            kept.write(secrets.token_bytes(APART))
            shutil.copyfileobj(made, kept)
    return Output(Path(kept.name), found.file_name(ending))
