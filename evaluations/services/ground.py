"""A recognition that stands though its ground fell later."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from criteria.packs.content import digest
from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.models import User

from .. import permissions
from ..enums import Action, State
from ..judging.dossiers import judged_dossier
from ..models import Evaluation, Event
from ..queries.fallen import ground_lost, lost_ground


@transaction.atomic
def keep_recognition(evaluation: Evaluation, *, decided_on: date, reason: str, seen: str, by: User) -> Evaluation:
    """The decider decides that the recognition stands; the flag is closed until the ground falls further.

    Raises Refused: no right, not recognised any more, ground that stands or fell on since it was `seen`, no reason, a
    day to come or before the recognition.
    """
    dossier = lock_row(Evaluation.objects.select_related("criteria_set__document"), evaluation.pk)
    if not permissions.may_revoke(by, dossier):
        raise Refused("Tài khoản của đồng chí không có quyền quyết định giữ công nhận này.")
    if dossier.state != State.RECOGNISED:
        raise Refused(f"Hồ sơ đang ở tình trạng “{dossier.get_state_display()}” nên không có công nhận để giữ.")
    judged = judged_dossier(dossier)
    reasons, ground = lost_ground(judged), ground_lost(judged)
    if not reasons:
        raise Refused("Căn cứ của công nhận này không còn gì phải quyết định. Hãy tải lại trang.")
    if seen != digest(ground):
        raise Refused("Căn cứ vừa thay đổi thêm. Chưa ghi gì; hãy xem lại căn cứ hiện nay rồi quyết định.")
    if not (told := " ".join(reason.split())):
        raise Refused("Hãy ghi rõ lý do giữ công nhận.")
    signed = dossier.outcome.decision.signed_on if dossier.outcome else None
    if decided_on > timezone.localdate():
        raise Refused("Ngày quyết định giữ công nhận không thể sau hôm nay.")
    if signed and decided_on < signed:
        raise Refused(f"Ngày quyết định giữ không thể trước ngày công nhận ({signed:%d/%m/%Y}).")
    dossier.kept_ground = {"ground": ground, "on": decided_on.isoformat(), "reason": told, "post": str(by)}
    dossier.save(update_fields=["kept_ground"])
    comment = f"Ngày {decided_on:%d/%m/%Y}: {told} Căn cứ khi đó: {' '.join(reasons)}"
    Event.staying(dossier, Action.KEEP, by=by, comment=comment).save()
    return dossier
