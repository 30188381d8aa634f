"""Attaching papers to a dossier and taking them off while it may still be edited; the dossier's log tells both."""

from collections.abc import Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from criteria.enums import Measure
from criteria.models import Criterion, DossierPaper
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.files.inspection import inspect
from portal.core.vietnamese import text
from units.models import User

from ..enums import Action, Side
from ..models import Evaluation, Event, Evidence
from .answers import locked_dossier


def add_evidence(
    dossiers: Sequence[Evaluation],
    upload: UploadedFile,
    *,
    by: User,
    codes: list[str],
    dossier_paper: DossierPaper | None = None,
    **facts: Any,
) -> list[Evidence]:
    """Keep one paper and say which criteria it proves, or which paper of the dossier it is, in each of the dossiers.

    All of them or none. `facts` are title, number, issued_on, issuer. Order: check, store the bytes once, then the
    rows, dossiers locked in the order of their ids. Raises Refused: paper not acceptable or already there, criterion or
    dossier paper not of the set, dossier not editable.
    """
    found = inspect(upload)
    stored = store.put(found.chunks)
    fields = {name: text.clean(value) if isinstance(value, str) else value for name, value in facts.items()} | {
        "file_name": text.clean(upload.name or "")[-200:],
        "content_type": found.content_type,
        "sha256": stored.sha256,
        "original_sha256": found.original_sha256,
        "changes": ", ".join(found.changed),
        "size": stored.size,
        "uploaded_by": by,
        "dossier_paper": dossier_paper,
    }
    with transaction.atomic():
        kept = [_attach(dossier, fields, codes, by) for dossier in sorted(dossiers, key=lambda dossier: dossier.pk)]
        Event.objects.bulk_create(_logged(one, Action.ATTACH, by) for one in kept)
        return kept


def _attach(dossier: Evaluation, fields: dict, codes: list[str], by: User) -> Evidence:
    dossier = locked_dossier(dossier, by, Side.OWN)
    criteria = list(
        Criterion.objects.filter(criteria_set=dossier.criteria_set_id, code__in=codes).exclude(measure=Measure.GROUP)
    )
    part = fields["dossier_paper"]
    if part and part.criteria_set_id != dossier.criteria_set_id:
        raise Refused(f"“{part.name}” không phải thành phần hồ sơ của bộ tiêu chí này. Hãy chọn lại.")
    if len(criteria) != len(set(codes)) or not (codes or part):
        raise Refused("Hãy chọn ít nhất một tiêu chí của bộ này mà tài liệu chứng minh.")
    try:
        with transaction.atomic():
            kept = Evidence.objects.create(evaluation=dossier, **fields)
    except IntegrityError:
        raise Refused(f"Tệp “{fields['file_name']}” đã có trong hồ sơ {dossier.unit_name}.") from None
    kept.criteria.set(criteria)
    return kept


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> None:
    """Take the paper off the dossier; its bytes stay in the store for what may still cite them."""
    evidence.evaluation = locked_dossier(evidence.evaluation, by, Side.OWN)
    _logged(evidence, Action.DETACH, by).save()
    evidence.delete()


def _logged(evidence: Evidence, action: Action, by: User) -> Event:
    return Event.staying(evidence.evaluation, action, by=by, comment=f"{evidence.title} ({evidence.file_name})")
