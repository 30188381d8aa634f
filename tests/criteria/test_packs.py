"""Reading packs: what comes out of a good one, and every fault of a bad one with its line."""

import json

import pytest

from criteria.enums import Comparison, Confidence, Level, Measure, Outcome
from criteria.packs import SCHEMA, BadPacks, Fault, Known, read_packs
from units.enums import JUDGED, Subtype

from .factories import SMALL, write_pack


def faults_of(tmp_path, text, known=None):
    with pytest.raises(BadPacks) as bad:
        read_packs([write_pack(tmp_path, text)], known)
    return [f"{fault.line} {fault.path}: {fault.sentence}" for fault in bad.value.faults]


def change(*pairs):
    text = SMALL
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def test_a_small_pack_as_plain_content(tmp_path):
    packs = read_packs([write_pack(tmp_path)])
    (content,) = packs.sets
    assert [(row["code"], row["parent"], row["order"], row["article"]) for row in content["criteria"]] == [
        ("G", "", 1, "TT 1/2030, Điều 1"),
        ("A", "G", 2, "TT 1/2030, Điều 1.1"),
        ("B", "G", 3, "TT 1/2030, Điều 1.2"),
        ("C", "", 4, "TT 1/2030, Điều 2"),
    ]
    assert content["criteria"][3]["threshold"] == "70.00"
    assert content["routes"][0]["deadlines"] == [
        {"step": "decide", "month": 11, "day": 20, "inclusive": False, "article": "TT 1/2030, Điều 9"}
    ]
    assert packs.to_publish == frozenset()


def test_words_are_kept_composed(tmp_path):
    decomposed = "Vie\u0323\u0302c B"
    packs = read_packs([write_pack(tmp_path, SMALL.replace("Việc B", decomposed))])
    assert packs.sets[0]["criteria"][2]["label"] == "Việc B"


@pytest.mark.parametrize(
    ("pairs", "faults"),
    [
        (
            [("measure: must", "measure: maybe")],
            [
                "22 sets[0].criteria[0].children[0].measure: không có giá trị “maybe”; chỉ dùng group, "
                "must, event, trend, percent, count, points, derived"
            ],
        ),
        (
            [("threshold: 70", "threshold: 170")],
            [
                "36 sets[0].criteria[1].threshold: tiêu chí C: mức phải đạt là tỷ lệ phần trăm, lớn hơn 0 "
                "và không quá 100"
            ],
        ),
        (
            [("measure: event", "measure: must"), ("numerator_label: hộ đạt", "due_quarter: 5")],
            [
                "37 sets[0].criteria[1].due_quarter: “5” lớn hơn mức cho phép (4)",
            ],
        ),
        (
            [("        numerator_label: hộ đạt\n", ""), ("comparison: at_least", "reuses: NOBODY")],
            [
                "30 sets[0].criteria[1].comparison: tiêu chí C: có mức phải đạt thì phải nói cách so sánh "
                "(at_least hoặc exactly)",
                "30 sets[0].criteria[1].numerator_label: tiêu chí C: so sánh hai số thì phải gọi tên cả hai số",
                "35 sets[0].criteria[1].reuses: không có tiêu chí gốc mã “NOBODY” để dùng lại",
            ],
        ),
        (
            [("measure: percent", "measure: derived\n        derivation: by_magic")],
            [
                "35 sets[0].criteria[1].derivation: tiêu chí C: không có cách tính “by_magic”; chỉ có "
                "subordinates_registered, subordinates_recognised"
            ],
        ),
        (
            [("code: C\n", "code: a\n")],
            [
                "30 sets[0].criteria[1].code: mã a trùng với A (không phân biệt dấu, hoa thường)",
            ],
        ),
        (
            [("kinds: [commune]\n        managed", "kinds: [school]\n        managed")],
            [
                "39 sets[0].routes: chưa có tuyến xét duyệt cho loại đơn vị “commune”",
                "40 sets[0].routes[0].kinds: tuyến của “school” không thuộc loại đơn vị nào của bộ",
            ],
        ),
        (
            [("month: 11", "month: 2"), ("day: 20", "day: 30"), ("appraise: province", "appraise: commune")],
            ["48 sets[0].routes[0].deadlines: không có ngày 30/2"],
        ),
        (
            [("enter: commune", "enter: province"), ("decide: province", "decide: commune")],
            ["44 sets[0].routes[0].decide: hồ sơ chỉ đi từ cấp dưới lên cấp trên: nhập, thẩm định, công nhận"],
        ),
        (
            [("valid_from: 2030-01-01", "valid_from: 01/01/2030")],
            [
                "47 sets[0].routes[0].valid_from: “01/01/2030” sai dạng; hãy ghi ngày dạng năm-tháng-ngày, ví "
                "dụ 2022-02-10"
            ],
        ),
        (
            [("first_year: 2030", "first_year: 2030\n    last_year: 2029"), ("from: 11-01", "from: 02-30")],
            [
                "14 sets[0].last_year: năm cuối 2029 đứng trước năm đầu 2030",
                "15 sets[0].window.from: “02-30” không phải ngày trong năm; hãy ghi tháng-ngày, ví dụ 11-01",
            ],
        ),
        (
            [("document: DOC", "document: NONE"), ("programme: trial", "programme: none")],
            [
                "8 sets[0].programme: không có chương trình mã “none”",
                "9 sets[0].document: không có văn bản mã “NONE”",
            ],
        ),
        (
            [("version: 1", "version: một\n    colour: red"), ("    name: Bộ thử\n", "")],
            [
                "6 sets[0]: thiếu mục “name”",
                "7 sets[0].version: “một” phải là số nguyên",
                "8 sets[0].colour: không có mục tên “colour”",
            ],
        ),
        (
            [('number: "2"', 'number: 2\n        number: "3"')],
            ["32 sets[0].criteria[1].number: mục “number” ghi hai lần"],
        ),
        (
            [('number: "2"', "number: 2")],
            [
                "31 sets[0].criteria[1].number: “2” phải là chữ (số thì đặt trong dấu nháy)",
            ],
        ),
        (
            [("        children:\n", "        other:\n")],
            ["21 sets[0].criteria[0].other: không có mục tên “other”"],
        ),
        (
            [("measure: group\n", "measure: group\n        needs_evidence: true\n")],
            [
                "21 sets[0].criteria[0].needs_evidence: tiêu chí G: nhóm tiêu chí không có mục "
                "“needs_evidence”; hãy đặt mục này ở tiêu chí bên trong"
            ],
        ),
        (
            [("measure: event", "measure: must")],
            [
                "28 sets[0].criteria[0].children[1].excuses: tiêu chí B: chỉ việc không để xảy ra (measure: "
                "event) mới có trường hợp loại trừ"
            ],
        ),
    ],
)
def test_every_fault_is_named_with_its_line(tmp_path, pairs, faults):
    assert faults_of(tmp_path, change(*pairs)) == faults


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", "thu.yaml, dòng 1: tệp trống hoặc không bắt đầu bằng các mục documents, programmes, sets"),
        (b"- a\n- b\n", "thu.yaml, dòng 1: tệp trống hoặc không bắt đầu bằng các mục documents, programmes, sets"),
        (
            b"sets:\n  - code: [\n",
            "thu.yaml, dòng 3: sai cú pháp YAML; hãy xem thụt dòng, dấu hai chấm và dấu nháy",
        ),
        (
            "sets:\n  - tên: “Bộ”".encode("utf-16"),
            "thu.yaml, dòng 1: tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8",
        ),
        (
            b"documents: []\nsets:\n  - name: C\xf4ng an\n",
            "thu.yaml, dòng 3: tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8",
        ),
        (b"sets: &a [*a]\n", "thu.yaml, dòng 1: các mục lồng nhau quá sâu hoặc lặp quá nhiều; hãy viết phẳng lại"),
        (
            b"sets: " + b"[" * 5000 + b"]" * 5000,
            "thu.yaml, dòng 1: các mục lồng nhau quá sâu hoặc lặp quá nhiều; hãy viết phẳng lại",
        ),
        (
            b"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + b"".join(b"%c: &%c [%s]\n" % (i, i, b",".join([b"*%c" % (i - 1)] * 10)) for i in b"bcdefgh"),
            "thu.yaml, dòng 1: các mục lồng nhau quá sâu hoặc lặp quá nhiều; hãy viết phẳng lại",
        ),
        (
            b"# " + b"x" * 2_000_001,
            "thu.yaml, dòng 1: tệp quá lớn (hơn 2 MB); hãy tách thành nhiều bộ",
        ),
        (
            b"sets: !!python/object/apply:os.system [echo]\n",
            "thu.yaml, dòng 1: thiếu mục “documents”",
        ),
    ],
)
def test_a_file_that_is_no_pack(tmp_path, raw, fault):
    path = tmp_path / "thu.yaml"
    path.write_bytes(raw)
    with pytest.raises(BadPacks) as bad:
        read_packs([path])
    assert str(bad.value.faults[0]) == fault


def test_a_missing_file(tmp_path):
    with pytest.raises(BadPacks) as bad:
        read_packs([tmp_path / "khong-co.yaml"])
    assert bad.value.faults == (
        Fault("khong-co.yaml", 1, "", "không mở được tệp; hãy kiểm tra đường dẫn và quyền đọc"),
    )


def test_faults_of_all_files_come_together(tmp_path):
    one = write_pack(tmp_path, change(("measure: event", "measure: must")), "mot.yaml")
    other = write_pack(tmp_path, change(("code: TRIAL", "code: OTHER"), ("document: DOC", "document: X")), "hai.yaml")
    with pytest.raises(BadPacks) as bad:
        read_packs([one, other])
    assert [(fault.file, fault.path) for fault in bad.value.faults] == [
        ("hai.yaml", "sets[0].document"),
        ("hai.yaml", "sets[0].first_year"),
        ("mot.yaml", "sets[0].criteria[0].children[1].excuses"),
    ]


def test_two_sets_of_one_programme_may_not_judge_one_kind_in_one_year(tmp_path):
    taken = {
        "programme": "trial",
        "code": "OLD",
        "version": 1,
        "unit_kinds": ["commune", "school"],
        "first_year": 2020,
        "last_year": None,
    }
    sentence = "13 sets[0].first_year: năm áp dụng trùng với bộ OLD phiên bản 1 của cùng loại đơn vị"
    assert faults_of(tmp_path, SMALL, Known(sets=(taken,))) == [sentence]
    path = write_pack(tmp_path)
    for apart in ({"last_year": 2029}, {"programme": "other"}, {"unit_kinds": ["school"]}):
        assert read_packs([path], Known(sets=(taken | apart,))).sets


def test_a_reused_criterion_takes_everything_but_its_place(tmp_path):
    text = SMALL.replace(
        "    routes:\n", '      - {code: D, number: "3", article: Điều 3, reuses: B, label: Việc D}\n    routes:\n'
    )
    rows = {row["code"]: row for row in read_packs([write_pack(tmp_path, text)]).sets[0]["criteria"]}
    own = {"code": "D", "number": "3", "order": 5, "parent": "", "article": "TT 1/2030, Điều 3", "reuses": "B"}
    assert rows["D"] == rows["B"] | own | {"label": "Việc D"}


def test_the_schema_knows_the_words_of_the_code():
    schema = json.loads(SCHEMA.read_text())["$defs"]
    assert schema["kind"]["enum"] == [kind.value for kind in JUDGED]
    assert schema["level"]["enum"] == Level.values
    assert schema["confidence"]["enum"] == Confidence.values
    assert schema["criterion"]["properties"]["measure"]["enum"] == Measure.values
    assert schema["criterion"]["properties"]["comparison"]["enum"] == Comparison.values
    assert schema["set"]["properties"]["outcome"]["enum"] == Outcome.values
    assert schema["set"]["properties"]["excluded_subtypes"]["items"]["enum"] == Subtype.values
