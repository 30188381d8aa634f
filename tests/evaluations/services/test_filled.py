"""Values stated once for many cells: marked until the officer confirms them, and seen by whoever appraises."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from criteria.judging.values import Value
from evaluations import services, workflow
from evaluations.enums import Action, Filled, Side, State
from evaluations.judging.dossiers import judged_dossier
from evaluations.models import Answer, Evaluation
from evaluations.queries import signals_of, unconfirmed_in, with_signals
from evaluations.services import AskedCell, SeenCell
from portal.core.errors import Refused
from tests.evaluations.factories import dossier_of, register
from tests.evaluations.world import fill, more_dossiers, put

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # locks, a check constraint and an upsert decide

MUST, OTHER, RATIO, EVENT = "TT124-KDC-1.1", "TT124-KDC-1.2", "TT124-KDC-1.3", "TT124-KDC-3a"


@pytest.fixture
def dossier(world):
    register(world.area, by=world.officer)
    return world.area


def lay(world, *cells: tuple[str, str], version: int = 0, filled: str = Filled.DEFAULT, dossier=None):
    dossier = dossier or world.area
    asked = [AskedCell(dossier.pk, code, typed, version) for code, typed in cells]
    return [
        (one.outcome, one.text, one.unconfirmed)
        for one in services.save_cells(asked, {dossier.pk: dossier}, by=world.officer, filled=filled)
    ]


def marks(dossier) -> dict[str, str]:
    return {one.criterion.code: one.filled_from for one in dossier.answers.select_related("criterion")}


MARKED = "Điền mặc định, chưa xác nhận"


def test_empty_cells_take_the_value_and_are_marked_with_who_and_when(world, dossier):
    services.save_cell(dossier, OTHER, "K", version=0, by=world.officer, note=None, side=Side.OWN)
    became = lay(world, (MUST, "đạt"), (OTHER, "đạt"), (RATIO, "đạt"), (EVENT, "đạt"))
    assert became == [("saved", "Đ", MARKED), ("kept", "K", ""), ("unfit", "", ""), ("unfit", "", "")]
    assert marks(dossier) == {MUST: "default", OTHER: ""}
    answer = dossier.answers.get(criterion__code=MUST)
    assert (answer.met, answer.filled_by, answer.saved_by) == (True, world.officer, world.officer)
    assert answer.filled_at is not None
    assert not dossier.events.filter(action=Action.AMEND).exists()  # a first value is told by itself


def test_what_somebody_wrote_meanwhile_is_kept_and_shown(world, dossier):
    services.save_cell(dossier, MUST, "K", version=0, by=world.leader, note=None, side=Side.OWN)
    assert lay(world, (MUST, "Đ")) == [("kept", "K", "")]
    # The control: typed as a block, the same cell is a conflict and no fill.
    assert lay(world, (MUST, "Đ"), filled="")[0][0] == "conflict"


def test_an_emptied_cell_is_filled_only_as_it_was_seen(world, dossier):
    services.save_cell(dossier, MUST, "K", version=0, by=world.leader, note=None, side=Side.OWN)
    services.save_cell(dossier, MUST, "", version=1, by=world.leader, note=None, side=Side.OWN)
    assert lay(world, (MUST, "Đ"))[0][0] == "conflict"
    assert lay(world, (MUST, "Đ"), version=2) == [("saved", "Đ", MARKED)]


def test_typing_confirms_also_the_same_value(world, dossier):
    lay(world, (MUST, "Đ"), (OTHER, "Đ"))
    same = services.save_cell(dossier, MUST, "Đ", version=1, by=world.leader, note=None, side=Side.OWN)
    assert (same.text, same.version, same.unconfirmed) == ("Đ", 2, "")
    services.save_cell(dossier, OTHER, "K", version=1, by=world.leader, note=None, side=Side.OWN)
    assert marks(dossier) == {MUST: "", OTHER: ""}
    confirmed, amended = dossier.events.filter(action__in=(Action.CONFIRM_FILLED, Action.AMEND)).order_by("pk")
    assert confirmed.comment.startswith(f"Điền mặc định, {world.officer} điền lúc ")
    assert confirmed.comment.endswith(": tiêu chí 1.1 (Đ)") and confirmed.by == world.leader
    assert amended.comment == f"Tiêu chí 1.2: Đ ({MARKED}) → K"


def test_a_block_that_says_what_is_there_confirms_nothing(world, dossier):
    """A block copied out of the grid, or a file sent back as it was taken, states nothing."""
    lay(world, (MUST, "Đ"), (OTHER, "Đ"))
    assert lay(world, (MUST, "Đ"), filled="") == [("same", "Đ", MARKED)]
    assert lay(world, (OTHER, "xoá"), version=1, filled="") == [("saved", "", "")]
    assert marks(dossier) == {MUST: "default", OTHER: ""}


def test_an_appraiser_writing_beside_it_leaves_the_mark(world, dossier):
    lay(world, (MUST, "Đ"))
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    told = services.save_cell(dossier, MUST, "K", version=1, by=world.standing, note=None, side=Side.APPRAISED)
    assert told.unconfirmed == "" and marks(dossier) == {MUST: "default"}


def test_a_remark_written_over_the_same_value_keeps_who_filled_it(world, dossier):
    lay(world, (MUST, "Đ"))
    before = dossier.answers.get()
    same = {"version": 1, "by": world.leader, "note": "Theo sổ"}
    services.save_answer(dossier, MUST, Value(met=True), filled=before.filled_from, **same)
    after = dossier.answers.get()
    assert (after.note, after.filled_by, after.filled_at) == ("Theo sổ", world.officer, before.filled_at)


# --- confirmed ---------------------------------------------------------------------------------------------------
def confirm(world, dossiers, *cells: tuple[str, int], by=None):
    seen = [SeenCell(one.pk, code, version) for one in dossiers for code, version in cells]
    return services.confirm_filled(seen, {one.pk: one for one in dossiers}, by=by or world.officer)


def test_cells_seen_are_confirmed_and_those_written_since_are_told(world, dossier):
    lay(world, (MUST, "Đ"), (OTHER, "Đ"), (EVENT, "0"))
    found = confirm(world, [dossier], (MUST, 1), (OTHER, 7), (RATIO, 1))
    assert found.done == [SeenCell(dossier.pk, MUST, 1)]
    assert found.changed == [SeenCell(dossier.pk, OTHER, 7)] and found.refused == {}
    assert marks(dossier) == {MUST: "", OTHER: "default", EVENT: "default"}
    assert dossier.events.get(action=Action.CONFIRM_FILLED).comment.endswith(": tiêu chí 1.1 (Đ)")
    assert dossier.answers.get(criterion__code=MUST).version == 1  # nothing typed elsewhere meets a false conflict


def test_nobody_else_confirms_and_a_sent_dossier_stays_as_it_was_sent(world, dossier):
    lay(world, (MUST, "Đ"))
    refused = confirm(world, [dossier], (MUST, 1), by=world.sister).refused
    assert "không có quyền nhập" in refused[dossier.pk]
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    assert "không sửa được" in confirm(world, [dossier], (MUST, 1)).refused[dossier.pk]
    assert marks(dossier) == {MUST: "default"}
    put([dossier], State.RETURNED)
    confirm(world, [dossier], (MUST, 1))  # the control
    assert marks(dossier) == {MUST: ""}


def test_many_are_confirmed_in_as_many_statements_but_for_the_locks(world, dossier):
    dossiers = more_dossiers(world, [f"Thôn {at}" for at in range(6)], state=State.REGISTERED)

    def cost(some) -> int:
        for one in some:
            lay(world, (MUST, "Đ"), (OTHER, "Đ"), dossier=one)
        with CaptureQueriesContext(connection) as found:
            assert len(confirm(world, some, (MUST, 1), (OTHER, 1)).done) == 2 * len(some)
        return len([one for one in found if "FOR UPDATE" not in one["sql"] and "criteriaset" not in one["sql"]])

    cost(dossiers[:1])
    few, many = cost(dossiers[1:2]), cost(dossiers[2:6])
    assert many - few <= 3 * 4  # a dossier's lock, its year and its set


# --- seen by whoever appraises -----------------------------------------------------------------------------------
def test_a_signal_names_them_and_sending_keeps_them_in_the_log(world, dossier):
    fill([dossier], world.officer, appraised=False)
    assert signals_of(judged_dossier(dossier)) == [] and unconfirmed_in([dossier]) == {}
    everything = dossier.answers.count()
    dossier.answers.filter(criterion__code__in=(MUST, OTHER)).delete()
    lay(world, (MUST, "Đ"), (OTHER, "Đ"))
    told = f"2 trong {everything} giá trị là điền sẵn, chưa xác nhận"
    (signal,) = signals_of(judged_dossier(dossier))
    assert (signal.sentence, [line.code for line in signal.criteria]) == (f"{told}.", [MUST, OTHER])
    assert unconfirmed_in(world.areas) == {dossier.pk: 2}
    assert list(with_signals(Evaluation.objects.filter(cycle=world.cycle))) == [dossier]
    workflow.advance(dossier, Action.SUBMIT, by=world.officer)
    assert dossier.events.get(action=Action.SUBMIT).comment == f"Khi gửi: {told}: tiêu chí 1.1, 1.2."


def test_a_dossier_all_confirmed_is_sent_without_a_word(world, dossier):
    fill([dossier], world.officer, appraised=False)
    workflow.advance(dossier, Action.SUBMIT, by=world.officer)
    assert dossier.events.get(action=Action.SUBMIT).comment == ""


# --- last year's -------------------------------------------------------------------------------------------------
@pytest.fixture
def last_year(world, dossier):
    before = services.open_cycle(world.cycle.programme, world.tree.province, 2023, as_of=date(2023, 6, 30), by=None)
    then = dossier_of(before, world.area.unit)
    fill([then], world.officer)
    put([then], State.RECOGNISED, submitted_by=world.officer)
    return then


def test_last_years_value_is_taken_over_as_the_portal_tells_it_and_marked(world, dossier, last_year):
    told = services.accept_suggestion(dossier, MUST, version=0, by=world.officer)
    assert (told.text, told.version, told.unconfirmed) == ("Đ", 1, "Theo năm trước, chưa xác nhận")
    assert marks(dossier) == {MUST: "last_year"}
    confirm(world, [dossier], (MUST, 1))
    assert dossier.events.get(action=Action.CONFIRM_FILLED).comment.startswith("Theo năm trước, ")


@pytest.mark.parametrize("code", [EVENT, "TT124-KDC-4a"])  # this year's alone; of a trend only last year's figure
def test_what_has_no_whole_suggestion_is_not_taken_over(world, dossier, last_year, code):
    with pytest.raises(Refused, match="không có số liệu năm trước"):
        services.accept_suggestion(dossier, code, version=0, by=world.officer)
    assert not dossier.answers.exists()


def test_a_filled_cell_takes_no_suggestion(world, dossier, last_year):
    services.save_cell(dossier, MUST, "K", version=0, by=world.officer, note=None, side=Side.OWN)
    with pytest.raises(Refused, match="ô đã có giá trị"):
        services.accept_suggestion(dossier, MUST, version=1, by=world.officer)


# --- held by the database ----------------------------------------------------------------------------------------
def test_a_mark_without_who_or_when_is_refused_by_the_database(world, dossier):
    lay(world, (MUST, "Đ"))
    rows = Answer.objects.filter(evaluation=dossier)
    for wrong in ({"filled_by": None}, {"filled_at": None}, {"filled_from": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    rows.update(filled_from="", filled_by=None, filled_at=None)  # the control
