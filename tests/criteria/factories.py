"""The real packs loaded, and small packs and drafts to break."""

from pathlib import Path

from criteria.models import CriteriaSet
from criteria.packs import all_packs, demo_packs, read_packs
from criteria.services import known, load

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


def load_packs() -> dict[str, CriteriaSet]:
    """The packs that come with the portal, loaded; the first version of each set by code."""
    load(read_packs(all_packs(), known()))
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
