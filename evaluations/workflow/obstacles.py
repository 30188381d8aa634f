"""What stands in the way of a move: each says it in a sentence with the remedy, or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from criteria.enums import Measure
from criteria.judging.verdicts import INCOMPLETE, MET, Verdict

from ..enums import Side
from ..judging.dossiers import JudgedDossier, judged_dossiers
from ..judging.papers import missing_evidence, missing_papers
from ..models import Evaluation


@dataclass(frozen=True)
class Moving:
    """A dossier about to move, judged where its move asks for that, with what it lacks."""

    judged: JudgedDossier
    without_evidence: tuple[str, ...] = ()  # numbers of the criteria that ask for some
    without_papers: tuple[str, ...] = ()  # names of the papers the dossier itself must hold

    @property
    def dossier(self) -> Evaluation:
        return self.judged.dossier


def moving_dossiers(dossiers: Iterable[Evaluation], side: Side) -> dict[int, Moving]:
    """By id; a fixed number of queries. Papers are looked for only where the unit sends."""
    judged = judged_dossiers(dossiers)
    if side != Side.OWN:
        return {pk: Moving(one) for pk, one in judged.items()}
    evidence = missing_evidence(judged.values())
    papers = missing_papers(one.dossier for one in judged.values())
    return {pk: Moving(one, tuple(evidence.get(pk, ())), tuple(papers.get(pk, ()))) for pk, one in judged.items()}


def gaps_in_answers(moving: Moving) -> str:
    """The unit sends a dossier only whole: every criterion answered, evidence and papers attached."""
    if numbers := _unanswered(moving, Side.OWN):
        return f"Còn {len(numbers)} tiêu chí chưa có số liệu: {', '.join(numbers)}. Hãy nhập đủ rồi gửi."
    if moving.without_evidence:
        return f"Còn thiếu minh chứng cho tiêu chí {', '.join(moving.without_evidence)}. Hãy đính kèm rồi gửi."
    if moving.without_papers:
        return f"Hồ sơ còn thiếu: {'; '.join(moving.without_papers)}. Hãy đính kèm rồi gửi."
    return ""


def appraisal_begun(moving: Moving) -> str:
    """Who sent takes back only what the appraisers have not written to since; what they wrote before they returned it
    stays there and is no beginning."""
    if not moving.dossier.is_being_appraised:
        return ""
    return (
        f"Nơi thẩm định đã ghi kết quả vào hồ sơ {moving.dossier.unit_name} nên không rút lại được. "
        "Cần sửa, hãy đề nghị nơi thẩm định trả lại hồ sơ."
    )


def gaps_in_appraisal(moving: Moving) -> str:
    if numbers := _unanswered(moving, Side.APPRAISED):
        return f"Còn {len(numbers)} tiêu chí chưa thẩm định: {', '.join(numbers)}."
    if moving.judged.late and moving.dossier.timing_accepted is None:
        told = " ".join(item.sentence for item in moving.judged.late)
        return f"{told} Hãy ghi quyết định về thời hạn, có lý do, rồi hoàn thành thẩm định."
    return ""


def not_met(moving: Moving) -> str:
    """Only a dossier whose appraised answers come to an outcome worth recognising is proposed (see judge)."""
    verdict = moving.judged.verdict(Side.APPRAISED)
    if verdict.outcome == MET:
        return ""
    reasons = [item.sentence for item in (*verdict.failed, *verdict.missing)]
    return f"{moving.dossier.unit_name} chưa đủ điều kiện công nhận: {' '.join(reasons)}"


def undecided(moving: Moving) -> str:
    """What is not known yet is never "chưa đạt": units below still under way, or none, or a gap in the text."""
    verdict = moving.judged.verdict(Side.APPRAISED)
    if verdict.outcome != INCOMPLETE:
        return ""
    return f"{moving.dossier.unit_name} chưa kết luận được: {' '.join(item.sentence for item in verdict.missing)}"


def _unanswered(moving: Moving, side: Side) -> list[str]:
    """Numbers of the criteria without an answer; what the portal derives is nobody's to give."""
    derived = {criterion.code for criterion in moving.judged.criteria if criterion.measure == Measure.DERIVED}
    verdict: Verdict = moving.judged.verdict(side)
    return [item.number for item in verdict.missing if item.code and item.code not in derived]
