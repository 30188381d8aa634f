"""The dates a dossier gives for its registration and resolution, and what the appraisers make of one out of time."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from portal.core.errors import Refused
from units.models import User

from ..enums import Action, Side
from ..judging.dossiers import judged_dossier
from ..models import Evaluation, Event
from .answers import locked_dossier

DATES = ("signed_up_on", "resolution_on", "resolution_by")
DECISION = ("timing_accepted", "timing_reason")


@transaction.atomic
def record_dates(
    evaluation: Evaluation, *, signed_up_on: date | None, resolution_on: date | None, resolution_by: str, by: User
) -> Evaluation:
    """Keep the dates as the papers give them; a decision on other dates no longer holds.

    Raises Refused: no right, not open for entry, a day still to come, a resolution without its day or issuer.
    """
    dossier = locked_dossier(evaluation, by, Side.OWN)
    issuer = " ".join(resolution_by.split())
    if any(day and day > timezone.localdate() for day in (signed_up_on, resolution_on)):
        raise Refused("Ngày ghi trên văn bản không thể sau hôm nay. Hãy xem lại bản đăng ký, nghị quyết.")
    if bool(resolution_on) != bool(issuer):
        raise Refused("Nghị quyết phải có cả ngày và nơi ban hành. Hãy nhập đủ, hoặc để trống cả hai nếu chưa có.")
    new = (signed_up_on, resolution_on, issuer)
    if new == tuple(getattr(dossier, name) for name in DATES):
        return dossier
    for name, value in zip(DATES, new, strict=True):
        setattr(dossier, name, value)
    dossier.timing_accepted, dossier.timing_reason = None, ""
    dossier.save(update_fields=[*DATES, *DECISION])
    Event.staying(dossier, Action.DATE, by=by, comment=_dates_in_words(dossier)).save()
    return dossier


def _dates_in_words(dossier: Evaluation) -> str:
    signed = f"{dossier.signed_up_on:%d/%m/%Y}" if dossier.signed_up_on else "để trống"
    resolved = f"{dossier.resolution_on:%d/%m/%Y}, {dossier.resolution_by}" if dossier.resolution_on else "để trống"
    return f"Ngày đăng ký: {signed}; nghị quyết: {resolved}"


@transaction.atomic
def decide_timing(evaluation: Evaluation, *, accepted: bool, reason: str, by: User) -> Evaluation:
    """The appraisers accept what is out of time, or not, with a reason. Raises Refused."""
    dossier = locked_dossier(evaluation, by, Side.APPRAISED)
    if not judged_dossier(dossier).late:
        raise Refused("Bản đăng ký, nghị quyết của hồ sơ không ngoài thời hạn nên không có gì phải quyết định.")
    if not (told := reason.strip()):
        raise Refused("Hãy ghi rõ lý do chấp nhận hoặc không chấp nhận.")
    dossier.timing_accepted, dossier.timing_reason = accepted, told
    dossier.save(update_fields=DECISION)
    word = "Chấp nhận" if accepted else "Không chấp nhận"
    Event.staying(dossier, Action.DECIDE_TIMING, by=by, comment=f"{word}: {told}").save()
    return dossier
