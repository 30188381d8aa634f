"""What a province's document says of a gap of the law's own set, kept in the gap's sentence: it can be seen again."""

from collections.abc import Iterable

DONE, SILENT = "done", "silent"
WORDS = {DONE: "Đã nhập theo văn bản của tỉnh", SILENT: "Văn bản của tỉnh không quy định"}
BEFORE, AFTER = " (chỗ chưa đọc được của bộ chung: ", ")"


def answered(sentence: str, how: str) -> str:
    """The gap as it is kept: as it was while nobody has said anything of it."""
    return f"{WORDS[how]}{BEFORE}{sentence}{AFTER}" if how in WORDS else sentence


def answer_of(kept: str) -> tuple[str, str]:
    """The gap's own sentence, and what was said of it; nothing for one that is open."""
    for how, words in WORDS.items():
        if kept.startswith(words + BEFORE) and kept.endswith(AFTER):
            return kept[len(words + BEFORE) : -len(AFTER)], how
    return kept, ""


def not_typed(gaps: Iterable[str]) -> list[str]:
    """The gaps that a reader of the set still has to know of: not those whose lack was typed from the document."""
    return [one for one in gaps if answer_of(one)[1] != DONE]
