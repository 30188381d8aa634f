"""Publishing a set for good, what keeps it from that, and ending a published one."""

import logging

from django.db import transaction

from portal.core.errors import Refused
from portal.core.rows.locking import lock_row
from units.models import User

from .. import permissions
from ..enums import SetStatus
from ..models import CriteriaSet
from ..packs.checks import flaws, overlay_flaws, unready, years_meet
from ..packs.content import content_of, digest
from ..packs.stored import years_taken
from ..queries import of_another_province, place_exists, unsettled
from . import documents
from .storing import refuse_unless_seen

log = logging.getLogger(__name__)


def to_publish(criteria_set: CriteriaSet) -> dict:
    """What publishing fixes: the set's content, and the document it rests on as it stands."""
    return {"content": content_of(criteria_set), "document": documents.facts_of(criteria_set.document)}


def publish(criteria_set: CriteriaSet, *, by: User | None = None, seen: str = "") -> CriteriaSet:
    """Fix the set for good: lock it, look for every lack, hash its content. Raises Refused listing all lacks.

    `by` is the person who publishes, from the province the set is for, with the signed document attached, and `seen`
    the hash of what their page showed (`to_publish`): nothing else is published. None stands for the operator who loads
    a pack at the command line.
    """
    with transaction.atomic():
        rows = CriteriaSet.objects.select_for_update(of=("self", "document")).select_related("document")
        found_set = rows.filter(pk=criteria_set.pk).first()
        if found_set is None:
            raise Refused(f"Bản thảo “{criteria_set.name}” vừa được bỏ. Hãy tải lại trang để xem.")
        criteria_set = found_set
        if by is not None and not permissions.may_write(by, criteria_set):
            raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được ban hành bộ tiêu chí của tỉnh mình.")
        if criteria_set.status != SetStatus.DRAFT:
            raise Refused(f"Bộ tiêu chí “{criteria_set.name}” không còn là bản thảo nên không ban hành lại.")
        if by is not None:
            refuse_unless_seen(
                to_publish(criteria_set), seen, "Chưa ban hành gì. Hãy xem lại bản thảo và văn bản rồi ban hành."
            )
        content = content_of(criteria_set)
        if found := lacks(criteria_set, content, with_papers=by is not None):
            raise Refused(f"Chưa ban hành được bộ tiêu chí “{criteria_set.name}”: {'; '.join(found)}.")
        criteria_set.status, criteria_set.sha256 = SetStatus.PUBLISHED, digest(content)
        criteria_set.save(update_fields=["status", "sha256"])
    log.info("criteria set %s v%s published by %s", criteria_set.code, criteria_set.version, by or "command line")
    return criteria_set


def lacks(criteria_set: CriteriaSet, content: dict, *, with_papers: bool = True) -> list[str]:
    """Everything that keeps the draft with this content from being published, a Vietnamese sentence each, no full stop.

    `with_papers`: the document must be dated and its signed copy attached, as when a person publishes.
    """
    base = content_of(criteria_set.base) if criteria_set.base else None
    found = [sentence for _, sentence in flaws(content)]
    found += [sentence for _, sentence in overlay_flaws(content, base)]
    found += unready(content)
    document = criteria_set.document
    if with_papers:
        if criteria_set.place_code and not place_exists(criteria_set):
            found.append(f"chưa từng có xã, huyện nào mã {criteria_set.place_code}")
        found += [f"chưa nói văn bản của tỉnh quy định thế nào: “{one.rstrip('.')}”" for one in unsettled(criteria_set)]
        if not document.issued_on:
            found.append(f"văn bản {document.number} chưa có ngày ban hành")
        elif other := of_another_province(criteria_set.province_code, document.issued_on):
            name, today = other
            found.append(
                f"văn bản {document.number} ban hành ngày {document.issued_on:%d/%m/%Y}, khi mã tỉnh {today.code} "
                f"còn là của {name}, nên bộ này không xét được đơn vị nào của {today}; ở mục “Thông tin chung” hãy "
                f"chọn văn bản {today} ban hành từ ngày {today.opened_on:%d/%m/%Y}"
            )
        if not document.scan_sha256:
            remedy = "" if document.province_code else "; hãy chọn văn bản của tỉnh ở mục “Thông tin chung”"
            found.append(f"văn bản {document.number} chưa đính kèm bản đã ký{remedy}")
    found += [
        f"trùng năm áp dụng với bộ {other['code']} phiên bản {other['version']} đã ban hành"
        for other in years_taken(CriteriaSet.objects.published().exclude(pk=criteria_set.pk))
        if years_meet(content, other)
    ]
    return found


def retire(criteria_set: CriteriaSet, *, by: User) -> CriteriaSet:
    """End a published set: no new year opens with it, years opened keep it. Raises Refused."""
    with transaction.atomic():
        criteria_set = lock_row(CriteriaSet.objects, criteria_set.pk)
        if not permissions.may_write(by, criteria_set):
            raise Refused("Chỉ cán bộ cấp tỉnh hoặc quản trị được cho hết áp dụng bộ tiêu chí của tỉnh mình.")
        if criteria_set.status != SetStatus.PUBLISHED:
            raise Refused(f"Bộ tiêu chí “{criteria_set.name}” không ở tình trạng đã ban hành.")
        CriteriaSet.objects.filter(pk=criteria_set.pk).update(status=SetStatus.RETIRED)
    log.info("criteria set %s v%s retired by %s", criteria_set.code, criteria_set.version, by)
    return criteria_set
