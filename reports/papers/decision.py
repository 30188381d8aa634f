"""A decision drafted by a sitting as the paper that goes to be signed: the words, and the list of who is recognised."""

import re
from collections import Counter

from django.db.models import F

from criteria.models import LegalDocument
from evaluations.enums import SYMBOLS, Body, Capacity, DecisionKind, Resolution
from evaluations.models import AgendaItem, Cycle, Decision, Sitting
from evaluations.queries import bodies_of, tell_dossiers_apart
from portal.core.enums import EXAMPLE_WORDS
from portal.core.errors import Refused
from portal.core.vietnamese.figures import grouped
from units.models import Unit
from units.names import bare_name, in_sentence

from .paper import Column, Kind, Line, Paper, Section, Table, organ_in_text, organ_of

DRAFT = "DỰ THẢO"

# The kind of a paper as its number writes it (NĐ 30/2020, Phụ lục III); a law and another's paper have only a number.
KINDS_OF_PAPER = {
    "TT": "Thông tư",
    "TTLT": "Thông tư liên tịch",
    "NĐ": "Nghị định",
    "QĐ": "Quyết định",
    "NQ": "Nghị quyết",
    "CT": "Chỉ thị",
    "KH": "Kế hoạch",
    "ĐA": "Đề án",
    "HD": "Hướng dẫn",
}


def cited(document: LegalDocument) -> str:
    """The paper as a decision names it among its grounds: kind, number, day, issuer, title."""
    sign = re.split(r"[/-]", document.number)
    kind = next((KINDS_OF_PAPER[part] for part in sign if part in KINDS_OF_PAPER), "Văn bản")
    day = f" ngày {document.issued_on:%d/%m/%Y}" if document.issued_on else ""
    title = document.title.removeprefix(kind).strip()
    about = title if title.startswith(("về ", "quy định ", "ban hành ")) else title[:1].lower() + title[1:]
    return f"{kind} số {document.number}{day} của {document.issuer} {about}"


def find_draft(params: dict, place: Unit) -> Sitting:
    """The sitting that drafted the decision the parameters name, of the place that is to issue it. Raises Refused where
    there is no such draft any more."""
    drafts = Decision.objects.filter(kind=DecisionKind.RECOGNISE, issuer=place, sitting__isnull=False)
    rows = drafts.select_related("sitting__committee", "sitting__cycle__programme")
    found = rows.filter(pk=params["decision"]).first()
    if found is None or found.sitting is None:
        raise Refused(f"{place.name} không có dự thảo quyết định này. Hãy mở lại trang Quyết định.")
    if found.is_issued:
        raise Refused(f"Quyết định đã phát hành, số {found.reference}, nên không in dự thảo nữa. Hãy dùng bản đã ký.")
    return found.sitting


def build_draft(params: dict, place: Unit) -> Paper:
    """The draft as it stands: number and day are left empty, every page says that it is one."""
    sitting = find_draft(params, place)
    items = list(
        sitting.items.filter(resolution=Resolution.RECOGNISE)
        .select_related("evaluation__commune", "evaluation__criteria_set__document", "evaluation__grade")
        .order_by(F("evaluation__unit_sort_key").asc(), "pk")
    )
    tell_dossiers_apart(item.evaluation for item in items)
    cycle, committee = sitting.cycle, in_sentence(sitting.committee.name)
    papers = dict.fromkeys(cited(item.evaluation.criteria_set.document) for item in items)
    opening = [f"Căn cứ {paper};" for paper in papers]
    opening.append(f"Căn cứ kết quả phiên họp ngày {sitting.held_on:%d/%m/%Y} của {committee};")
    body = bodies_of(Decision.objects.get(sitting=sitting, kind=DecisionKind.RECOGNISE))[0]
    by_board = body == Body.BOARD
    decider = sitting.committee.name if by_board else f"Chủ tịch {organ_in_text(place, place.name)}"
    signature = (Capacity.BOARD, Capacity.BOARD_CHAIR) if by_board else (Capacity.CHAIR,)
    sponsor = f"Thường trực {committee}" if by_board else committee
    opening.append(f"Theo đề nghị của {sponsor}.")
    what = f"kết quả “{cycle.programme.name}” năm {cycle.year}"
    return Paper(
        organ=(decider.upper(),) if by_board else organ_of(place, place.name),
        organ_in_text=decider,
        place_name=bare_name(place.name),
        year=sitting.held_on.year,
        heading="QUYẾT ĐỊNH",
        subject=f"Công nhận {what}",
        file_stem=f"Dự thảo quyết định công nhận {cycle.programme.name} {cycle.year} {place.name}",
        symbol=SYMBOLS[body],
        authority=decider.upper(),
        opening=tuple(opening),
        ordered="QUYẾT ĐỊNH:",
        capacity=tuple(str(one.label) for one in signature),
        sections=(
            Section(
                "",
                (
                    f"Điều 1. {_first_article(items, cycle)}",
                    "Điều 2. Quyết định này có hiệu lực kể từ ngày ký.",
                    "Điều 3. Các cơ quan, đơn vị có liên quan và các đơn vị có tên trong danh sách chịu trách nhiệm "
                    "thi hành Quyết định này.",
                ),
            ),
        ),
        annexes=(_list(items, what),),
        recipients=("Như Điều 3", "Lưu: VT"),
        closing="",
        mark=f"Theo bộ tiêu chí {EXAMPLE_WORDS}" if cycle.is_example else "",
        watermark=DRAFT,
        notes=("Bản dự thảo in từ cổng để trình ký: chưa có số, ngày và chữ ký, chưa có giá trị thi hành.",),
    )


def _first_article(items: list[AgendaItem], cycle: Cycle) -> str:
    """What is recognised: a title, or of a graded year the result, with how many got each grade: the lowest grade is
    no title and is not written as one."""
    many = grouped(len(items))
    grades = Counter(grade for item in items if (grade := item.evaluation.grade))
    if grades.total() < len(items) or not items:
        return f"Công nhận {many} đơn vị có tên trong danh sách kèm theo: {cycle.programme.title}, năm {cycle.year}."
    best_first = sorted(grades.items(), key=lambda one: (one[0].rank, one[0].pk))
    told = "; ".join(f"{grouped(number)} đơn vị loại {grade.label}" for grade, number in best_first)
    what = f"“{cycle.programme.name}” năm {cycle.year}"
    return f"Công nhận kết quả {what} của {many} đơn vị có tên trong danh sách kèm theo, gồm: {told}."


def _list(items: list[AgendaItem], what: str) -> Table:
    columns = (
        Column("TT", 6, Kind.NUMBER),
        Column("Đơn vị", 38),
        Column("Loại", 18),
        Column("Xã, phường", 22),
        Column("Kết quả", 20),
    )
    lines = tuple(
        Line(
            (
                number,
                item.evaluation.listed_name,
                item.evaluation.get_kind_display(),
                item.evaluation.commune_above.name if item.evaluation.commune_above else "",
                item.evaluation.result or "Đạt",
            )
        )
        for number, item in enumerate(items, 1)
    )
    is_graded = all(item.evaluation.grade_id for item in items)
    title = f"Danh sách đơn vị và {what}" if is_graded else f"Danh sách đơn vị được công nhận {what}"
    return Table(title, "Danh sách", columns, lines)
