"""Reading packs: what comes out of a good one, and every fault of a bad one with its line."""

import json

import pytest
from django.core.management import CommandError, call_command

from criteria.enums import Comparison, Confidence, Level, Measure, Outcome
from criteria.models import Cap, CriteriaSet, Criterion, Grade, LegalDocument, Precondition, Programme, Route
from criteria.packs.checks import overlay_flaws
from criteria.packs.reading import SCHEMA, BadPacks, Fault, Known, read_packs
from criteria.packs.stored import known
from criteria.services import load, publish
from portal.core.errors import Refused
from tests.criteria.factories import SMALL, write_pack
from units.enums import JUDGED, Subtype


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
                "30 sets[0].criteria[1].comparison: tiêu chí C: có mức phải đạt thì phải nói cách so sánh: "
                "“từ” (at_least) hoặc “đúng” (exactly)",
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
        "province_code": "",
        "place_code": "",
        "is_example": False,
        "is_published": True,
        "preconditions": [],
    }
    sentence = "13 sets[0].first_year: năm áp dụng trùng với bộ OLD phiên bản 1 của cùng loại đơn vị"
    at_once = change(("    unit_kinds: [commune]\n", "    publish: true\n    unit_kinds: [commune]\n"))
    assert faults_of(tmp_path, at_once, Known(sets=(taken,))) == [sentence.replace("13 ", "14 ")]
    assert read_packs([write_pack(tmp_path)], Known(sets=(taken,))).sets  # a draft judges nobody yet
    path = write_pack(tmp_path, at_once)
    others = ({"last_year": 2029}, {"programme": "other"}, {"unit_kinds": ["school"]})
    for apart in (
        *others,
        {"province_code": "24"},
        {"place_code": "205"},
        {"is_example": True},
        {"is_published": False},
        {"code": "TRIAL", "version": 0},
    ):
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


# --- bad packs, refused whole ----------------------------------------------------------------------------------

GRADED = """\
documents:
  - {code: GDOC, number: 2/2030/QĐ, cite: QĐ 2/2030, title: Quyết định thử, issuer: Bộ Thử}
programmes:
  - {code: graded, name: Xếp loại thử, title: Loại thử}
  - {code: other, name: Chương trình khác, title: Đạt khác}
sets:
  - code: GRADED
    version: 1
    programme: graded
    document: GDOC
    name: Bộ xếp loại thử
    unit_kinds: [commune]
    outcome: grades
    points_total: 10
    first_year: 2030
    criteria:
      - {code: GR-1, number: "1", article: Điều 1, label: Việc một, measure: points, max_points: 6}
      - {code: GR-2, number: "2", article: Điều 2, label: Việc hai, measure: event, max_points: 4}
    grades:
      - {rank: 1, label: Tốt, lower_bound: 8, article: Điều 3}
      - {rank: 2, label: Khá, lower_bound: 5, article: Điều 3}
      - {rank: 3, label: Yếu, lower_bound: 0, article: Điều 3}
    caps:
      - {criterion: GR-2, best_rank: 2, article: Điều 4}
    preconditions:
      - {programme: other, label: Đạt khác cùng năm, article: Điều 5}
    routes:
      - kinds: [commune]
        managed_at: province
        enter: commune
        appraise: province
        decide: province
        authority: Chủ tịch
        article: Điều 9
        valid_from: 2030-01-01
  - code: OTHER
    version: 1
    programme: other
    document: GDOC
    name: Bộ khác
    unit_kinds: [commune]
    outcome: all_met
    first_year: 2030
    criteria:
      - {code: OT-1, number: "1", article: Điều 1, label: Việc một, measure: must}
"""
OVERLAY = """
  - code: OVER
    version: 1
    base: TRIAL/1
    programme: trial
    document: DOC
    name: Bộ bổ sung của tỉnh
    unit_kinds: [commune]
    outcome: all_met
    province_code: "24"
    first_year: 2030
    criteria:
      - {code: X, number: "9", article: Điều 9, label: Việc của tỉnh, measure: must}
"""
AGAIN = """
  - code: TRIAL
    version: 2
    like: TRIAL/1
    programme: trial
    document: DOC
    name: Bộ thử, phiên bản 2
    unit_kinds: [commune]
    outcome: all_met
    first_year: 2031
"""


def swapped(text, *pairs):
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


PRE_OTHER = '      - {code: OT-1, number: "1", article: Điều 1, label: Việc một, measure: must}\n'
BAD = {
    "a code written twice": (
        swapped(SMALL, ("code: C\n", "code: A\n")),
        "30, sets[0].criteria[1].code: mã A trùng với A (không phân biệt dấu, hoa thường)",
    ),
    "a code in other letters": (
        swapped(SMALL, ("code: C\n", "code: g\n")),
        "30, sets[0].criteria[1].code: mã g trùng với G (không phân biệt dấu, hoa thường)",
    ),
    "a code with tone marks": (
        swapped(SMALL, ("code: C\n", "code: TỶ-LỆ\n")),
        "30, sets[0].criteria[1].code: “TỶ-LỆ” sai dạng; mã chỉ gồm chữ không dấu, chữ số, dấu chấm và gạch nối",
    ),
    "grades named alike but for their letters": (
        swapped(GRADED, ("label: Khá, lower", "label: TỐT, lower")),
        "21, sets[0].grades[1].label: tên loại TỐT trùng với Tốt",
    ),
    "an unknown measure": (
        swapped(SMALL, ("measure: percent", "measure: guess")),
        "34, sets[0].criteria[1].measure: không có giá trị “guess”; chỉ dùng group, must, event, trend, percent, "
        "count, points, derived",
    ),
    "reuse going round": (
        swapped(
            SMALL,
            ("label: Việc A, measure: must, needs_evidence: true}", "reuses: B}"),
            ("            label: Việc B\n            measure: event\n", "            reuses: A\n"),
        ),
        "22, sets[0].criteria[0].children[0].reuses: dùng lại vòng quanh: A → B → A",
    ),
    "a set like one that is like it": (
        swapped(AGAIN, ("code: TRIAL", "code: ROUND"), ("version: 2", "version: 1"), ("TRIAL/1", "ROUND/1")),
        "53, sets[1].like: chép vòng quanh: ROUND/1 → ROUND/1",
    ),
    "a set like none": (
        swapped(AGAIN, ("like: TRIAL/1", "like: NOBODY/1")),
        "53, sets[1].like: không có bộ “NOBODY/1” để chép",
    ),
    "a kind that counts itself": (
        swapped(
            SMALL,
            (
                "measure: percent",
                "measure: derived\n        derivation: subordinates_registered\n        derived_from: [commune]",
            ),
        ),
        "36, sets[0].criteria[1].derived_from: tiêu chí C: tính vòng: kết quả của “commune” lại phụ thuộc chính nó",
    ),
    "programmes that wait for each other": (
        swapped(
            GRADED,
            (PRE_OTHER, PRE_OTHER + "    preconditions:\n      - {programme: graded, label: Xếp loại cùng năm}\n"),
        ),
        "26, sets[0].preconditions[0].programme: tính vòng: kết quả cùng năm của “other” lại chờ kết quả của “graded”",
    ),
    "grades that overlap": (
        swapped(GRADED, ("lower_bound: 5", "lower_bound: 8")),
        "21, sets[0].grades[1].lower_bound: mức điểm chồng lấn: loại Khá từ 8.00 không thấp hơn loại Tốt từ 8.00",
    ),
    "a rank left out": (
        swapped(GRADED, ("{rank: 2,", "{rank: 4,")),
        "19, sets[0].grades: bậc của các loại phải là 1, 2, 3… liền nhau, bậc 1 là cao nhất",
    ),
    "a cap on nothing": (
        swapped(GRADED, ("criterion: GR-2", "criterion: GR-9")),
        "24, sets[0].caps[0].criterion: không có tiêu chí chấm được mã “GR-9” trong bộ",
    ),
    "a version that starts with the one before": (
        swapped(AGAIN, ("first_year: 2031", "first_year: 2030")),
        "59, sets[1].first_year: năm áp dụng trùng với bộ TRIAL phiên bản 1 của cùng loại đơn vị",
    ),
    "two sets for one kind and year": (
        swapped(
            AGAIN,
            ("code: TRIAL", "code: SECOND"),
            ("version: 2", "version: 1"),
            ("    like: TRIAL/1\n", ""),
        ),
        "58, sets[1].first_year: năm áp dụng trùng với bộ TRIAL phiên bản 1 của cùng loại đơn vị",
    ),
    "an overlay that alters a line of its base": (
        swapped(OVERLAY, ("code: X,", "code: A,")),
        "61, sets[1].criteria: tiêu chí A khác bộ gốc TRIAL/1; bộ bổ sung chỉ được thêm",
    ),
    "an overlay on nothing": (
        swapped(OVERLAY, ("base: TRIAL/1", "base: TRIAL/9")),
        "53, sets[1].base: không có bộ “TRIAL/9” đã ban hành để bổ sung",
    ),
    "UTF-16": (
        SMALL.encode("utf-16"),
        "1: tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8",
    ),
    "Windows-1258": (
        "documents:\n  - {code: D, title: Quyết}\n".encode().replace("ế".encode(), b"\xea\xec"),
        "2: tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8",
    ),
    "Latin": (
        b"documents:\n  - {code: D, title: Th\xf4ng t\xfa}\n",
        "2: tệp không ở bảng mã UTF-8; hãy mở bằng trình soạn thảo và lưu lại với bảng mã UTF-8",
    ),
}
TABLES = (LegalDocument, Programme, CriteriaSet, Criterion, Route, Grade, Cap, Precondition)


@pytest.mark.django_db
@pytest.mark.parametrize("name", BAD)
def test_a_bad_pack_is_refused_whole(tmp_path, name):
    """The sentence names file, line and path; the good file beside it is not loaded either."""
    bad, sentence = BAD[name]
    if isinstance(bad, str):
        bad = (SMALL + bad if bad.startswith("\n  - code") else bad).encode()
    path = tmp_path / "hong.yaml"
    path.write_bytes(bad)
    good = write_pack(
        tmp_path, SMALL.replace("trial", "fine").replace("TRIAL", "FINE").replace("DOC", "FDOC"), "tot.yaml"
    )
    assert read_packs([good]).sets
    with pytest.raises(CommandError) as refusal:
        call_command("load_criteria", good, path, verbosity=0)
    assert f"hong.yaml, dòng {sentence}" in str(refusal.value).splitlines()
    assert [table.objects.count() for table in TABLES] == [0] * len(TABLES)
    call_command("load_criteria", good, verbosity=0)  # alone it is loaded
    assert CriteriaSet.objects.count() == 1


def test_the_packs_that_are_broken_above_are_sound_before(tmp_path):
    assert len(read_packs([write_pack(tmp_path, GRADED)]).sets) == 2
    for more in (OVERLAY, AGAIN):
        assert len(read_packs([write_pack(tmp_path, SMALL + more)]).sets) == 2


def test_an_overlay_may_only_add(tmp_path):
    """What a stored or edited overlay could do, the reader of packs cannot even write: dropping or altering a line."""
    base, over = read_packs([write_pack(tmp_path, SMALL + OVERLAY)]).sets
    assert [row["code"] for row in over["criteria"]] == [*(row["code"] for row in base["criteria"]), "X"]
    assert over["routes"] == base["routes"]
    assert list(overlay_flaws(over, base)) == []
    dropped = over | {"criteria": [row for row in over["criteria"] if row["code"] != "B"]}
    assert list(overlay_flaws(dropped, base)) == [
        (("criteria",), "thiếu tiêu chí B của bộ gốc TRIAL/1; bộ bổ sung chỉ được thêm")
    ]
    altered = over | {"criteria": [row | ({"label": "x"} if row["code"] == "B" else {}) for row in over["criteria"]]}
    assert list(overlay_flaws(altered, base)) == [
        (("criteria",), "tiêu chí B khác bộ gốc TRIAL/1; bộ bổ sung chỉ được thêm")
    ]


def test_a_set_like_another_takes_what_it_leaves_out(tmp_path):
    text = SMALL + AGAIN + '    criteria:\n      - {code: C, number: "2", article: Điều 2, label: Mới, measure: must}\n'
    text += '      - {code: D, number: "3", article: Điều 3, label: Thêm, measure: must}\n'
    first, second = read_packs([write_pack(tmp_path, text)]).sets
    assert [row["code"] for row in second["criteria"]] == ["G", "A", "B", "C", "D"]
    assert second["criteria"][:3] == first["criteria"][:3]
    assert (second["criteria"][3]["label"], second["criteria"][3]["measure"]) == ("Mới", "must")
    assert (second["window_from"], second["window_article"]) == (first["window_from"], first["window_article"])
    assert second["routes"] == first["routes"] and second["gaps"] == []


# --- what a sound draft still lacks ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_publishing_lists_every_lack_at_once(tmp_path):
    text = swapped(
        GRADED,
        ("label: Việc một, measure: points, max_points: 6", "label: Việc một, measure: points, confidence: N"),
        (
            "measure: event, max_points: 4}",
            'measure: event, max_points: 4}\n      - {code: GR-3, number: "3", article: Điều 6, label: Ba, '
            "measure: must, not_applicable_when: không có}",
        ),
        ("lower_bound: 8, article: Điều 3", "article: Điều 3, confidence: N"),
        ("lower_bound: 0", "lower_bound: 1"),
    )
    routes = text[text.index("    routes:") : text.index("  - code: OTHER")]
    load(read_packs([write_pack(tmp_path, text.replace(routes, ""))], known()))
    draft = CriteriaSet.objects.get(code="GRADED")
    with pytest.raises(Refused) as refusal:
        publish(draft)
    assert refusal.value.sentence == "Chưa ban hành được bộ tiêu chí “Bộ xếp loại thử”: " + "; ".join(
        [
            "tiêu chí GR-1 chưa đọc được trong văn bản",
            "tiêu chí GR-1 chấm điểm nhưng chưa có điểm tối đa",
            "chưa có tuyến xét duyệt cho loại đơn vị “Xã, phường, thị trấn”",
            "loại 1 chưa đọc được trong văn bản",
            "loại Tốt chưa có mức điểm",
            "loại thấp nhất (Yếu) phải từ 0 điểm, nếu không sẽ có hồ sơ không xếp được",
            "tiêu chí GR-3 không có điểm và không khống chế loại nên không có tác dụng",
            "tổng điểm các tiêu chí là 4.00, khác tổng điểm chuẩn 10.00",
            "chưa nói tiêu chí không áp dụng (GR-3) được tính thế nào.",
        ]
    )
    draft.refresh_from_db()
    assert draft.status == "draft"


@pytest.mark.django_db
def test_a_number_of_criteria_must_be_named(tmp_path):
    text = SMALL.replace("outcome: all_met", "outcome: number_met")
    load(read_packs([write_pack(tmp_path, text)], known()))
    with pytest.raises(Refused, match=r"chưa có số tiêu chí phải đạt\.$"):
        publish(CriteriaSet.objects.get(code="TRIAL"))


@pytest.mark.django_db
def test_what_lacks_nothing_is_published(tmp_path):
    load(read_packs([write_pack(tmp_path, GRADED)], known()))
    assert publish(CriteriaSet.objects.get(code="GRADED")).status == "published"
