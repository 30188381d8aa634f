"""Attaching papers to a dossier, changing them and taking them off while it may still be edited; its log tells all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from criteria.enums import Measure
from criteria.models import Criterion, DossierPaper
from portal.core.errors import Refused
from portal.core.files import store
from portal.core.files.inspection import Inspected, inspect
from portal.core.rows.locking import lock_row
from portal.core.rows.seen import print_of, refuse_unseen
from portal.core.vietnamese import text
from units.models import User

from ..enums import Action, Side
from ..models import Evaluation, Event, Evidence
from ..queries.shelf import shelf_of
from .answers import locked_dossier


@dataclass(frozen=True)
class NewPaper:
    """A file to keep, what it is, and what it proves."""

    upload: UploadedFile
    title: str
    codes: Sequence[str] = ()
    dossier_paper: DossierPaper | None = None
    number: str = ""
    issued_on: date | None = None
    issuer: str = ""


class FaultyPapers(Refused):
    """Some of the papers cannot be taken, so none was; `faults` are sentences by the paper's place among those sent."""

    def __init__(self, faults: dict[int, str]):
        super().__init__(" ".join(faults[at] for at in sorted(faults)))
        self.faults = faults


def add_evidence(dossiers: Sequence[Evaluation], upload: UploadedFile, *, by: User, **facts: Any) -> list[Evidence]:
    """One paper kept in each of the dossiers; see `add_papers`."""
    return add_papers(dossiers, [NewPaper(upload, **facts)], by=by)


def add_papers(dossiers: Sequence[Evaluation], papers: Sequence[NewPaper], *, by: User) -> list[Evidence]:
    """Keep the papers and say which criteria each proves, or which paper of the dossier it is, in each of the dossiers.

    All papers in all dossiers, or nothing. Order: every file checked, then the bytes stored once, then the rows, the
    dossiers locked in the order of their ids. Raises Refused (dossier not editable, too much at once), FaultyPapers for
    what is wrong with files: not acceptable, there already or sent twice, criterion or dossier paper not of the set.
    """
    _refuse_too_much(papers)
    found = _inspected(papers)
    stored = [store.put(one.chunks) for one in found]
    with transaction.atomic():
        held = [locked_dossier(one, by, Side.OWN) for one in sorted(dossiers, key=lambda dossier: dossier.pk)]
        proved = _proved(held, papers)
        faults = _twice([one.sha256 for one in stored], papers, held) | proved.faults
        if faults:
            raise FaultyPapers(faults)
        rows = Evidence.objects.bulk_create(
            Evidence(
                evaluation=dossier,
                dossier_paper=paper.dossier_paper,
                title=text.clean(paper.title),
                number=text.clean(paper.number),
                issued_on=paper.issued_on,
                issuer=text.clean(paper.issuer),
                file_name=text.clean(one.name)[-200:],
                content_type=one.content_type,
                sha256=kept.sha256,
                original_sha256=one.original_sha256,
                changes=", ".join(one.changed),
                size=kept.size,
                uploaded_by=by,
            )
            for dossier in held
            for paper, one, kept in zip(papers, found, stored, strict=True)
        )
        codes = [paper.codes for paper in papers] * len(held)
        proved.link(zip(rows, codes, strict=True))
        Event.objects.bulk_create(_logged(one, Action.ATTACH, by) for one in rows)
        return rows


def _refuse_too_much(papers: Sequence[NewPaper]) -> None:
    most, total = settings.EVIDENCE_MAX_FILES, settings.EVIDENCE_MAX_TOTAL_BYTES
    if len(papers) > most:
        raise Refused(f"Đồng chí chọn {len(papers)} tệp; mỗi lần gửi tối đa {most} tệp. Hãy chia làm nhiều lần.")
    if len(papers) > 1 and sum(paper.upload.size or 0 for paper in papers) > total:
        limit = total // (1024 * 1024)
        raise Refused(f"Các tệp cộng lại lớn hơn {limit} MB, là mức của một lần gửi. Hãy chia làm nhiều lần.")


def _inspected(papers: Sequence[NewPaper]) -> list[Inspected]:
    found, faults = [], {}
    for at, paper in enumerate(papers):
        try:
            found.append(inspect(paper.upload))
        except Refused as refusal:
            faults[at] = refusal.sentence
    if faults:
        raise FaultyPapers(faults)
    return found


def _twice(hashes: Sequence[str], papers: Sequence[NewPaper], dossiers: Sequence[Evaluation]) -> dict[int, str]:
    """Of papers whose bytes a dossier holds, or another paper sent before has; one query, under the dossiers' locks."""
    names = {dossier.pk: dossier.unit_name for dossier in dossiers}
    there: dict[str, list[str]] = defaultdict(list)
    rows = Evidence.objects.filter(evaluation__in=names, sha256__in=hashes).order_by("evaluation")
    for sha256, dossier in rows.values_list("sha256", "evaluation"):
        there[sha256].append(names[dossier])
    first: dict[str, int] = {}
    faults = {}
    for at, sha256 in enumerate(hashes):
        name = text.clean(papers[at].upload.name or "")
        if sha256 in there:
            faults[at] = f"Tệp “{name}” đã có trong hồ sơ {', '.join(there[sha256])}."
        elif sha256 in first:
            other = text.clean(papers[first[sha256]].upload.name or "")
            faults[at] = f"Tệp “{name}” giống hệt tệp “{other}” cùng gửi. Hãy bỏ một tệp."
        first.setdefault(sha256, at)
    return faults


@dataclass(frozen=True)
class _Proved:
    """The criteria that papers name, by set and code, and what is wrong with what papers name."""

    criteria: dict[int, dict[str, int]]
    faults: dict[int, str]

    def link(self, rows: Iterable[tuple[Evidence, Sequence[str]]]) -> None:
        """Write which criteria each paper proves; one insert."""
        proves = Evidence.criteria.through
        proves.objects.bulk_create(
            proves(evidence_id=row.pk, criterion_id=self.criteria[row.evaluation.criteria_set_id][code])
            for row, codes in rows
            for code in dict.fromkeys(codes)
        )


def _proved(dossiers: Sequence[Evaluation], papers: Sequence[NewPaper]) -> _Proved:
    sets = {dossier.criteria_set_id for dossier in dossiers}
    criteria = _criteria(dossiers, [code for paper in papers for code in paper.codes])
    faults = {at: _fault(sets, criteria, paper.codes, paper.dossier_paper) for at, paper in enumerate(papers)}
    return _Proved(criteria, {at: fault for at, fault in faults.items() if fault})


def _criteria(dossiers: Sequence[Evaluation], codes: Iterable[str]) -> dict[int, dict[str, int]]:
    """Ids of the criteria of these codes that a paper may prove, by the dossiers' sets; one query."""
    found: dict[int, dict[str, int]] = {dossier.criteria_set_id: {} for dossier in dossiers}
    named = Criterion.objects.filter(criteria_set__in=found, code__in=set(codes)).exclude(measure=Measure.GROUP)
    for criteria_set, code, pk in named.values_list("criteria_set", "code", "pk"):
        found[criteria_set][code] = pk
    return found


def _fault(sets: set[int], criteria: dict[int, dict[str, int]], codes: Sequence[str], part: DossierPaper | None) -> str:
    """What is wrong with what a paper is said to prove; empty when nothing is."""
    if part and sets != {part.criteria_set_id}:
        return f"“{part.name}” không phải thành phần hồ sơ của bộ tiêu chí này. Hãy chọn lại."
    if not (codes or part) or any(set(codes) - set(known) for known in criteria.values()):
        return "Hãy chọn ít nhất một tiêu chí của bộ này mà tài liệu chứng minh."
    return ""


COPIED = (
    *("title", "number", "issued_on", "issuer", "file_name", "content_type"),
    *("sha256", "original_sha256", "changes", "size"),
)


@transaction.atomic
def reuse_papers(evaluation: Evaluation, picked: Mapping[Evidence, Sequence[str]], *, by: User) -> list[Evidence]:
    """Let papers of the unit's shelf prove these criteria of the dossier too: the same bytes, not sent again.

    All of them or none. Raises Refused: dossier not editable, a paper not on the shelf any more, criterion not of the
    set.
    """
    dossier = locked_dossier(evaluation, by, Side.OWN)
    offered = {paper.pk for paper in shelf_of(dossier, by)}
    gone = [paper.title for paper in picked if paper.pk not in offered]
    if gone:
        raise Refused(f"Tài liệu “{'”, “'.join(gone)}” không còn trong kho để dùng lại. Hãy tải lại trang.")
    known = _criteria([dossier], [code for codes in picked.values() for code in codes])
    for codes in picked.values():
        if fault := _fault({dossier.criteria_set_id}, known, codes, None):
            raise Refused(fault)
    rows = Evidence.objects.bulk_create(
        Evidence(evaluation=dossier, uploaded_by=by, **{name: getattr(paper, name) for name in COPIED})
        for paper in picked
    )
    _Proved(known, {}).link(zip(rows, picked.values(), strict=True))
    Event.objects.bulk_create(_logged(one, Action.ATTACH, by) for one in rows)
    return rows


PAPER_CHANGED = (
    "Tài liệu vừa được ghi lại ở nơi khác nên chưa lưu phần của đồng chí. Đang lưu: {}. "
    "Bấm “Lưu” lần nữa thì phần của đồng chí thay cho phần ấy."
)
FACTS = {"title": "trích yếu", "number": "số", "issued_on": "ngày", "issuer": "nơi ban hành"}


def print_of_paper(paper: Evidence) -> str:
    """A print of what a kept paper is and proves, for its page to say what it showed."""
    codes = sorted(one.code for one in paper.criteria.all())
    return print_of([*(getattr(paper, name) for name in FACTS), paper.dossier_paper_id, *codes])


def _held_in_words(paper: Evidence) -> str:
    facts = [f"{label} “{_in_words(getattr(paper, name))}”" for name, label in FACTS.items()]
    if paper.dossier_paper:
        facts.append(f"thành phần hồ sơ “{paper.dossier_paper}”")
    return "; ".join([*facts, f"tiêu chí {', '.join(one.number for one in paper.criteria.all()) or 'chưa chọn'}"])


@transaction.atomic
def change_paper(
    evidence: Evidence,
    *,
    codes: Sequence[str],
    dossier_paper: DossierPaper | None = None,
    by: User,
    seen: str | None = None,
    **facts: Any,
) -> Evidence:
    """Write anew what the paper is and what it proves; its file stays. The log names what is other than before.

    `seen` is the print of what the page showed (`print_of_paper`); nothing is compared without one. Raises Refused:
    dossier not editable, paper taken off or written by somebody else meanwhile, criterion or dossier paper not of the
    set.
    """
    dossier = locked_dossier(evidence.evaluation, by, Side.OWN)
    paper = lock_row(Evidence.objects.select_related("dossier_paper"), evidence.pk)
    paper.evaluation = dossier
    held, said = print_of_paper(paper), PAPER_CHANGED.format(_held_in_words(paper))
    known = _criteria([dossier], codes)
    if fault := _fault({dossier.criteria_set_id}, known, codes, dossier_paper):
        raise Refused(fault)
    told = []
    for name, label in FACTS.items():
        was, new = getattr(paper, name), facts.get(name, "")
        new = text.clean(new) if isinstance(new, str) and name != "issued_on" else new or None
        if was != new:
            told.append(f"{label} “{_in_words(was)}” → “{_in_words(new)}”")
            setattr(paper, name, new)
    if paper.dossier_paper != dossier_paper:
        told.append(f"thành phần hồ sơ “{_in_words(paper.dossier_paper)}” → “{_in_words(dossier_paper)}”")
        paper.dossier_paper = dossier_paper
    told += _linked(paper, known[dossier.criteria_set_id])
    if told:
        if seen is not None:  # what is sent a second time says what stands there already
            refuse_unseen(held, seen, said)
        paper.save()
        comment = f"{paper.title} ({paper.file_name}): {'; '.join(told)}"
        Event.staying(dossier, Action.CHANGE_PAPER, by=by, comment=comment).save()
    return paper


def _in_words(fact: Any) -> str:
    return f"{fact:%d/%m/%Y}" if isinstance(fact, date) else str(fact or "để trống")


def _linked(paper: Evidence, codes: dict[str, int]) -> list[str]:
    """Let the paper prove these criteria and no others; says which came and which went."""
    held = {one.pk: one.number for one in paper.criteria.all()}
    paper.criteria.set(codes.values())
    numbers = {one.pk: one.number for one in paper.criteria.all()}
    came, went = (
        [number for pk, number in some.items() if pk not in others]
        for some, others in ((numbers, held), (held, numbers))
    )
    words = ((came, "thêm tiêu chí"), (went, "bỏ tiêu chí"))
    return [f"{word} {', '.join(numbers)}" for numbers, word in words if numbers]


@transaction.atomic
def remove_evidence(evidence: Evidence, *, by: User) -> None:
    """Take the paper off the dossier; its bytes stay in the store for what may still cite them."""
    dossier = locked_dossier(evidence.evaluation, by, Side.OWN)
    evidence = lock_row(Evidence.objects, evidence.pk)  # of two who take it off at once the second is told
    evidence.evaluation = dossier
    _logged(evidence, Action.DETACH, by).save()
    evidence.delete()


def _logged(evidence: Evidence, action: Action, by: User) -> Event:
    return Event.staying(evidence.evaluation, action, by=by, comment=f"{evidence.title} ({evidence.file_name})")
