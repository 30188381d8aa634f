"""A set out as a pack and as a workbook, and in again."""

import io
import unicodedata
from datetime import date
from pathlib import Path

import pytest
import yaml
from openpyxl import load_workbook

from criteria.models import CriteriaSet, Precondition
from criteria.packs.columns import CRITERIA, ROUTES, SHEETS
from criteria.packs.content import content_of, digest
from criteria.packs.reading import BadPacks, Known, read_packs
from criteria.packs.sheet_source import source_of
from criteria.packs.stored import known, published_content
from criteria.packs.workbook import as_xlsx
from criteria.packs.writing import as_yaml
from criteria.services import importing
from portal.core.errors import Refused
from portal.core.vietnamese.text import plain_key
from tests.criteria.factories import SMALL, load_examples, load_packs
from tests.units.factories import make_province, make_user
from units.enums import Role

# Text of content; test_fixtures reads the content itself back on both databases.
pytestmark = pytest.mark.django_db
WRITERS = {"yaml": lambda one: as_yaml(one).encode(), "xlsx": as_xlsx}


def read_back(criteria_set: CriteriaSet, form: str, folder: Path) -> dict:
    """The content of the exported file, read where only the sets it leans on are known."""
    path = folder / f"{criteria_set.code}-{criteria_set.version}.{form}"
    path.write_bytes(WRITERS[form](criteria_set))
    held = known()
    leaning = Known(documents=frozenset(), programmes=held.programmes, criteria=held.criteria, base=published_content)
    (content,) = read_packs([source_of(path, path.name)], leaning).sets
    return content


@pytest.mark.parametrize("form", WRITERS)
def test_every_set_that_ships_comes_back_as_it_went(form, tmp_path):
    load_examples()
    sets = list(CriteriaSet.objects.select_related("document", "programme", "base"))
    assert len(sets) > 25
    for one in sets:
        assert read_back(one, form, tmp_path) == content_of(one), one


@pytest.mark.parametrize("form", WRITERS)
def test_an_overlay_comes_back_with_the_lines_of_its_base(form, tmp_path):
    load_packs()
    base = CriteriaSet.objects.get(code="TT124-KDC", version=1)
    content = content_of(base) | {"base": "TT124-KDC/1", "code": "BG-KDC", "province_code": "24"}
    last = content["criteria"][-1]
    content["criteria"] = [
        *content["criteria"],
        last | {"code": "BG-1", "parent": "", "order": last["order"] + 1, "number": "BG1", "label": "Việc của tỉnh"},
    ]
    overlay = CriteriaSet()
    importing.write_set(overlay, content)
    assert read_back(overlay, form, tmp_path) == content == content_of(overlay)
    told = yaml.safe_load(as_yaml(overlay))["sets"][0]
    assert [row["code"] for row in told["criteria"]] == ["BG-1"]


@pytest.mark.parametrize("form", WRITERS)
def test_marks_and_odd_words_come_back(form, draft, tmp_path):
    line = draft.criteria.get(code="A")
    line.label, line.guidance = "=HYPERLINK(1) “Hoà” – 5% @x", "-1 vụ; +2 việc: 'x' #y"
    line.save()
    assert read_back(draft, form, tmp_path) == content_of(draft)


def test_what_looks_like_a_formula_is_no_formula(draft):
    line = draft.criteria.get(code="A")
    line.label = "=1+1"
    line.save()
    book = load_workbook(io.BytesIO(as_xlsx(draft)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert [str(cell.value).lstrip("'") for cell in cells].count("=1+1") == 1
    control = load_workbook(io.BytesIO(as_xlsx(draft)))
    control.active["A9"] = "=1+1"
    assert control.active["A9"].data_type == "f"  # what the check above would see


BAD = [
    (("threshold: 70", "threshold: bảy mươi"), "threshold"),
    (("measure: percent", "measure: per_cent"), "measure"),
    (("code: B\n", "code: a\n"), "code"),
    (("document: DOC", "document: NONE"), "document"),
]


@pytest.mark.parametrize(("change", "path"), BAD)
def test_every_fault_is_told_with_its_file_line_and_path(change, path, db):
    with pytest.raises(BadPacks) as refusal:
        importing.check(SMALL.replace(*change).encode(), "bộ của tôi.yaml", province_code="24")
    fault = refusal.value.faults[0]
    assert fault.file == "bộ của tôi.yaml"
    assert path in fault.path
    line = SMALL.replace(*change).splitlines()[fault.line - 1]
    assert change[1].strip() in line


def edited(criteria_set: CriteriaSet, sheet: str, change) -> bytes:
    book = load_workbook(io.BytesIO(as_xlsx(criteria_set)))
    change(book[sheet])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def column(sheet, key: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == SHEETS[sheet.title][key].heading)


def test_a_fault_in_a_workbook_is_told_with_its_row(draft):
    def change(sheet):
        sheet.cell(5, column(sheet, "threshold"), "nhiều")

    with pytest.raises(BadPacks) as refusal:
        importing.check(edited(draft, "Tiêu chí", change), "bo.xlsx", province_code="24")
    (fault,) = refusal.value.faults
    assert (fault.file, fault.line, fault.path) == ("bo.xlsx", 5, "trang “Tiêu chí”, cột “Mức phải đạt”")
    assert CriteriaSet.objects.count() == 1


def test_no_heading_and_no_choice_of_a_workbook_is_a_key(examples):
    """Every cell of a choice, in every set that ships, is a word of the pages; what is named by its code keeps it."""
    for one in CriteriaSet.objects.all():
        for page in load_workbook(io.BytesIO(as_xlsx(one))):
            columns = list(SHEETS[page.title].values())
            heads = [cell.value for cell in page[1]]
            assert heads == [column.heading for column in columns] and len(set(heads)) == len(heads)
            assert not {plain_key(head) for head in heads} & set(SHEETS[page.title])
            for row in page.iter_rows(min_row=2, values_only=True):
                for named, cell in zip(columns, row, strict=True):
                    if named.labels and cell is not None:
                        assert set(str(cell).splitlines()) <= set(named.labels.values()), (one, named.key, cell)


@pytest.mark.parametrize("sheet", SHEETS)
def test_headings_and_labels_read_back_as_one_thing_each(sheet):
    keys = {plain_key(word) for key, named in SHEETS[sheet].items() for word in {key, named.heading}}
    assert len(keys) == sum(len({plain_key(key), plain_key(one.heading)}) for key, one in SHEETS[sheet].items())
    for named in SHEETS[sheet].values():
        assert all(named.read(label) == value == named.read(value) for value, label in named.labels.items()), named.key


def as_keys(cell, named):
    """The cell as a workbook of keys and codes has it."""
    values = {label: str(value) for value, label in named.labels.items()}
    return "\n".join(values.get(line, line) for line in cell.splitlines()) if isinstance(cell, str) else cell


WRITINGS = {
    "keys": (lambda named: named.key, as_keys),
    "decomposed": (
        lambda named: unicodedata.normalize("NFD", named.heading),
        lambda cell, named: unicodedata.normalize("NFD", cell) if isinstance(cell, str) else cell,
    ),
    "loose": (
        lambda named: f"  {named.heading.upper().replace(' ', '   ')} ",
        lambda cell, named: f" {cell.upper()}  " if named.labels and isinstance(cell, str) else cell,
    ),
    "bare": (
        lambda named: plain_key(named.heading),
        lambda cell, named: "\n".join(map(plain_key, cell.splitlines())) if named.labels and cell else cell,
    ),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_headings_and_values_are_understood_in_any_writing(writing, draft, tmp_path):
    heading, value = WRITINGS[writing]
    draft.criteria.filter(code="C").update(due_quarter=2)
    Precondition.objects.create(
        criteria_set=draft, programme=draft.programme, years_back=1, label="Đạt năm trước", article="Điều 1"
    )
    book = load_workbook(io.BytesIO(as_xlsx(draft)))
    for page in book:
        for named, cells in zip(SHEETS[page.title].values(), page.columns, strict=True):
            cells[0].value = heading(named)
            for cell in cells[1:]:
                cell.value = value(cell.value, named)
    path = tmp_path / "bo.xlsx"
    book.save(path)
    (content,) = read_packs([source_of(path, "bo.xlsx")], known()).sets
    assert content == content_of(draft)


@pytest.mark.parametrize(
    ("sheet", "row", "key", "value", "said"),
    [
        (
            "Tiêu chí",
            5,
            "measure",
            "Đếm",
            "trang “Tiêu chí”, cột “cach do”: không có giá trị “Đếm”; chỉ dùng Nhóm tiêu chí, ",
        ),
        ("Tiêu chí", 3, "number", None, "trang “Tiêu chí”: thiếu mục “Số mục”"),
        ("Tuyến", 2, "decide_by", "mai", "trang “Tuyến”, cột “Thời hạn công nhận”: không hiểu thời hạn “mai”"),
        (
            "Bộ",
            2,
            "window_to",
            "31/02",
            "trang “Bộ”, cột “Kỳ đánh giá đến hết ngày”: “31/02” sai dạng; hãy ghi ngày/tháng, ",
        ),
        ("Tuyến", 2, "valid_to", "mai", "trang “Tuyến”, cột “Đến hết ngày”: “mai” sai dạng; hãy ghi ngày/tháng/năm, "),
    ],
)
def test_a_fault_names_sheet_row_and_heading_as_the_file_has_it(draft, sheet, row, key, value, said):
    def change(page):
        page.cell(row, column(page, key)).value = value
        if sheet == CRITERIA:
            page.cell(1, column(page, "measure")).value = "cach do"

    with pytest.raises(BadPacks) as refusal:
        importing.check(edited(draft, sheet, change), "bo.xlsx", province_code="24")
    assert any(str(fault).startswith(f"bo.xlsx, dòng {row}, {said}") for fault in refusal.value.faults)


def test_a_title_above_and_running_numbers_before_change_nothing(draft, tmp_path):
    """As people make sheets: a title and an empty row over the headings, STT first."""

    def change(page):
        page.insert_cols(1)
        page.cell(1, 1, "STT")
        for row in range(2, page.max_row + 1):
            page.cell(row, 1, row - 1)
        page.insert_rows(1, 2)
        page.cell(1, 1, "CÁC TIÊU CHÍ CỦA TỈNH")

    path = tmp_path / "bo.xlsx"
    path.write_bytes(edited(draft, CRITERIA, change))
    back = read_packs([source_of(path, "bo.xlsx")], known())
    assert (back.sets, back.notes) == ((content_of(draft),), ())


def test_a_heading_nobody_knows_is_named_with_the_nearest(draft):
    def change(page):
        page.cell(1, column(page, "threshold")).value = "Mức phải dạt được"

    with pytest.raises(BadPacks) as refusal:
        importing.check(edited(draft, CRITERIA, change), "bo.xlsx", province_code="24")
    told = "“Mức phải dạt được” không có trong mẫu; có phải là “Mức phải đạt”"
    assert any(fault.line == 1 and told in fault.sentence for fault in refusal.value.faults)


def test_days_are_days_of_the_spreadsheet(draft, tmp_path):
    book = load_workbook(io.BytesIO(as_xlsx(draft)))
    day = book["Tuyến"].cell(2, column(book["Tuyến"], "valid_from"))
    assert (day.value.date(), day.number_format) == (date(2030, 1, 1), "dd/mm/yyyy")
    window = book["Bộ"].cell(2, column(book["Bộ"], "window_from"))
    assert (window.value, window.number_format) == ("01/11", "@")
    day.value, window.value = "05/02/2030", date(2026, 11, 16)
    path = tmp_path / "bo.xlsx"
    book.save(path)
    (content,) = read_packs([source_of(path, "bo.xlsx")], known()).sets
    assert (content["routes"][0]["valid_from"], content["window_from"]) == ("2030-02-05", "11-16")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "x.yaml"),
        (b"\xff\xfe\x00", "x.yaml"),
        (b"sets: [", "x.yaml"),
        (b"documents: []\nprogrammes: []\nsets: []\n", "x.yaml"),
        (b"sets: 5", "x.yaml"),
        (b"PK\x03\x04 no workbook", "x.xlsx"),
        (b"", "x.xlsx"),
        (b"x" * 2_000_001, "x.yaml"),
        (b"a: &a [*a]", "x.yaml"),
        (b"a" * 50, "x" * 300 + ".yaml"),
    ],
)
def test_a_file_that_is_no_pack_is_refused_in_words(data, name):
    with pytest.raises(BadPacks) as refusal:
        importing.check(data, name, province_code="24")
    assert refusal.value.faults
    assert CriteriaSet.objects.count() == 0


@pytest.mark.parametrize(("typed", "stored"), [("70", "70.00"), ("0,5", "0.50"), ("66.7", "66.70"), ("12,50", "12.50")])
def test_a_number_in_a_cell_of_text_is_read_as_typed_in_a_form(draft, typed, stored):
    def change(page):
        page.cell(5, column(page, "threshold")).value = typed

    (content,) = importing.check(edited(draft, CRITERIA, change), "bo.xlsx", province_code="24").sets
    assert content["criteria"][3]["threshold"] == stored


def test_every_bad_cell_is_told_in_one_turn_with_its_own_sheet(draft):
    def change(page):
        page.cell(5, column(page, "threshold")).value = "1,000"
        page.cell(3, column(page, "label")).value = "#REF!"

    with pytest.raises(BadPacks) as refusal:
        importing.check(edited(draft, CRITERIA, change), "bo.xlsx", province_code="24")
    label, threshold = refusal.value.faults
    assert (label.line, label.path) == (3, "trang “Tiêu chí”, cột “Nội dung”")
    assert "#REF!" in label.sentence
    assert (threshold.line, threshold.path) == (5, "trang “Tiêu chí”, cột “Mức phải đạt”")
    assert threshold.sentence == "“1,000” có thể hiểu hai cách; hãy ghi 1000 hoặc 1"


@pytest.mark.parametrize(
    ("sheet", "row", "key", "value"),
    [
        ("Bộ", 2, "first_year", "năm nay"),
        ("Bộ", 2, "version", 1.5),
        ("Bộ", 2, "unit_kinds", "planet"),
        ("Bộ", 2, "window_from", 1116),
        ("Bộ", 1, "code", "Mã lạ"),
        ("Tiêu chí", 3, "parent", "KHONG-CO"),
        ("Tiêu chí", 3, "code", None),
        ("Tiêu chí", 4, "excuses", "không hiểu"),
        ("Tiêu chí", 3, "label", 12),
        ("Tiêu chí", 5, "threshold", 1e300),
        ("Tuyến", 2, "valid_from", "hôm qua"),
        ("Tuyến", 2, "decide_by", "99/99"),
        ("Tuyến", 2, "decide_by", "trước 31/02; Điều 9"),
    ],
)
def test_a_workbook_with_a_bad_cell_is_refused_in_words(draft, sheet, row, key, value):
    def change(page):
        page.cell(row, column(page, key)).value = value

    with pytest.raises(BadPacks) as refusal:
        importing.check(edited(draft, sheet, change), "bo.xlsx", province_code="24")
    assert all(fault.sentence and fault.line for fault in refusal.value.faults)


# --- drafts out of a file ------------------------------------------------------------------------------------------


@pytest.fixture
def staff():
    return make_user(Role.STAFF, make_province("Tỉnh Bắc Giang", "24"))


def loaded(packs, by) -> list[CriteriaSet]:
    """Loaded as the page does right after its preview."""
    return importing.load_drafts(packs, province_code="24", seen=digest(importing.drafts_of(packs)), by=by)


def renamed(text: str, code: str) -> bytes:
    return text.replace("code: TT124-KDC\n", f"code: {code}\n").encode()


def test_a_national_set_sent_back_under_a_code_of_the_province_s_becomes_its_draft(sets, staff):
    data = renamed(as_yaml(sets["TT124-KDC"]), "BG-KDC")
    packs = importing.check(data, "bg.yaml", province_code="24")
    assert [(one.what, one.name) for one in importing.preview(packs)] == [("mới", "BG-KDC phiên bản 1")]
    (made,) = loaded(packs, staff)
    assert (made.status, made.province_code, made.criteria.count()) == ("draft", "24", 21)
    stored = content_of(sets["TT124-KDC"]) | {"code": "BG-KDC", "province_code": "24"}
    assert content_of(made) == stored


def test_publishing_is_not_done_by_a_file(staff):
    text = SMALL.replace("first_year: 2030\n", "first_year: 2030\n    publish: true\n    province_code: '99'\n")
    assert "publish" in text
    packs = importing.check(text.encode(), "x.yaml", province_code="24")
    (made,) = loaded(packs, staff)
    assert (made.status, made.province_code) == ("draft", "24")
    assert made.document.province_code == "24"


def test_the_same_file_again_changes_nothing_and_another_shows_what_it_would(staff):
    loaded(importing.check(SMALL.encode(), "x.yaml", province_code="24"), staff)
    again = importing.check(SMALL.encode(), "x.yaml", province_code="24")
    assert [one.what for one in importing.preview(again)] == ["không đổi"]
    other = importing.check(SMALL.replace("threshold: 70", "threshold: 75").encode(), "x.yaml", province_code="24")
    (change,) = importing.preview(other)
    counts = "tiêu chí: 2 giữ nguyên, 1 thay đổi"
    assert (change.what, change.lines) == ("sửa bản thảo", (counts, "tiêu chí C, Mức phải đạt: 70 → 75"))
    (made,) = loaded(other, staff)
    assert CriteriaSet.objects.count() == 1
    assert str(made.criteria.get(code="C").threshold) == "75.00"


@pytest.mark.parametrize("code", ["TT124-KDC", "DA375-KDC"])
def test_a_code_of_others_is_not_taken(sets, staff, code):
    """The whole country's, and another province's that the sender does not even see."""
    text = SMALL.replace("code: TRIAL", f"code: {code}")
    packs = importing.check(text.encode(), "x.yaml", province_code="24")
    for act in (importing.preview, lambda packs: loaded(packs, staff)):
        with pytest.raises(Refused, match="không phải bản thảo của tỉnh"):
            act(packs)
    assert not CriteriaSet.objects.filter(code="TRIAL").exists()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.INSPECTOR, Role.CHAIR])
def test_only_those_who_write_sets_load_them(role):
    packs = importing.check(SMALL.encode(), "x.yaml", province_code="24")
    with pytest.raises(Refused):
        loaded(packs, make_user(role, make_province("Tỉnh", "24")))
    assert CriteriaSet.objects.count() == 0


def test_wrong_headings_and_deadlines_are_told_in_one_turn(draft):
    def headings(page):
        page.cell(1, column(page, "threshold")).value = "Mức phải dạt được"
        page.cell(1, column(page, "article")).value = "Căn kứ"

    data = edited(draft, CRITERIA, headings)
    with pytest.raises(BadPacks) as refusal:
        importing.check(data, "bo.xlsx", province_code="24")
    told = [fault.told for fault in refusal.value.faults]
    assert any("“Mức phải dạt được”" in one for one in told) and any("“Căn kứ”" in one for one in told)
    assert all(one[0] == one[0].upper() and one.endswith(".") and not one.endswith("..") for one in told)


def test_every_bad_deadline_and_parent_is_told_in_one_turn(draft, tmp_path):
    book = load_workbook(io.BytesIO(as_xlsx(draft)))
    routes, criteria = book[ROUTES], book[CRITERIA]
    routes.cell(2, column(routes, "submit_by")).value = "sau 15/11"
    routes.cell(2, column(routes, "appraise_by")).value = "giữa tháng"
    criteria.cell(2, column(criteria, "parent")).value = "KHONG-CO"
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(BadPacks) as refusal:
        importing.check(out.getvalue(), "bo.xlsx", province_code="24")
    told = [fault.sentence for fault in refusal.value.faults]
    assert sorted(one.split(";")[0] for one in told) == [
        "không hiểu thời hạn “giữa tháng”",
        "không hiểu thời hạn “sau 15/11”",
        "nhóm “KHONG-CO” phải đứng trước tiêu chí bên trong",
    ]
