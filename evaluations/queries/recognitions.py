"""What a list of recognitions comes to: which of its rows stand as recognised."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from portal.core.vietnamese.figures import told_counts

from ..judging.success import succeeded
from ..models import Recognition


@dataclass(frozen=True, slots=True)
class RecognitionCounts:
    """Results decided: those that count as recognised, those graded lowest, those taken back."""

    recognised: int
    weakest: int
    revoked: int

    @property
    def every(self) -> int:
        return self.recognised + self.weakest + self.revoked

    @property
    def sentence(self) -> str:
        return told_counts(
            ("{} đơn vị được công nhận", self.recognised),
            ("{} xếp loại thấp nhất nên không tính là được công nhận", self.weakest),
            ("{} đã bị thu hồi", self.revoked),
            nothing="Chưa có đơn vị nào được công nhận.",
        )


def recognition_counts(rows: QuerySet[Recognition]) -> RecognitionCounts:
    """Of the rows as they are narrowed; one query."""
    standing = Q(revoked_by=None)
    good = succeeded("evaluation__")
    counted = rows.order_by().aggregate(
        recognised=Count("pk", filter=standing & good),
        weakest=Count("pk", filter=standing & ~good),
        revoked=Count("pk", filter=~standing),
    )
    return RecognitionCounts(**counted)
