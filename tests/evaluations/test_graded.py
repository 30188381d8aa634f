"""A graded dossier from its first answer to the decision: what waits for what, what is kept, what every face says."""

import html
from datetime import date

import pytest
from django.urls import reverse

from criteria.judging.values import Value
from criteria.packs.reading import BadPacks
from evaluations import services, workflow
from evaluations.enums import Action, Side, State
from evaluations.filters import EvaluationFilterSet
from evaluations.judging.dossiers import judged_dossier
from evaluations.models import Evaluation, Recognition
from portal.core.errors import Refused
from reports.papers.decision import build_draft

from .factories import appraise, hold_sitting, issue, recognise
from .graded import ALONE, PACK, answer, load_example, open_graded
from .world import put


@pytest.fixture
def graded(world, tmp_path):
    world.graded = open_graded(world, tmp_path)
    return world


def dossier(world, place: int = 0) -> Evaluation:
    found = world.graded.evaluations.select_related("cycle__programme", "criteria_set", "grade", "unit")
    return found.get(unit=world.tree.areas[place])


def safe(world, place: int, state: str = State.RECOGNISED) -> None:
    """The area's result of the same year's safety programme, which the graded set requires."""
    put(list(world.cycle.evaluations.filter(unit=world.tree.areas[place])), state)


def send(world, place: int = 0, **answers) -> Evaluation:
    workflow.advance(dossier(world, place), Action.REGISTER, by=world.officer)
    answer(dossier(world, place), world, **answers)
    workflow.advance(dossier(world, place), Action.SUBMIT, by=world.officer)
    return dossier(world, place)


def conclude(world, places: list[int], *, ballot="for", held_on=date(2024, 11, 4)):
    dossiers = [dossier(world, place) for place in places]
    sitting = hold_sitting(world.council.committee, dossiers, by=world.standing, ballot=ballot, held_on=held_on)
    return services.close_sitting(sitting, by=world.chair), sitting


def page(client, user, name, *args, query: str = "") -> str:
    client.force_login(user)
    response = client.get(reverse(name, args=args) + query)
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def test_sending_does_not_wait_for_another_programme_but_the_sitting_does(graded):
    sent = send(graded)
    assert sent.state == State.SUBMITTED
    appraise(sent, by=graded.standing)
    assert conclude(graded, [0]) == (None, graded.council.committee.sittings.get())
    waiting = dossier(graded)
    assert (waiting.state, waiting.grade, waiting.points) == (State.APPRAISED, None, None)
    assert waiting.agenda_items.get().reason == (
        "Thôn 1 (A1.1) chưa kết luận được: Chưa có kết quả để xét điều kiện “được công nhận an toàn về an "
        "ninh, trật tự trong năm” (Ví dụ, Mục 6)."
    )


def test_an_unanswered_criterion_does_hold_a_file_back(graded):
    workflow.advance(dossier(graded), Action.REGISTER, by=graded.officer)
    services.save_answer(dossier(graded), "VD-1", Value(met=True), version=0, by=graded.officer)
    with pytest.raises(Refused, match="Còn 2 tiêu chí chưa có số liệu: 2, 3. Hãy nhập đủ rồi gửi."):
        workflow.advance(dossier(graded), Action.SUBMIT, by=graded.officer)


@pytest.mark.parametrize(
    ("answers", "safety", "result"),
    [
        ({}, State.RECOGNISED, "Loại Tốt (92,5/100 điểm)"),
        ({"score": "40"}, State.RECOGNISED, "Loại Tốt (90/100 điểm)"),
        ({"score": "39.99"}, State.RECOGNISED, "Loại Khá (89,99/100 điểm)"),
        ({"score": "0", "events": "2", "plan": Value(met=False)}, State.RECOGNISED, "Loại Yếu (0/100 điểm)"),
        ({}, State.DECLINED, "Loại Yếu (92,5/100 điểm)"),
    ],
)
def test_the_sitting_keeps_grade_and_points_and_proposes_the_weakest_too(graded, answers, safety, result):
    appraise(send(graded, **answers), by=graded.standing)
    safe(graded, 0, safety)
    before = judged_dossier(dossier(graded)).verdict(Side.APPRAISED)
    draft, _ = conclude(graded, [0])
    proposed = dossier(graded)
    assert (proposed.state, proposed.result, before.label) == (State.PROPOSED, result, result)
    assert proposed.get_state_display() == "Phiên họp đề nghị phân loại"
    issue(draft, by=graded.chair)
    assert (dossier(graded).get_state_display(), dossier(graded).result) == ("Đã công nhận kết quả phân loại", result)


def test_a_drafted_decision_recognises_results_and_counts_the_grades(graded):
    """With its control below: a year judged as met or not recognises units with the programme's title."""
    for place, score in ((0, "50"), (1, "0")):
        appraise(send(graded, place, score=score), by=graded.standing)
        safe(graded, place)
    drafted, _ = conclude(graded, [0, 1])
    paper = build_draft({"decision": drafted.pk}, graded.commune)
    assert paper.sections[0].paragraphs[0] == (
        "Điều 1. Công nhận kết quả “Phân loại thử” năm 2024 của 2 đơn vị có tên trong danh sách kèm theo, gồm: "
        "1 đơn vị loại Tốt; 1 đơn vị loại Yếu."
    )
    assert paper.annexes[0].title == "Danh sách đơn vị và kết quả “Phân loại thử” năm 2024"
    Evaluation.objects.filter(cycle=graded.graded).update(grade=None)
    plain = build_draft({"decision": drafted.pk}, graded.commune)
    assert plain.sections[0].paragraphs[0] == (
        "Điều 1. Công nhận 2 đơn vị có tên trong danh sách kèm theo: Phân loại thử, năm 2024."
    )
    assert plain.annexes[0].title == "Danh sách đơn vị được công nhận kết quả “Phân loại thử” năm 2024"


def test_a_file_considered_again_gets_the_grade_of_the_second_sitting(graded):
    appraise(send(graded, score="20"), by=graded.standing)
    safe(graded, 0)
    conclude(graded, [0], ballot="against")
    assert (dossier(graded).state, dossier(graded).result) == (State.DECLINED, "")
    workflow.advance(dossier(graded), Action.RECONSIDER, by=graded.standing, comment="Có tài liệu mới")
    workflow.advance(dossier(graded), Action.RETURN, by=graded.standing, comment="Bổ sung")
    answer(dossier(graded), graded, score="50")
    workflow.advance(dossier(graded), Action.SUBMIT, by=graded.officer)
    changed = dossier(graded)
    services.save_answer(
        changed,
        "VD-2",
        Value(value=changed.answers.get(criterion__code="VD-2").value),
        version=changed.answers.get(criterion__code="VD-2").version,
        by=graded.standing,
        side=Side.APPRAISED,
    )
    workflow.advance(changed, Action.APPRAISE, by=graded.standing)
    conclude(graded, [0], held_on=date(2024, 11, 5))
    assert dossier(graded).result == "Loại Tốt (100/100 điểm)"


def test_revoking_keeps_what_the_sitting_concluded(graded):
    appraise(send(graded), by=graded.standing)
    safe(graded, 0)
    recognise(graded.council.committee, [dossier(graded)], by=graded.standing)
    services.revoke(
        Recognition.objects.get(evaluation=dossier(graded)),
        number=2,
        symbol="QĐ-UBND",
        signed_on=date(2024, 12, 2),
        signer="Nguyễn Văn Mẫu",
        reason="Có sai phạm",
        by=graded.chair,
    )
    revoked = dossier(graded)
    assert (revoked.state, revoked.result) == (State.REVOKED, "Loại Tốt (92,5/100 điểm)")
    assert revoked.get_state_display() == "Bị thu hồi công nhận"


def test_files_of_one_sitting_each_keep_their_own(graded):
    for place, score in ((0, "50"), (1, "25")):
        appraise(send(graded, place, score=score), by=graded.standing)
        safe(graded, place)
    conclude(graded, [0, 1])
    kept = {found.unit_name: found.result for found in (dossier(graded, 0), dossier(graded, 1))}
    assert kept == {"Thôn 1 (A1.1)": "Loại Tốt (100/100 điểm)", "Thôn 2 (A1.1)": "Loại Khá (75/100 điểm)"}


def test_a_file_judged_by_all_criteria_keeps_no_grade(world):
    from .factories import submit

    submit(world.area, by=world.officer)
    appraise(world.area, by=world.standing)
    recognise(world.council.committee, [world.area], by=world.standing)
    done = world.area
    assert (done.result, done.points, done.met_count, done.get_state_display()) == ("", None, None, "Đã công nhận")


COUNTED = (
    PACK.replace("outcome: grades", "outcome: number_met")
    .replace("points_total: 100", "needed_met: 2")
    .replace(", max_points: 30", "")
    .replace(
        "measure: points, max_points: 50", "measure: count, comparison: at_least, threshold: 1, numerator_label: tổ"
    )
    .replace(", max_points: 20", "")
    .replace("        best_rank: 3\n", "")
)


def counted_pack() -> str:
    head, tail = COUNTED.split("    grades:\n")
    return head + tail[tail.index("    preconditions:") :]


def test_a_number_of_criteria_met_is_kept(world, tmp_path):
    world.graded = open_graded(world, tmp_path, counted_pack())
    appraise(send(world, score="3", events="1"), by=world.standing)
    safe(world, 0)
    conclude(world, [0])
    assert (dossier(world).state, dossier(world).met_count, dossier(world).result) == (
        State.PROPOSED,
        2,
        "2 tiêu chí đạt",
    )
    assert dossier(world).get_state_display() == "Phiên họp đề nghị công nhận"


# --- what the faces say ----------------------------------------------------------------------------------------


def test_the_grade_shows_wherever_the_file_does(client, graded):
    result, points_lost = "Loại Tốt (92,5/100 điểm)", "Tiêu chí 2: được 42,5/50 điểm, mất 7,5 điểm (Ví dụ, Mục 2)."
    appraise(send(graded), by=graded.standing)
    safe(graded, 0)
    detail = ("evaluations:detail", dossier(graded).pk)
    shown = page(client, graded.officer, *detail)
    assert result in shown and points_lost in shown
    assert result in page(client, graded.officer, "evaluations:grid", graded.graded.pk)
    committee = graded.council.committee
    sitting = hold_sitting(committee, [dossier(graded)], by=graded.standing)
    shown = page(client, graded.standing, "evaluations:sitting_detail", sitting.pk)
    assert result in shown and points_lost in shown
    assert result not in page(client, graded.officer, "evaluations:list")  # nothing is concluded yet
    draft = services.close_sitting(sitting, by=graded.chair)
    for state in ("Phiên họp đề nghị phân loại", "Đã công nhận kết quả phân loại"):
        for name, *args in (
            ("evaluations:detail", dossier(graded).pk),
            ("evaluations:sitting_detail", sitting.pk),
            ("evaluations:decision_detail", draft.pk),
        ):
            assert result in page(client, graded.chair, name, *args), name
        client.force_login(graded.officer)
        dossiers = client.get(reverse("evaluations:list"), {"cycle": graded.graded.pk, "grade": "Tốt"})
        shown = html.unescape(dossiers.content.decode())
        assert result in shown and state in shown and "1 hồ sơ" in shown
        if not draft.is_issued:
            draft = issue(draft, by=graded.chair)
    assert result in page(client, graded.officer, "evaluations:recognition_list")
    client.force_login(graded.officer)
    weak = client.get(reverse("evaluations:list"), {"cycle": graded.graded.pk, "grade": "Yếu"})
    assert "0 hồ sơ" in html.unescape(weak.content.decode())
    told = client.get(reverse("api:evaluation-detail", args=[dossier(graded).pk])).json()
    assert (told["grade"], told["grade_rank"], told["points"], told["is_example"]) == ("Tốt", 1, "92.50", True)
    (row,) = client.get(reverse("api:recognition-list")).json()["results"]
    assert (row["grade"], row["grade_rank"], row["is_example"]) == ("Tốt", 1, True)


def test_a_cell_saved_answers_with_grade_points_and_what_costs_them(client, graded):
    workflow.advance(dossier(graded), Action.REGISTER, by=graded.officer)
    safe(graded, 0, State.DECLINED)
    client.force_login(graded.officer)
    told = {}
    for code, text in (("VD-1", "Đ"), ("VD-3", "1"), ("VD-2", "50")):
        told = client.post(
            reverse("evaluations:cell", args=[dossier(graded).pk]),
            {"code": code, "text": text, "version": "0", "side": "own"},
        ).json()["verdict"]
    assert (told["outcome"], told["label"], told["unmet"]) == ("met", "Loại Yếu (80/100 điểm)", ["VD-3"])
    assert told["sentences"] == [
        "Số điểm đủ loại Khá nhưng chỉ được xếp cao nhất là loại Yếu vì chưa đủ điều kiện “được công nhận an toàn về "
        "an ninh, trật tự trong năm” (năm 2024: chưa đạt) (Ví dụ, Mục 6).",
        "Tiêu chí 3: đã để xảy ra 1 vụ, việc (Không để xảy ra vụ việc); chỉ đạt khi không để xảy ra vụ, việc nào; "
        "mất 20 điểm (Ví dụ, Mục 3).",
    ]


def test_a_version_with_other_names_is_offered_in_the_filter(client, world, tmp_path):
    assert "Vững mạnh" not in page(client, world.officer, "evaluations:list")
    later = PACK.replace("version: 1", "version: 2").replace("first_year: 2020", "first_year: 2025")
    load_example(tmp_path)
    load_example(tmp_path, later.replace("label: Tốt", "label: Vững mạnh"))
    assert "Tốt" not in dict(EvaluationFilterSet.base_filters["grade"].field.choices)  # as the API's schema asks it
    shown = page(client, world.officer, "evaluations:list", query="?cycle=")
    options = shown[shown.index('<select name="grade"') :].split("</select>")[0]
    names = [name for name in ("Vững mạnh", "Tốt", "Khá") if options.count(f">{name}</option>") == 1]
    assert names == ["Vững mạnh", "Tốt", "Khá"]


def test_grades_are_offered_only_for_a_year_that_has_them(client, graded):
    years = {"": True, str(graded.graded.pk): True, str(graded.cycle.pk): False}
    offered = {
        year: 'name="grade"' in page(client, graded.officer, "evaluations:list", query=f"?cycle={year}")
        for year in years
    }
    assert offered == years
    asked = page(client, graded.officer, "evaluations:list", query=f"?cycle={graded.cycle.pk}&grade=Tốt")
    assert 'name="grade"' in asked and "Không có hồ sơ nào khớp bộ lọc." in asked  # not every dossier of the year


def test_the_list_of_recognitions_counts_no_weakest_and_none_taken_back(client, graded):
    assert "Chưa có đơn vị nào được công nhận." in page(client, graded.standing, "evaluations:recognition_list")
    for place, score in ((0, "50"), (1, "0")):
        appraise(send(graded, place, score=score), by=graded.standing)
        safe(graded, place)
    drafted, _ = conclude(graded, [0, 1])
    issue(drafted, by=graded.chair)
    told = "1 đơn vị được công nhận, 1 xếp loại thấp nhất nên không tính là được công nhận."
    assert told in page(client, graded.standing, "evaluations:recognition_list")
    good = Recognition.objects.get(evaluation=dossier(graded, 0))
    paper = {"number": 2, "symbol": "QĐ-UBND", "signed_on": date(2024, 12, 2), "signer": "Nguyễn Văn Mẫu"}
    services.revoke(good, **paper, reason="Có sai phạm", by=graded.chair)
    told = "1 xếp loại thấp nhất nên không tính là được công nhận, 1 đã bị thu hồi."
    assert told in page(client, graded.standing, "evaluations:recognition_list")


def test_a_cap_on_a_scored_criterion_says_which_points_it_asks(world, tmp_path):
    capped = ALONE.replace("criterion: VD-3, best_rank", "criterion: VD-2, best_rank")
    with pytest.raises(BadPacks) as refused:
        load_example(tmp_path, capped)
    sentence = "tiêu chí chấm điểm VD-2 phải có mức phải đạt (threshold) thì mới khống chế được loại"
    assert [sentence in str(fault) for fault in refused.value.faults] == [True]
    scored = "measure: points, max_points: 50"
    world.graded = open_graded(
        world, tmp_path, capped.replace(scored, f"{scored}, threshold: 45, comparison: at_least")
    )
    send(world, score="44.5")
    verdict = judged_dossier(dossier(world)).verdict(Side.OWN)
    assert (verdict.label, [item.sentence for item in verdict.remarks]) == (
        "Loại Khá (94,5/100 điểm)",
        [
            "Số điểm đủ loại Tốt nhưng chỉ được xếp cao nhất là loại Khá vì tiêu chí 2 chưa đạt (Ví dụ, Mục 5).",
            "Tiêu chí 2: có 44,5 điểm, cần ít nhất 45; còn thiếu 0,5; mất 5,5 điểm (Ví dụ, Mục 2).",
        ],
    )
