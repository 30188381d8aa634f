"""What became of many dossiers moved at once, told as one list: those that went, those that did not and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import messages
from django.template.loader import render_to_string

from portal.core.vietnamese.figures import grouped

from ..models import Evaluation
from ..queries import tell_dossiers_apart
from ..services import Confirmed
from ..workflow import Moved

MOST_DONE, MOST_REFUSED = 20, 50  # dossiers named; the list behind `rest` has the others


@dataclass(frozen=True)
class BulkWords:
    """How an act on many dossiers is told: "{}" is their number."""

    done: str
    refused: str
    nothing: str  # the sentence where there was none to move


@dataclass(frozen=True)
class RefusedGroup:
    """Dossiers that one sentence keeps where they are."""

    sentence: str
    dossiers: list[Evaluation]


def _by_name(dossier: Evaluation) -> tuple[str, int]:
    return dossier.unit_sort_key, dossier.pk


def _groups(refused: list[tuple[Evaluation, str]]) -> Iterator[RefusedGroup]:
    """In the order in which each sentence was first said."""
    by_sentence: dict[str, list[Evaluation]] = {}
    for dossier, sentence in refused:
        by_sentence.setdefault(sentence, []).append(dossier)
    return (RefusedGroup(sentence, dossiers) for sentence, dossiers in by_sentence.items())


def told_confirmed(found: Confirmed) -> str:
    """What became of filled values to be confirmed, in a sentence or three."""
    parts = [f"Đã xác nhận {grouped(len(found.done))} giá trị."] if found.done else []
    if found.changed:
        many = grouped(len(found.changed))
        parts.append(f"{many} ô vừa được ghi lại nên chưa xác nhận: hãy tải lại trang để xem.")
    parts += dict.fromkeys(found.refused.values())
    return " ".join(parts) or "Không có giá trị điền sẵn nào cần xác nhận."


def tell_moved(request, moved: Moved, words: BulkWords, *, rest: str) -> None:
    """One message: how many went and how many did not, each named as a link to its dossier, with the reason. `rest` is
    the address of a list that holds those left unnamed. Green only where all went; one query."""
    done = sorted(moved.done, key=_by_name)[:MOST_DONE]
    refused = sorted(moved.refused, key=lambda one: _by_name(one[0]))[:MOST_REFUSED]
    if not done and not refused:
        messages.warning(request, words.nothing)
        return
    tell_dossiers_apart([*done, *(dossier for dossier, _ in refused)])
    context = {
        "done_words": words.done.format(grouped(len(moved.done))) if done else "",
        "done": done,
        "more_done": len(moved.done) - len(done),
        "refused_words": words.refused.format(grouped(len(moved.refused))) if refused else "",
        "groups": list(_groups(refused)),
        "more_refused": len(moved.refused) - len(refused),
        "rest": rest,
    }
    level = messages.WARNING if refused else messages.SUCCESS
    messages.add_message(request, level, render_to_string("evaluations/_moved.html", context))
