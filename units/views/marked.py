"""The file that was refused, given back to who sent it with its problems marked; for a day, as previews are."""

import json
import re
from collections.abc import Sequence
from pathlib import PurePath

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from portal.core.files import store
from portal.core.sheets.books import BadBook
from portal.core.sheets.marking import marked_book
from portal.core.sheets.reading import Problem, Unreadable
from portal.core.sheets.templates import Template
from portal.core.sheets.writing import XLSX

SALT = "marked_file"
DAY = 24 * 3600
NO_NAME = re.compile(r'[\\/:*?"<>|]')  # what no file's name holds everywhere; what was pasted is named by its moment


def marked_address(
    request, data: bytes, file: str, problems: Sequence[Problem], template: Template | None, page: str
) -> str:
    """Where the sender finds the file with these problems marked; empty where none of them is of a row. Keeps the file
    and the problems. `page` is the one that takes the file again."""
    if all(problem.row is None for problem in problems):
        return ""
    told = {
        "problems": [[one.row, one.sentence, one.column, one.sheet] for one in problems],
        "columns": template.headings if template else {},
        "needed": template.needed if template else (),
    }
    kept = {
        "sha256": store.put([data]).sha256,
        "told": store.put([json.dumps(told).encode()]).sha256,
        "name": file[:200],
        "user": request.user.pk,
        "page": page,
    }
    return reverse("units:marked_file", args=[signing.dumps(kept, salt=SALT)])


@require_safe
def marked_file(request, token):
    """The marked workbook; 404 for everybody but the sender, for a changed and for a day-old address."""
    kept = _kept(token)
    if kept["user"] != request.user.pk:
        raise Http404
    try:
        data, told = (store.take(kept[name]).read_bytes() for name in ("sha256", "told"))
        made = _marked(data, kept["name"], json.loads(told))
    except store.Damaged:
        messages.error(request, "Tệp đã lưu không còn nguyên vẹn. Hãy gửi lại tệp.")
        return redirect(kept["page"])
    except (BadBook, Unreadable):
        messages.error(request, "Không đánh dấu được tệp này trong giới hạn của máy chủ. Hãy sửa theo danh sách lỗi.")
        return redirect(kept["page"])
    stem = PurePath(NO_NAME.sub("-", kept["name"])).stem
    name = content_disposition_header(True, f"{stem} - đánh dấu lỗi.xlsx")
    return HttpResponse(made, content_type=XLSX, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


def _kept(token: str) -> dict:
    try:
        return signing.loads(token, salt=SALT, max_age=DAY)
    except signing.BadSignature:
        raise Http404 from None


def _marked(data: bytes, file: str, told: dict) -> bytes:
    problems = [Problem(file, *told_of) for told_of in told["problems"]]
    return marked_book(data, file, problems, columns=told["columns"], needed=told["needed"])
