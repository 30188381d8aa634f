"""A province's rules in a pack: read, checked with their line, loaded, told as they read."""

import pytest
from openpyxl import load_workbook

from criteria.enums import RuleAct, SetStatus
from criteria.models import AwardBar, LegalDocument, RuleEvent, StreakRule
from criteria.packs.columns import BARS, CRITERIA, SHEETS, STREAKS, TITLES
from criteria.packs.reading import BadPacks, read_packs
from criteria.packs.rules import bar_key, bar_reads, content_of_bar, content_of_rule, rule_differences, rule_reads
from criteria.packs.sheet_source import SheetSource, source_of
from criteria.packs.source import Source
from criteria.packs.stored import known
from criteria.packs.workbook import rules_as_xlsx
from criteria.packs.writing import rules_as_yaml
from criteria.services import NEW, REFUSED, SAME, load
from tests.criteria.factories import RULES, load_packs, write_pack
from tests.units.factories import make_province

pytestmark = pytest.mark.django_db
NAMES = {"trial": "Chương trình thử", "other": "Chương trình trước"}
OF_A_PROVINCE = RULES.replace("{bar: ", '{province_code: "24", bar: ')


def packs_of(tmp_path, text: str = OF_A_PROVINCE):
    return read_packs([write_pack(tmp_path, text)], known())


def told(steps) -> dict[str, str]:
    return {step.name: step.what for step in steps}


def test_what_is_loaded_is_what_was_read_and_loading_again_changes_nothing(tmp_path):
    make_province(code="24")
    packs = packs_of(tmp_path)
    load(packs)
    assert content_of_rule(StreakRule.objects.get()) == packs.streaks[0]
    assert [content_of_bar(bar) for bar in AwardBar.objects.order_by("-first_year")] == list(packs.bars)
    assert {step.what for step in load(packs_of(tmp_path))} == {SAME}


def test_a_bar_without_its_province_is_refused_and_nothing_is_kept(tmp_path):
    steps = load(packs_of(tmp_path))
    assert told(steps)["không xét khen thưởng: unmet trial 2030"] == REFUSED
    assert not StreakRule.objects.exists()
    assert "không có tỉnh mã “24”; hãy ghi mã tỉnh" in str(steps)


def test_a_pack_leaves_what_a_province_wrote_and_the_day_it_ended_a_rule_with(tmp_path):
    make_province(code="24")
    load(packs_of(tmp_path))
    StreakRule.objects.update(valid_to="2031-12-31")
    without_end = OF_A_PROVINCE.replace("    valid_to: 2035-12-31\n", "")
    assert set(told(load(packs_of(tmp_path, without_end))).values()) == {SAME}
    RuleEvent.objects.create(rule=StreakRule.objects.get(), act=RuleAct.DRAFTED)
    renamed = OF_A_PROVINCE.replace("Nhiều năm liên tục", "Tên khác").replace("Đề án cũ, mục 4", "Căn cứ khác")
    steps = load(packs_of(tmp_path, renamed))
    assert told(steps)["LT-THU"] == told(steps)["không xét khen thưởng: unmet other 2026"] == REFUSED
    assert StreakRule.objects.get().name == "Nhiều năm liên tục"


def test_a_bar_still_on_from_another_year_is_told(tmp_path):
    make_province(code="24")
    load(packs_of(tmp_path))
    later = OF_A_PROVINCE.replace("first_year: 2030, ground", "first_year: 2031, ground")
    assert "đang áp dụng điều kiện này từ năm khác" in str(load(packs_of(tmp_path, later)))
    AwardBar.objects.filter(first_year=2030).update(status=SetStatus.DRAFT)
    assert told(load(packs_of(tmp_path, later)))["không xét khen thưởng: unmet trial 2031"] == NEW


def written(form: str, folder) -> SheetSource | Source:
    """The stored rules out as a file, and in again as a source."""
    rules, bars = StreakRule.objects.all(), AwardBar.objects.all()
    path = folder / f"quy-tac.{form}"
    path.write_bytes(rules_as_xlsx(rules, bars) if form == "xlsx" else rules_as_yaml(rules, bars).encode())
    return source_of(path, path.name)


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
@pytest.mark.parametrize("cite", ["TT 1/2030", ""])
def test_rules_come_back_from_a_file_as_they_went(tmp_path, form, cite):
    """With the documents and programmes they lean on: read where nothing is known."""
    make_province(code="24")
    old = "- {code: CU, number: 9/2020/TT, cite: TT 9/2020, title: Cũ, issuer: Bộ}\n  - {code: DOC, replaces: CU, "
    load(packs_of(tmp_path, OF_A_PROVINCE.replace("- {code: DOC, ", old)))
    LegalDocument.objects.filter(code="DOC").update(cite=cite)
    back = read_packs([written(form, tmp_path)])
    assert list(back.streaks) == [content_of_rule(StreakRule.objects.get())]
    assert sorted(back.bars, key=bar_key) == sorted(map(content_of_bar, AwardBar.objects.all()), key=bar_key)
    assert {row["code"]: row.get("replaces") for row in back.documents} == {"DOC": "CU", "CU": None}
    assert {row["code"] for row in back.programmes} == {"trial", "other"} and back.sets == back.notes == ()


@pytest.mark.parametrize("form", ["yaml", "xlsx"])
def test_the_rule_that_ships_comes_back(tmp_path, form):
    load_packs()
    assert list(read_packs([written(form, tmp_path)]).streaks) == [content_of_rule(StreakRule.objects.get())]


def changed_book(folder, change) -> SheetSource | Source:
    written("xlsx", folder)
    book = load_workbook(folder / "quy-tac.xlsx")
    change(book)
    book.save(folder / "quy-tac.xlsx")
    return source_of(folder / "quy-tac.xlsx", "quy-tac.xlsx")


def test_what_a_workbook_holds_beside_its_form_is_said_to_be_left(tmp_path):
    make_province(code="24")
    load(packs_of(tmp_path))

    def change(book):
        book.create_sheet("Ghi chú")["B3"] = "Nhớ hỏi lại"
        book.create_sheet("Trang trống")
        book[BARS].cell(2, len(SHEETS[BARS]) + 3, "xem lại")

    notes = [str(note) for note in read_packs([changed_book(tmp_path, change)], known()).notes]
    assert len(notes) == 2
    assert notes[0].startswith("quy-tac.xlsx, dòng 1: trang “Ghi chú” không thuộc mẫu nên không đọc; các trang của mẫu")
    assert notes[1] == (
        "quy-tac.xlsx, dòng 2, trang “Không xét khen thưởng”: ô “xem lại” ở cột không có tiêu đề nên không đọc"
    )


@pytest.mark.parametrize(
    ("sheet", "row", "key", "value", "said"),
    [
        (TITLES, 2, "code", "LA", "dòng 2, trang “Mốc năm liên tục”, cột “Mã quy tắc”: không có quy tắc mã “LA”"),
        (TITLES, 3, "level", "cấp lạ", "dòng 3, trang “Mốc năm liên tục”, cột “Cấp công nhận”: không có giá trị"),
        (STREAKS, 2, "valid_to", "mai", "dòng 2, trang “Năm liên tục”, cột “Đến hết ngày”: “mai” sai dạng"),
        (BARS, 3, "programme", "la", "dòng 3, trang “Không xét khen thưởng”, cột “Ở chương trình”: không có chương"),
        (CRITERIA, 2, "code", "A", "dòng 1, trang “Bộ”: phải có đúng một dòng dưới dòng tiêu đề"),
    ],
)
def test_a_fault_of_a_rule_in_a_workbook_names_sheet_row_and_heading(tmp_path, sheet, row, key, value, said):
    make_province(code="24")
    load(packs_of(tmp_path))

    def change(book):
        book[sheet].cell(row, list(SHEETS[sheet]).index(key) + 1, value)

    with pytest.raises(BadPacks) as refusal:
        read_packs([changed_book(tmp_path, change)], known())
    assert said in str(refusal.value)


FLAWS = [
    ("counts: [trial, other]", "counts: [trial, none]", "không có chương trình mã “none”"),
    ("    document: DOC", "    document: NONE", "không có văn bản mã “NONE”"),
    ("years: 5", "years: 3", "hai mốc cùng một số năm liên tục"),
    ("valid_to: 2035", "valid_to: 2025", "ngày cuối cùng đứng trước ngày có hiệu lực"),
    ("bar: unmet, programme: trial", "bar: unmet, programme: none", "không có chương trình mã “none”"),
    ("document: DOC}", "document: NONE}", "không có văn bản mã “NONE”"),
    ("last_year: 2029", "last_year: 2019", "năm cuối đứng trước năm đầu (2026)"),
    ("bar: unmet, programme: trial", "bar: bad, programme: trial", "không có giá trị “bad”"),
]


@pytest.mark.parametrize(("old", "new", "said"), FLAWS)
def test_a_flaw_of_a_rule_is_told_with_its_line(tmp_path, old, new, said):
    text = RULES.replace(old, new)
    with pytest.raises(BadPacks) as refusal:
        packs_of(tmp_path, text)
    (fault,) = refusal.value.faults
    assert said in fault.sentence
    around = "\n".join(text.splitlines()[fault.line - 1 : fault.line + 2])
    assert new in around or "titles" in around


def test_one_bar_twice_is_told_with_both_lines(tmp_path):
    line = next(line for line in RULES.splitlines() if "unmet, programme: trial" in line)
    with pytest.raises(BadPacks) as refusal:
        packs_of(tmp_path, f"{RULES}{line}\n")
    (fault,) = refusal.value.faults
    assert fault.line == len(RULES.splitlines()) + 1
    assert fault.sentence == f"điều kiện này đã ghi ở dòng {RULES.splitlines().index(line) + 1}; hãy bỏ một dòng"


def test_a_rule_reads_as_sentences(tmp_path):
    packs = packs_of(tmp_path)
    assert rule_reads(packs.streaks[0], NAMES) == [
        "Một năm của xã, phường, thị trấn; cơ sở giáo dục được tính khi được công nhận ở “Chương trình thử” hoặc "
        "“Chương trình trước”, tính từ năm 2020; năm không có hồ sơ: bỏ qua, không làm đứt chuỗi.",
        "3 năm liền được công nhận → được đề nghị cấp huyện công nhận “Ba năm liền”.",
        "5 năm liền được công nhận → được đề nghị cấp tỉnh công nhận “Năm năm liền”.",
    ]
    assert bar_reads(packs.bars[1], NAMES) == (
        "Từ năm 2026 đến hết năm 2029, đơn vị có kết quả “không đạt” ở chương trình “Chương trình trước” thì không "
        "được xét khen thưởng."
    )


def test_what_differs_is_told_in_words(tmp_path):
    old = packs_of(tmp_path)
    text = OF_A_PROVINCE.replace("years: 5, level: province", "years: 7, level: province")
    text = text.replace("valid_to: 2035-12-31", "valid_to: 2036-12-31").replace("Điều 7", "Điều 8")
    text = text.replace("article: Điều 5.1", "article: Điều 5.9")
    new = packs_of(tmp_path, text)
    assert rule_differences(old.streaks[0], new.streaks[0]) == [
        "Đến hết ngày: 31/12/2035 → 31/12/2036",
        "thêm mốc 7 năm liên tục: cấp tỉnh công nhận “Năm năm liền”",
        "bỏ mốc 5 năm liên tục: cấp tỉnh công nhận “Năm năm liền”",
        "mốc 3 năm liên tục: cấp huyện công nhận “Ba năm liền”: đổi căn cứ hoặc độ tin cậy",
    ]
    assert rule_differences(old.bars[0], new.bars[0]) == ["Căn cứ: TT 1/2030, Điều 7 → TT 1/2030, Điều 8"]
