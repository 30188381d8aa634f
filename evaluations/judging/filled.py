"""What of a dossier was filled in and nobody has confirmed, as its pages, its log and its signals tell it."""

from criteria.judging.values import CriterionSpec

from .dossiers import JudgedDossier


def unconfirmed(judged: JudgedDossier) -> list[CriterionSpec]:
    """The criteria whose own answer was filled in and not confirmed, in the order of the set."""
    answers = judged.answers
    return [line for line in judged.criteria if line.code in answers and answers[line.code].filled_from]


def counted(judged: JudgedDossier) -> str:
    """How many of its answers that is, in words; empty for none."""
    many = len(unconfirmed(judged))
    answered = sum(not answer.own.is_empty for answer in judged.answers.values())
    return f"{many} trong {answered} giá trị là điền sẵn, chưa xác nhận" if many else ""
