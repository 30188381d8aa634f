"""The real packs loaded, and small packs and drafts to break."""

from collections.abc import Sequence
from pathlib import Path

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

from criteria.enums import SetStatus
from criteria.models import CriteriaSet
from criteria.packs.reading import all_packs, demo_packs, read_packs
from criteria.packs.stored import known
from criteria.services import load

SMALL = """\
documents:
  - {code: DOC, number: 1/2030/TT, cite: TT 1/2030, title: Thông tư thử, issuer: Bộ Thử}
programmes:
  - {code: trial, name: Chương trình thử, title: Đạt chuẩn thử}
sets:
  - code: TRIAL
    version: 1
    programme: trial
    document: DOC
    name: Bộ thử
    unit_kinds: [commune]
    outcome: all_met
    first_year: 2030
    window: {from: 11-01, to: 10-31, article: Điều 8}
    criteria:
      - code: G
        number: "1"
        article: Điều 1
        label: Nhóm một
        measure: group
        children:
          - {code: A, number: "1.1", article: Điều 1.1, label: Việc A, measure: must, needs_evidence: true}
          - code: B
            number: "1.2"
            article: Điều 1.2
            label: Việc B
            measure: event
            excuses:
              - {code: force_majeure, label: bất khả kháng, short: BKK}
      - code: C
        number: "2"
        article: Điều 2
        label: Tỷ lệ C
        measure: percent
        comparison: at_least
        threshold: 70
        numerator_label: hộ đạt
        denominator_label: hộ
    routes:
      - kinds: [commune]
        managed_at: province
        enter: commune
        appraise: province
        decide: province
        authority: Chủ tịch
        article: Điều 9
        valid_from: 2030-01-01
        deadlines:
          decide: {month: 11, day: 20, inclusive: false, article: Điều 9}
"""

RULES = """\
documents:
  - {code: DOC, number: 1/2030/TT, cite: TT 1/2030, title: Thông tư thử, issuer: Bộ Thử}
programmes:
  - {code: trial, name: Chương trình thử, title: Đạt chuẩn thử}
  - {code: other, name: Chương trình trước, title: Đạt chuẩn trước}
sets: []
streaks:
  - code: LT-THU
    programme: trial
    document: DOC
    name: Nhiều năm liên tục
    unit_kinds: [commune, school]
    counts: [trial, other]
    missing_year: skipped
    first_year: 2020
    statement: Tính các năm được công nhận.
    article: Điều 5
    confidence: T*
    gaps: [Chưa đọc được phụ lục.]
    valid_from: 2030-01-01
    valid_to: 2035-12-31
    titles:
      - {years: 3, level: district, title: Ba năm liền, article: Điều 5.1}
      - {years: 5, level: province, title: Năm năm liền, article: Điều 5.2, confidence: I}
bars:
  - {bar: unmet, programme: trial, first_year: 2030, ground: "TT 1/2030, Điều 7", document: DOC}
  - {bar: unmet, programme: other, first_year: 2026, last_year: 2029, ground: "Đề án cũ, mục 4"}
"""


KEPT: dict[str, list[list[models.Model]]] = {}  # rows of all tables of criteria, as the real door left them


def load_kept(name: str, packs: Sequence[Path]) -> None:
    """Load packs into tables that are empty: through the real door once in a process, the same rows again afterwards.

    Reading and writing them takes a second, and most tests only stand on them.
    """
    tables = [models.QuerySet(model) for model in apps.get_app_config("criteria").get_models()]
    if any(table.exists() for table in tables):
        load(read_packs(packs, known()))
    elif name not in KEPT:
        load(read_packs(packs, known()))
        KEPT[name] = [list(table.order_by("pk")) for table in tables]
    else:
        put_back(KEPT[name])


@transaction.atomic
def put_back(tables: list[list[models.Model]]) -> None:
    """Rows with their old keys; sets as drafts first, for the database lets nothing be added to a published one."""
    sets = next(rows for rows in tables if rows and isinstance(rows[0], CriteriaSet))
    status = {row.pk: row.status for row in sets}
    for row in sets:
        row.status = SetStatus.DRAFT
    for rows in sorted(tables, key=lambda rows: rows is not sets):
        if rows:
            models.QuerySet(type(rows[0])).bulk_create(rows)
    for row in sets:
        row.status = status[row.pk]
    for value in set(status.values()) - {SetStatus.DRAFT}:
        alike = [pk for pk, one in status.items() if one == value]
        models.QuerySet(CriteriaSet).filter(pk__in=alike).update(status=value)
    filled = [type(rows[0]) for rows in tables if rows]
    with connection.cursor() as cursor:  # the next key is a new one, though a migration counted from one again
        for sql in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(sql)


def load_packs() -> dict[str, CriteriaSet]:
    """The packs that come with the portal, loaded; the first version of each set by code."""
    load_kept("packs", all_packs())
    return first_versions()


def first_versions() -> dict[str, CriteriaSet]:
    return {one.code: one for one in CriteriaSet.objects.filter(version=1)}


def load_examples() -> dict[str, CriteriaSet]:
    """The example packs of the demo beside the real ones; the examples by code."""
    load_packs()
    return add_examples()


def add_examples() -> dict[str, CriteriaSet]:
    load(read_packs(demo_packs(), known()))
    return {one.code: one for one in CriteriaSet.objects.filter(is_example=True)}


def write_pack(folder: Path, text: str = SMALL, name: str = "thu.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def load_small(folder: Path, text: str = SMALL) -> CriteriaSet:
    """The small pack loaded as a draft."""
    load(read_packs([write_pack(folder, text)], known()))
    return CriteriaSet.objects.get(code="TRIAL")
