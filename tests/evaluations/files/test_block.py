"""A block of cells laid over the grid: what goes where, what is told, nothing lost and nothing unseen written over."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations import services
from evaluations.enums import Side, State
from evaluations.files.grid.block import CellArea, lay
from evaluations.files.grid.lines import entry_lines
from evaluations.models import Answer, Evaluation, Event
from evaluations.services import AskedCell
from evaluations.services.blocks import GONE
from tests.evaluations.factories import register
from tests.evaluations.world import fill, more_dossiers

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # versions and locks decide what is taken

AREA = CellArea(["A", "B", "C"], [(1, [0, 7, 0]), (2, [0, 0, 0])])


# --- laid over the table -----------------------------------------------------------------------------------------
def laid(block: str, area: CellArea = AREA) -> list[tuple]:
    return [(one.dossier, one.code, one.typed) for one in lay(block, area).asked]


def test_a_block_goes_right_and_down_from_the_cell_at_hand():
    assert lay("Đ\tK\r\n\t 0 \r\n", AREA).asked == [
        AskedCell(1, "A", "Đ", 0),
        AskedCell(1, "B", "K", 7),
        AskedCell(2, "B", "0", 0),
    ]


def test_what_does_not_fit_is_counted_where_it_says_something():
    block = "1\t2\t3\t4\t\r\n1\t\t\t\t\r\n1\r\n\r\n1\t\t\t\t6"
    found = lay(block, AREA)
    assert (len(found.asked), found.rows_out, found.columns_out) == (4, 2, 2)


def test_one_value_fills_what_is_selected():
    chosen = CellArea(AREA.codes, AREA.rows, height=2, width=2)
    assert laid("Đ", chosen) == [(1, "A", "Đ"), (1, "B", "Đ"), (2, "A", "Đ"), (2, "B", "Đ")]
    assert laid("Đ\tK", chosen) == [(1, "A", "Đ"), (1, "B", "K"), (2, "A", "Đ"), (2, "B", "K")]
    odd = CellArea(AREA.codes, AREA.rows, height=2, width=3)
    assert laid("Đ\tK", odd) == [(1, "A", "Đ"), (1, "B", "K"), (2, "A", "Đ"), (2, "B", "K")]  # 3 is no twice 2


# --- saved -------------------------------------------------------------------------------------------------------
@pytest.fixture
def dossiers(world):
    for one in world.areas:
        register(one, by=world.officer)
    return world.areas


def codes(dossier, measure: str = "must") -> list[str]:
    return [line.code for line in entry_lines(dossier.criteria_set) if line.measure == measure]


def versions(dossier, columns) -> list[int]:
    stored = dict(Answer.objects.filter(evaluation=dossier).values_list("criterion__code", "version"))
    return [stored.get(code, 0) for code in columns]


def sent(client, world, block: str, dossiers, columns, **more):
    rows = more.pop("rows", [" ".join(map(str, [one.pk, *versions(one, columns)])) for one in dossiers])
    data = {"block": block, "code": columns, "row": rows} | more
    return client.post(reverse("evaluations:grid_block", args=[world.cycle.pk]), data)


def became(response) -> list[tuple]:
    return [(one["outcome"], one["text"], one["version"]) for one in response.json()["cells"]]


def stored(dossier) -> dict:
    return {one.criterion.code: one.met for one in dossier.answers.select_related("criterion")}


def test_each_cell_is_read_as_typed_there_and_told(client, world, dossiers):
    client.force_login(world.officer)
    one, other = codes(dossiers[0])[:2]
    answer = sent(client, world, "đạt\tx\r\nK\tcó lẽ\r\nthừa", dossiers, [one, other])
    assert answer.status_code == 200
    told = answer.json()
    assert became(answer) == [("saved", "Đ", 1), ("saved", "Đ", 1), ("saved", "K", 1), ("refused", "có lẽ", 0)]
    assert "không hiểu “có lẽ”" in told["cells"][3]["sentence"]
    assert told["sentence"] == "Đã lưu 3 ô. 1 ô chưa lưu. 1 dòng nằm ngoài bảng: chưa dán."
    assert (stored(dossiers[0]), stored(dossiers[1])) == ({one: True, other: True}, {one: False})
    assert told["verdicts"][str(dossiers[1].pk)]["unmet"] == [one]
    assert set(told["verdicts"]) == {str(one.pk) for one in dossiers}


def test_what_is_there_already_is_not_written_again(client, world, dossiers):
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:1]
    sent(client, world, "Đ", dossiers, columns)
    again = sent(client, world, "đ", dossiers, columns, rows=[f"{dossiers[0].pk} 0"])  # the first answer never came
    assert became(again) == [("same", "Đ", 1)]
    assert again.json()["sentence"] == "1 ô đã có đúng giá trị ấy."
    assert Answer.objects.get(evaluation=dossiers[0]).version == 1


def test_an_empty_cell_keeps_and_a_word_takes_away(client, world, dossiers):
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:2]
    sent(client, world, "Đ\tĐ", dossiers, columns)
    assert became(sent(client, world, "xoá\t", dossiers, columns)) == [("saved", "", 2)]
    assert list(stored(dossiers[0]).values()) == [None, True]
    empty = sent(client, world, "\t\r\n\t", dossiers, columns)
    assert empty.status_code == 422 and "không có giá trị nào" in empty.json()["sentence"]


def test_what_somebody_saved_meanwhile_stays_and_is_told(client, world, dossiers):
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:2]
    services.save_cell(dossiers[0], columns[0], "K", version=0, by=world.leader, note=None, side=Side.OWN)
    answer = sent(client, world, "Đ\tĐ", dossiers, columns, rows=[f"{dossiers[0].pk} 0 0"])
    assert became(answer) == [("conflict", "Đ", 1), ("saved", "Đ", 1)]
    (theirs, _) = answer.json()["cells"]
    assert theirs["theirs"] == "K" and theirs["sentence"].startswith(f"{world.leader} vừa ghi “Không đạt” lúc ")
    assert list(stored(dossiers[0]).values()) == [False, True]


def test_a_dossier_that_is_closed_takes_nothing_and_the_others_do(client, world, dossiers):
    fill([dossiers[0]], world.officer, appraised=False)
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:1]
    Evaluation.objects.filter(pk=dossiers[0].pk).update(state=State.SUBMITTED)
    answer = sent(client, world, "K\r\nK", dossiers, columns)
    assert [one[0] for one in became(answer)] == ["refused", "saved"]
    assert "Đã gửi, chờ thẩm định" in answer.json()["cells"][0]["sentence"]
    assert stored(dossiers[0])[columns[0]] is True
    same = sent(client, world, "Đ", dossiers, columns)  # what it holds is no fault
    assert became(same)[0][0] == "same"


NO_RIGHT = "Tài khoản của đồng chí không có quyền nhập hồ sơ này."


@pytest.mark.parametrize(("who", "sentence"), [("sister", GONE), ("inspector", GONE), ("standing", NO_RIGHT)])
def test_nobody_writes_in_the_grid_of_another(client, world, dossiers, who, sentence):
    client.force_login(getattr(world, who))
    columns = codes(dossiers[0])[:1]
    answer = sent(client, world, "Đ", dossiers, columns)
    assert [(one["outcome"], one["sentence"]) for one in answer.json()["cells"]] == [("refused", sentence)]
    assert not Answer.objects.exists()


def test_what_names_no_cells_is_refused(client, world, dossiers):
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:2]
    pk = dossiers[0].pk
    for rows in (
        [],
        [f"{pk} 0"],
        [f"{pk} 0 x"],
        ["x 0 0"],
        [f"{pk} 0 0"] * 2,
        [f"{n} 0 0" for n in range(26)],
        ["9" * 30 + " 0 0"],
    ):
        answer = sent(client, world, "Đ", [], columns, rows=rows)
        assert (answer.status_code, "Hãy tải lại trang." in answer.json()["sentence"]) == (422, True), rows
    assert sent(client, world, "Đ", dossiers, columns, height="x").status_code == 422
    assert sent(client, world, "Đ", dossiers, [], rows=[str(pk)]).status_code == 422
    assert sent(client, world, "Đ", dossiers, columns[:1] * 2, rows=[f"{pk} 0 0"]).status_code == 422
    assert "quá lớn" in sent(client, world, "Đ" * 200_001, dossiers, columns).json()["sentence"]
    strange = sent(client, world, "Đ\tĐ", dossiers, ["KHONG-CO", columns[0]], rows=[f"{pk} 0 0"])
    assert [one[0] for one in became(strange)] == ["refused", "saved"]
    assert Answer.objects.count() == 1


def test_a_block_leaves_the_lines_a_cell_leaves(client, world, dossiers):
    """What another value takes the place of is logged; the note and the appraisers' side stay."""
    client.force_login(world.officer)
    one, other = codes(dossiers[0])[:2]
    services.save_cell(dossiers[0], one, "Đ", version=0, by=world.leader, note="Biên bản số 3", side=Side.OWN)
    Answer.objects.update(appraised_met=True, appraised_note="Đã đối chiếu")
    assert became(sent(client, world, "K\tĐ", dossiers, [one, other])) == [("saved", "K", 2), ("saved", "Đ", 1)]
    (line,) = dossiers[0].events.filter(action="amend")
    assert (line.comment.endswith(": Đ → K"), line.by) == (True, world.officer)
    changed = Answer.objects.get(evaluation=dossiers[0], criterion__code=one)
    assert (changed.met, changed.note, changed.saved_by) == (False, "Biên bản số 3", world.officer)
    assert (changed.appraised_met, changed.appraised_note) == (True, "Đã đối chiếu")


def test_all_of_a_block_is_saved_or_none(client, world, dossiers, monkeypatch):
    """A fault of the machine half way leaves nothing of the block behind."""
    client.force_login(world.officer)
    columns = codes(dossiers[0])[:1]
    sent(client, world, "Đ\r\nĐ", dossiers, columns)

    def full(lines):
        raise OSError("disk")

    monkeypatch.setattr(Event.objects, "bulk_create", full)
    with pytest.raises(OSError, match="disk"):
        sent(client, world, "K\r\nK", dossiers, columns)
    assert [stored(one) for one in dossiers] == [{columns[0]: True}] * 2


def test_a_block_is_read_judged_and_written_at_once(client, world, dossiers):
    """Each further dossier costs its lock and the rights to it, each further cell nothing."""
    more = more_dossiers(world, [f"Thôn thêm {at}" for at in range(4)], state=State.REGISTERED)
    client.force_login(world.officer)
    columns = codes(dossiers[0])
    asked = []
    for rows, width, word in ((more[:2], 1, "Đ"), (more, 1, "K"), (more, len(columns), "Đ")):
        block = "\r\n".join(["\t".join([word] * width)] * len(rows))
        named = [" ".join(map(str, [one.pk, *versions(one, columns[:width])])) for one in rows]
        with CaptureQueriesContext(connection) as seen:
            answer = sent(client, world, block, rows, columns[:width], rows=named)
        assert {one[0] for one in became(answer)} == {"saved"}
        asked.append(len(seen))
    few, many, wide = asked
    assert many - few <= 2 * 4 and wide == many
