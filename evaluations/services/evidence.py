"""Attaching papers to a file and taking them off while it may still be edited."""

from collections.abc import Sequence

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


def add_evidence(files: Sequence[Evaluation], upload, *, by: User, codes: list[str], **facts) -> list[Evidence]:
    """Keep one paper and say which criteria it proves, in each of the files: all of them or none.

    `facts` are title, number, issued_on, issuer. Order: check, store the bytes once, then the rows, files locked in
    the order of their ids. Raises Refused: paper not acceptable or already there, criterion not of the set, file not
    editable.
    """
    content_type, chunks = inspect(upload)
    stored = store.put(chunks)
    paper = {name: text.clean(value) if isinstance(value, str) else value for name, value in facts.items()} | {
        "file_name": text.clean(upload.name)[-200:],
        "content_type": content_type,
        "sha256": stored.sha256,
        "size": stored.size,
        "uploaded_by": by,
    }
    with transaction.atomic():
        return [_attach(file, paper, codes, by) for file in sorted(files, key=lambda file: file.pk)]


def _attach(file: Evaluation, paper: dict, codes: list[str], by: User) -> Evidence:
    file = locked_file(file, by, OWN)
    criteria = list(
        Criterion.objects.filter(criteria_set=file.criteria_set_id, code__in=codes).exclude(measure=Measure.GROUP)
    )
    if len(criteria) != len(set(codes)) or not codes:
        raise Refused("Hãy chọn ít nhất một tiêu chí của bộ này mà tài liệu chứng minh.")
    try:
        with transaction.atomic():
            kept = Evidence.objects.create(evaluation=file, **paper)
    except IntegrityError:
        raise Refused(f"Tệp “{paper['file_name']}” đã có trong hồ sơ {file.unit_name}.") from None
    kept.criteria.set(criteria)
    return kept


@transaction.atomic
def remove_evidence(paper: Evidence, *, by: User) -> None:
    """Take the paper off the file; its bytes stay in the store for what may still cite them."""
    locked_file(paper.evaluation, by, OWN)
    paper.delete()
