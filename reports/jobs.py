"""The job that makes a report's file."""

import unicodedata
from collections.abc import Callable

from portal.core.errors import Refused
from portal.core.jobs import Output, job_kind
from portal.core.models import Job

from .catalogue.entries import PDF, REPORTS
from .models import ReportRun
from .papers import pdf, xlsx
from .permissions import may_report_on

PRINTERS = {"pdf": pdf.render, "xlsx": xlsx.render}


@job_kind("report")
def print_report(job: Job, tell: Callable[..., None]) -> Output:
    """Build the paper from today's rows and print it; the asker's rights are asked again first.

    Raises Refused when the asker no longer reaches the place, or the report is no longer made.
    """
    run = ReportRun.objects.select_related("place__parent", "job__asked_by").get(job=job)
    asker = run.job.asked_by
    if asker is None or not may_report_on(asker, run.place):
        raise Refused(
            f"Người yêu cầu không còn được phân công ở phạm vi {run.place.name}, nên báo cáo không được in. "
            "Người đang được phân công hãy yêu cầu lại."
        )
    report = REPORTS.get(run.report)
    if report is None:
        raise Refused("Loại báo cáo này không còn trên hệ thống. Hãy chọn báo cáo khác.")
    tell(0, 1, "Đang tính số liệu")
    paper = report.build(run.params, run.place)
    path = PRINTERS[run.format](paper, tell)
    return Output(path, file_name(paper.file_stem, run.format))


def file_name(stem: str, format: str = PDF) -> str:
    """A name every file system takes: no tone marks, no slash, at most 120 letters."""
    bare = unicodedata.normalize("NFD", stem.replace("đ", "d").replace("Đ", "D").replace("–", "-"))
    kept = "".join(letter if letter.isascii() and letter.isalnum() or letter in " -_" else "" for letter in bare)
    return f"{'-'.join(kept.split())[:120]}.{format}"
