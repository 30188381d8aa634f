"""Attaching papers to a file and taking them off while it may still be edited; the file's log tells both."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction

from criteria.enums import Measure
from criteria.models import Criterion, DossierPaper
from portal.core import store
from portal.core.errors import Refused
from portal.core.papers import inspect
from units import text
from units.models import User

from ..models import Evaluation, Event, Evidence
from ..queries import OWN
from .answers import locked_file


def add_evidence(
    files: Sequence[Evaluation],
    upload,
    *,
    by: User,
    codes: list[str],
    dossier_paper: DossierPaper | None = None,
    **facts,
) -> list[Evidence]:
    """Keep one paper and say which criteria it proves, or which paper of the dossier it is, in each of the files.

    All of them or none. `facts` are title, number, issued_on, issuer. Order: check, store the bytes once, then the
    rows, files locked in the order of their ids. Raises Refused: paper not acceptable or already there, criterion or
    dossier paper not of the set, file not editable.
    """
    content_type, chunks = inspect(upload)
    stored = store.put(chunks)
    paper = {name: text.clean(value) if isinstance(value, str) else value for name, value in facts.items()} | {
        "file_name": text.clean(upload.name)[-200:],
        "content_type": content_type,
        "sha256": stored.sha256,
        "size": stored.size,
        "uploaded_by": by,
        "dossier_paper": dossier_paper,
    }
    with transaction.atomic():
        kept = [_attach(file, paper, codes, by) for file in sorted(files, key=lambda file: file.pk)]
        Event.objects.bulk_create(_told(one, "attach", "Đính kèm tài liệu", by) for one in kept)
        return kept


def _attach(file: Evaluation, paper: dict, codes: list[str], by: User) -> Evidence:
    file = locked_file(file, by, OWN)
    criteria = list(
        Criterion.objects.filter(criteria_set=file.criteria_set_id, code__in=codes).exclude(measure=Measure.GROUP)
    )
    asked = paper["dossier_paper"]
    if asked and asked.criteria_set_id != file.criteria_set_id:
        raise Refused(f"“{asked.name}” không phải thành phần hồ sơ của bộ tiêu chí này. Hãy chọn lại.")
    if len(criteria) != len(set(codes)) or not (codes or asked):
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
    paper.evaluation = locked_file(paper.evaluation, by, OWN)
    _told(paper, "detach", "Gỡ tài liệu", by).save()
    paper.delete()


def _told(paper: Evidence, action: str, label: str, by: User) -> Event:
    return Event.staying(paper.evaluation, action, label, by=by, comment=f"{paper.title} ({paper.file_name})")
