"""A graded year by an example set, written here, over the small province of the safety world."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from criteria.judging.values import Value
from criteria.models import CriteriaSet, Programme
from criteria.packs.reading import read_packs
from criteria.packs.stored import known
from criteria.services import load
from evaluations import services
from evaluations.models import Cycle, Evaluation

from .factories import dossier_of
from .world import World

PACK = """\
documents:
  - {code: VD, number: 0/VD, cite: Ví dụ, title: Bộ ví dụ để thử, issuer: Không cơ quan nào}
programmes:
  - {code: trial-grades, name: Phân loại thử, title: Phân loại thử}
sets:
  - code: VD-KDC
    version: 1
    programme: trial-grades
    document: VD
    name: Phân loại khu dân cư thử
    unit_kinds: [residential_area]
    outcome: grades
    is_example: true
    publish: true
    first_year: 2020
    points_total: 100
    not_applicable_rule: counts
    criteria:
      - {code: VD-1, number: "1", article: Mục 1, label: Có kế hoạch, measure: must, max_points: 30}
      - {code: VD-2, number: "2", article: Mục 2, label: Chất lượng phong trào, measure: points, max_points: 50}
      - {code: VD-3, number: "3", article: Mục 3, label: Không để xảy ra vụ việc, measure: event, max_points: 20}
    grades:
      - {rank: 1, label: Tốt, lower_bound: 90, article: Mục 4}
      - {rank: 2, label: Khá, lower_bound: 70, article: Mục 4}
      - {rank: 3, label: Yếu, lower_bound: 0, article: Mục 4}
    caps:
      - {criterion: VD-3, best_rank: 2, article: Mục 5}
    preconditions:
      - programme: safety
        best_rank: 3
        label: được công nhận an toàn về an ninh, trật tự trong năm
        article: Mục 6
    routes:
      - kinds: [residential_area]
        managed_at: commune
        enter: commune
        appraise: commune
        decide: commune
        authority: Chủ tịch
        article: Mục 7
        valid_from: 2020-01-01
"""
ALONE = PACK[: PACK.index("    preconditions:")] + PACK[PACK.index("    routes:") :]  # requires no other result
YES = Value(met=True)


def points(number: str) -> Value:
    return Value(value=Decimal(number))


def load_example(folder: Path, text: str = PACK) -> CriteriaSet:
    """The example set, published as its pack says."""
    path = folder / "vi-du.yaml"
    path.write_text(text)
    refused = [change for change in load(read_packs([path], known())) if change.is_refused]
    assert refused == []
    return CriteriaSet.objects.filter(programme__code="trial-grades").latest("pk")


def open_graded(world: World, folder: Path, text: str = PACK, year: int = 2024) -> Cycle:
    load_example(folder, text)
    programme = Programme.objects.get(code="trial-grades")
    return services.open_cycle(programme, world.tree.province, year, as_of=date(year, 6, 30), by=world.staff)


def graded_file(cycle: Cycle, area) -> Evaluation:
    return dossier_of(cycle, area)


def answer(dossier: Evaluation, world: World, score: str = "42.5", events: str = "0", plan: Value = YES) -> None:
    """The three criteria answered by the commune's officer; 92,5 points unless told otherwise."""
    versions = dict(dossier.answers.values_list("criterion__code", "version"))
    for code, value in (("VD-1", plan), ("VD-2", points(score)), ("VD-3", points(events))):
        services.save_answer(dossier, code, value, version=versions.get(code, 0), by=world.officer)
