"""Attaching papers to a file and taking them off while it may still be edited."""

from datetime import date

from django.db import IntegrityError, transaction

from criteria.enums import Measure
from criteria.models import Criterion
from portal.core import store
from portal.core.errors import Refused
from units import text
from units.models import User

from ..models import Evaluation, Evidence
from ..papers import inspect
from ..queries import OWN
from .answers import locked_file


def add_evidence(
    evaluation: Evaluation,
    upload,
    *,
    by: User,
    title: str,
    codes: list[str],
    number: str = "",
    issued_on: date | None = None,
    issuer: str = "",
) -> Evidence:
    """Keep a paper and say which criteria it proves. Order: check, store the bytes, then the row.

    Raises Refused: file not acceptable, same paper already there, criterion not of this set, file not editable.
    """
    content_type, chunks = inspect(upload)
    stored = store.put(chunks)
    with transaction.atomic():
        file = locked_file(evaluation, by, OWN)
        criteria = list(
            Criterion.objects.filter(criteria_set=file.criteria_set_id, code__in=codes).exclude(measure=Measure.GROUP)
        )
        if len(criteria) != len(set(codes)) or not codes:
            raise Refused("Hãy chọn ít nhất một tiêu chí của bộ này mà tài liệu chứng minh.")
        try:
            with transaction.atomic():
                paper = Evidence.objects.create(
                    evaluation=file,
                    title=text.clean(title),
                    number=number.strip(),
                    issued_on=issued_on,
                    issuer=text.clean(issuer),
                    file_name=text.clean(upload.name)[-200:],
                    content_type=content_type,
                    sha256=stored.sha256,
                    size=stored.size,
                    uploaded_by=by,
                )
        except IntegrityError:
            raise Refused(f"Tệp “{upload.name}” đã có trong hồ sơ này.") from None
        paper.criteria.set(criteria)
    return paper


@transaction.atomic
def remove_evidence(paper: Evidence, *, by: User) -> None:
    """Take the paper off the file; its bytes stay in the store for what may still cite them."""
    locked_file(paper.evaluation, by, OWN)
    paper.delete()
