"""A committee's sitting from its agenda to the signed decision, taking recognitions back, and considering anew."""

import html
import re
from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from criteria.models import LegalDocument
from evaluations import queries, services, workflow
from evaluations.enums import Action, Ballot, Capacity, DecisionKind, Resolution, State
from evaluations.models import AgendaItem, Decision, Evaluation, Recognition, Sitting, Vote
from portal.core import jobs
from portal.core.errors import Refused
from portal.core.vietnamese.moments import moment_text
from reports.catalogue.entries import REPORTS
from reports.models import ReportRun
from reports.papers.decision import cited
from tests.evaluations.factories import dossier_of, hold_sitting, issue, open_year, read_criteria, recognise
from tests.evaluations.world import fill, more_dossiers, put
from tests.reports.printed import in_one_line, text_of
from tests.units.factories import make_committee, make_user
from units import services as units
from units.enums import MajorityOf, Role
from units.models import Committee, Placement

HELD_ON = date(2024, 11, 4)
FAILING = "TT124-KDC-2"


@pytest.fixture
def appraised(world):
    """Five dossiers ready for the commune's committee: the last one does not meet a criterion."""
    dossiers = more_dossiers(world, [f"Thôn {letter}" for letter in "BCDEG"])
    fill(dossiers[:4], world.officer)
    fill(dossiers[4:], world.officer, failing={FAILING})
    put(dossiers, State.APPRAISED, submitted_by=world.officer, appraised_by=world.standing)
    return dossiers


@pytest.fixture
def sitting(world, appraised):
    """Everybody there, every dossier voted for, not closed yet."""
    return hold_sitting(world.council.committee, appraised, by=world.standing)


def new_sitting(world, **changes) -> Sitting:
    arguments = {"held_on": HELD_ON, "place": "", "chair": None, "secretary": None, "by": world.standing} | changes
    return services.create_sitting(world.council.committee, world.cycle, **arguments)


def refused(act, *args, **kwargs) -> str:
    with pytest.raises(Refused) as refusal:
        act(*args, **kwargs)
    return refusal.value.sentence


def states(dossiers) -> list[str]:
    found = dict(Evaluation.objects.filter(pk__in=[dossier.pk for dossier in dossiers]).values_list("pk", "state"))
    return [found[dossier.pk] for dossier in dossiers]


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


# --- preparing -------------------------------------------------------------------------------------------------


def test_the_standing_body_prepares_a_committee_in_office(world):
    assert new_sitting(world).seats_total is None
    for user in (world.chair, world.council.people[2], world.officer, world.staff, world.district_council.people[1]):
        assert refused(new_sitting, world, by=user) == "Chỉ thường trực Ban Chỉ đạo của cấp này được lập phiên họp."
    Committee.objects.filter(pk=world.council.committee.pk).update(valid_to=date(2024, 11, 3))
    assert refused(new_sitting, world).endswith("không hoạt động vào ngày 04/11/2024.")
    assert Sitting.objects.count() == 1


def test_the_agenda_takes_appraised_files_of_its_own_level(world, appraised):
    commune_file = dossier_of(world.cycle, world.commune)
    sister_file = dossier_of(world.cycle, world.tree.areas[2])
    old_file = dossier_of(open_year(world.tree, 2023, as_of=date(2023, 6, 30)), world.tree.areas[0])
    put([commune_file, sister_file, old_file], State.APPRAISED)
    waiting = world.area
    sitting = new_sitting(world)
    moved = services.add_to_agenda(
        sitting, [*appraised[:2], commune_file, sister_file, old_file, waiting], by=world.standing
    )
    assert moved.done == appraised[:2]
    assert [(dossier.pk, why.split(":")[0]) for dossier, why in moved.refused] == [
        (waiting.pk, "Không thể “Đưa vào phiên họp”"),
        *(
            (dossier.pk, f"{dossier.unit_name} không thuộc thẩm quyền của Ban Chỉ đạo này.")
            for dossier in (commune_file, sister_file, old_file)
        ),
    ]
    assert list(sitting.items.values_list("evaluation", "order")) == [
        (appraised[0].pk, 1),
        (appraised[1].pk, 2),
    ]
    services.add_to_agenda(sitting, appraised[2:3], by=world.standing)
    assert sitting.items.get(evaluation=appraised[2]).order == 3
    assert states(appraised) == ["tabled"] * 3 + ["appraised"] * 2


def test_a_file_is_on_one_open_agenda(world, appraised):
    services.add_to_agenda(new_sitting(world), appraised[:1], by=world.standing)
    moved = services.add_to_agenda(new_sitting(world), appraised[:1], by=world.standing)
    assert (moved.done, AgendaItem.objects.count()) == ([], 1)
    assert "đang ở tình trạng “Đã đưa vào phiên họp”" in moved.refused[0][1]


def test_a_file_taken_off_waits_for_another_sitting(world, sitting, appraised):
    item = sitting.items.get(evaluation=appraised[0])
    for user in (world.officer, world.chair):
        assert "không có quyền" in refused(services.remove_from_agenda, item, by=user)
    services.remove_from_agenda(item, by=world.standing)
    assert (states(appraised[:1]), Vote.objects.filter(item=item.pk).count()) == (["appraised"], 0)
    services.add_to_agenda(new_sitting(world), appraised[:1], by=world.standing)
    assert states(appraised[:1]) == ["tabled"]


def test_the_page_offers_files_of_its_own_level_only(client, world, appraised):
    commune_file = dossier_of(world.cycle, world.commune)
    put([commune_file], State.APPRAISED)
    sitting = new_sitting(world)
    client.force_login(world.standing)
    page = said(client.get(reverse("evaluations:sitting_detail", args=[sitting.pk])))
    offered = re.findall(r'name="dossier" value="(\d+)"', page)
    assert sorted(map(int, offered)) == sorted(dossier.pk for dossier in appraised)
    address = reverse("evaluations:agenda_add", args=[sitting.pk])
    junk = ["²", "x", "9" * 40, "-1", str(commune_file.pk)]
    assert client.post(address, {"dossier": junk}).status_code == 302
    assert (client.post(address, {"dossier": ["²"]}).status_code, client.post(address).status_code) == (422, 422)
    assert sitting.items.count() == 0
    client.post(address, {"all": "1"})
    assert sitting.items.count() == 5


def test_who_prepares_the_sitting_puts_the_chosen_or_all_on_its_agenda(world, appraised):
    sitting, pks = new_sitting(world), [dossier.pk for dossier in appraised]
    for user in (world.chair, world.officer, world.district_council.people[1]):
        assert refused(services.table_waiting, sitting, pks, by=user) == (
            "Chỉ thường trực Ban Chỉ đạo được đưa hồ sơ vào phiên họp đang mở."
        )
    assert refused(services.table_waiting, sitting, [], by=world.standing) == "Hãy chọn ít nhất một hồ sơ."
    other = dossier_of(world.cycle, world.commune)
    put([other], State.APPRAISED)
    chosen = services.table_waiting(sitting, [pks[0], other.pk], by=world.standing)
    assert [dossier.pk for dossier in chosen.done] == pks[:1]
    assert len(services.table_waiting(sitting, None, by=world.standing).done) == 4


# --- who was there ---------------------------------------------------------------------------------------------


def test_attendance_is_of_members_on_that_day(world, sitting):
    stranger = world.district_council.seats[0]
    left = world.council.seats[2]
    left.valid_to = date(2024, 11, 3)
    left.save()
    for seat in (stranger, left):
        sentence = refused(services.set_attendance, sitting, [seat], minutes="", by=world.standing)
        assert sentence == f"Không phải thành viên Ban Chỉ đạo vào ngày họp: {seat}."
    assert refused(services.set_attendance, sitting, [], minutes="", by=world.chair).startswith("Chỉ thường trực")
    assert sitting.present.count() == 3


def test_votes_of_those_who_were_not_there_after_all_are_dropped(world, sitting):
    services.set_attendance(sitting, world.council.seats[:2], minutes="  Đã họp. ", by=world.standing)
    assert set(Vote.objects.values_list("seat", flat=True)) == {seat.pk for seat in world.council.seats[:2]}
    sitting.refresh_from_db()
    assert sitting.minutes == "Đã họp."


# --- voting ----------------------------------------------------------------------------------------------------


def ballots(sitting, ballot: str) -> dict[int, str]:
    return dict.fromkeys(sitting.items.values_list("pk", flat=True), ballot)


def test_a_member_votes_for_themselves_and_the_standing_body_counts_hands(world, sitting):
    seat, member = world.council.seats[2], world.council.people[2]
    assert services.cast_votes(sitting, seat, ballots(sitting, Ballot.AGAINST), by=member) == 5
    assert set(Vote.objects.filter(seat=seat).values_list("ballot", "recorded_by")) == {("against", member.pk)}
    assert services.cast_votes(sitting, seat, ballots(sitting, Ballot.ABSTAIN), by=world.standing) == 0
    assert set(Vote.objects.filter(seat=seat).values_list("ballot", "recorded_by")) == {("against", member.pk)}
    assert (
        services.cast_votes(sitting, world.council.seats[1], ballots(sitting, Ballot.ABSTAIN), by=world.standing) == 5
    )
    assert services.cast_votes(sitting, seat, ballots(sitting, Ballot.FOR), by=member) == 5
    assert set(Vote.objects.filter(seat=seat).values_list("ballot", "recorded_by")) == {("for", member.pk)}
    for user in (member, world.chair, world.officer):
        other = world.council.seats[1]
        assert (
            refused(services.cast_votes, sitting, other, ballots(sitting, Ballot.FOR), by=user)
            == "Đồng chí chỉ được bỏ phiếu của mình."
        )


def test_the_absent_do_not_vote(world, sitting):
    services.set_attendance(sitting, world.council.seats[:2], minutes="", by=world.standing)
    seat = world.council.seats[2]
    for user in (world.council.people[2], world.standing):
        sentence = refused(services.cast_votes, sitting, seat, ballots(sitting, Ballot.FOR), by=user)
        assert sentence == f"{seat} chưa được điểm danh có mặt nên chưa biểu quyết được."


def test_nobody_votes_on_a_file_they_sent(world, sitting, appraised):
    Vote.objects.all().delete()
    put(appraised[:2], State.TABLED, submitted_by=world.chair)
    assert services.cast_votes(sitting, world.council.seats[0], ballots(sitting, Ballot.FOR), by=world.chair) == 3
    voted = set(Vote.objects.values_list("item__evaluation", flat=True))
    assert voted == {dossier.pk for dossier in appraised[2:]}


def test_a_ballot_is_one_of_three_and_of_this_agenda(world, sitting):
    before = list(Vote.objects.order_by("pk").values_list("item", "seat", "ballot"))
    item = sitting.items.first()
    seat = world.council.seats[0]
    assert refused(services.cast_votes, sitting, seat, {item.pk: "maybe"}, by=world.chair) == (
        "Ý kiến biểu quyết không hợp lệ: maybe."
    )
    assert services.cast_votes(sitting, seat, {10**9: Ballot.FOR}, by=world.chair) == 0
    assert list(Vote.objects.order_by("pk").values_list("item", "seat", "ballot")) == before


def test_a_seat_without_an_account_is_present_and_its_vote_recorded(client, world, appraised):
    """Nobody signs in for it: the standing body marks it present and records its vote, on every dossier."""
    board = world.council.committee
    seat = units.seat(board, None, "Thành viên", by=None, valid_from=HELD_ON, host_post="Bí thư Đoàn xã")
    Evaluation.objects.filter(pk=appraised[0].pk).update(submitted_by=None)  # as nobody's: it is not the seat's own
    sitting = hold_sitting(board, appraised, by=world.standing)
    assert Vote.objects.filter(seat=seat).count() == len(appraised)
    sentence = refused(services.cast_votes, sitting, seat, ballots(sitting, Ballot.FOR), by=world.officer)
    assert sentence == "Đồng chí chỉ được bỏ phiếu của mình."
    client.force_login(world.standing)
    page = said(client.get(reverse("evaluations:sitting_detail", args=[sitting.pk])))
    assert "Thành viên – Bí thư Đoàn xã" in page and "None" not in page
    services.close_sitting(sitting, by=world.chair)
    sitting.refresh_from_db()
    assert sitting.seats_total == 4
    assert queries.chair_among([seat], board) is None


def test_votes_through_the_page(client, world, sitting):
    Vote.objects.all().delete()
    address = reverse("evaluations:sitting_vote", args=[sitting.pk])
    seat = world.council.seats[2].pk
    first = sitting.items.first()
    client.force_login(world.council.people[2])
    assert client.post(address, {"seat": seat, f"item_{first.pk}": "against"}).status_code == 302
    assert client.post(address, {"seat": seat, "every": "for"}).status_code == 302
    assert Vote.objects.filter(seat=seat, ballot="for").count() == 5
    for data in (
        {"seat": seat},
        {"seat": seat, "every": "maybe"},
        {"seat": seat, f"item_{first.pk}": "maybe"},
        {"seat": world.council.seats[0].pk, "every": "for"},
        {"seat": world.district_council.seats[0].pk, "every": "for"},
        {"seat": "x", "every": "for"},
    ):
        assert client.post(address, data).status_code == 422, data
    assert Vote.objects.count() == 5


def test_a_ballot_a_member_cast_is_not_replaced_by_the_one_who_counts_hands(client, world, sitting):
    """Said on the page, for one ballot among others and for all of them."""
    Vote.objects.all().delete()
    address = reverse("evaluations:sitting_vote", args=[sitting.pk])
    seat, first = world.council.seats[2], sitting.items.first()
    services.cast_votes(sitting, seat, {first.pk: Ballot.AGAINST}, by=world.council.people[2])
    client.force_login(world.standing)
    page = said(client.post(address, {"seat": seat.pk, "every": "for"}, follow=True))
    left = f"{seat} đã tự bỏ 1 phiếu bằng tài khoản của mình; các phiếu ấy giữ nguyên."
    assert html.escape(f"Đã ghi 4 phiếu của {seat}. {left}") in html.escape(page)
    answer = client.post(address, {"seat": seat.pk, f"item_{first.pk}": "for"})
    assert answer.status_code == 422 and f"Chưa ghi phiếu nào. {left}" in said(answer)
    assert dict(Vote.objects.filter(seat=seat, item=first).values_list("ballot", "recorded_by")) == {
        "against": world.council.people[2].pk
    }


def test_an_older_page_does_not_erase_the_minutes_written_meanwhile(client, world, sitting):
    """Who saves second sees what stands there, and what they typed in its boxes; saving once more is deliberate."""
    address = reverse("evaluations:sitting_attendance", args=[sitting.pk])
    client.force_login(world.standing)
    seen = re.search(
        'name="seen" value="(.*?)"', said(client.get(reverse("evaluations:sitting_detail", args=[sitting.pk])))
    )
    old = {"seen": seen[1], "present": [world.council.seats[0].pk], "minutes": "Của thẻ mở trước"}
    services.set_attendance(sitting, world.council.seats, minutes="Biên bản đầy đủ", by=world.standing)
    votes = Vote.objects.count()
    answer = client.post(address, old)
    page = said(answer)
    assert answer.status_code == 422 and "vừa được ghi lại ở nơi khác" in page
    assert "Biên bản đầy đủ" in page and "Của thẻ mở trước" in page
    sitting.refresh_from_db()
    assert (sitting.minutes, sitting.present.count(), Vote.objects.count()) == ("Biên bản đầy đủ", 3, votes)
    seen = re.search('name="seen" value="(.*?)"', page)[1]
    assert client.post(address, old | {"seen": seen}).status_code == 302
    sitting.refresh_from_db()
    assert (sitting.minutes, sitting.present.count()) == ("Của thẻ mở trước", 1)


def test_what_was_typed_comes_back_with_a_refusal(client, world, sitting):
    """Minutes and ticks of an attendance that cannot be, ballots of one who may not vote; nothing of it is kept."""
    address = reverse("evaluations:sitting_attendance", args=[sitting.pk])
    seats, minutes = [seat.pk for seat in world.council.seats], "Đồng chí A nêu ý kiến <về> xóm 3."
    present = set(sitting.present.values_list("pk", flat=True))
    client.force_login(world.standing)
    answer = client.post(address, {"present": [seats[0], 10**9], "minutes": minutes})
    page = said(answer)
    assert answer.status_code == 422 and html.escape(minutes) in answer.content.decode()
    assert f'value="{seats[0]}" checked' in page and f'value="{seats[1]}" checked' not in page
    sitting.refresh_from_db()
    assert sitting.minutes != minutes and set(sitting.present.values_list("pk", flat=True)) == present
    first = sitting.items.first()
    client.force_login(world.council.people[2])
    answer = client.post(
        reverse("evaluations:sitting_vote", args=[sitting.pk]), {"seat": seats[0], f"item_{first.pk}": "against"}
    )
    row = next(row for row in answer.context["agenda"] if row.item == first)
    assert (answer.status_code, row.mine) == (422, "against")


def test_the_page_guards_what_is_typed_from_its_other_buttons(client, world, sitting):
    """The page's script asks before another form is sent (tests/browser/test_unsaved.py); a refusal's values count."""
    client.force_login(world.standing)
    page = client.get(reverse("evaluations:sitting_detail", args=[sitting.pk])).content.decode()
    guarded = set(re.findall('data-unsaved="([^"]+)"', page))
    assert guarded >= {"ý kiến biểu quyết", "điểm danh, biên bản"} and "data-typed" not in page
    address = reverse("evaluations:sitting_attendance", args=[sitting.pk])
    page = client.post(address, {"present": [10**9], "minutes": "Ý kiến"}).content.decode()
    assert 'data-unsaved="điểm danh, biên bản" data-typed="yes"' in page and page.count("data-typed") == 1


def test_minutes_typed_while_the_sitting_ended_are_shown_once_more(client, world, sitting):
    services.close_sitting(sitting, by=world.chair)
    client.force_login(world.standing)
    address = reverse("evaluations:sitting_attendance", args=[sitting.pk])
    page = said(client.post(address, {"minutes": "Ý kiến cuối buổi họp"}))
    assert "Nội dung chưa lưu được" in page and "Ý kiến cuối buổi họp" in page


# --- closing ---------------------------------------------------------------------------------------------------


def test_closing_decides_every_file_at_once(world, sitting, appraised):
    voted_down = sitting.items.get(evaluation=appraised[3])
    for seat in world.council.seats[:2]:
        services.cast_votes(sitting, seat, {voted_down.pk: Ballot.AGAINST}, by=world.standing)
    decision = services.close_sitting(sitting, by=world.chair)
    sitting.refresh_from_db()
    failed = (
        "Thôn G chưa đủ điều kiện công nhận: Tiêu chí 2 chưa đạt: Thực hiện đầy đủ chủ trương của Đảng, pháp luật của "
        "Nhà nước và quy định của địa phương về bảo đảm an ninh, trật tự (TT 124/2021, Điều 4.2)."
    )
    assert list(sitting.items.values_list("resolution", "reason", "votes_for", "votes_against")) == [
        (Resolution.RECOGNISE, "", 3, 0),
        (Resolution.RECOGNISE, "", 3, 0),
        (Resolution.RECOGNISE, "", 3, 0),
        (Resolution.DECLINE, "Tán thành 1/3, chưa quá 50%.", 1, 2),
        (Resolution.DECLINE, failed, 3, 0),
    ]
    assert states(appraised) == ["proposed"] * 3 + ["declined"] * 2
    assert (sitting.closed_by, sitting.seats_total) == (world.chair, 3)
    assert (decision.kind, decision.issuer, decision.is_issued, decision.reference) == (
        DecisionKind.RECOGNISE,
        world.commune,
        False,
        "",
    )
    assert [dossier.events.last().comment for dossier in appraised[2:]] == [
        "Phiên họp ngày 04/11/2024",
        "Tán thành 1/3, chưa quá 50%.",
        failed,
    ]


@pytest.mark.parametrize("below", [State.APPRAISED, None])
@pytest.mark.parametrize("ballot", [Ballot.FOR, Ballot.AGAINST])
def test_a_commune_whose_units_are_undecided_is_never_declined(client, world, below, ballot):
    """Areas pending, or none at all: whatever the votes, the commune stays open and can be tabled again."""
    commune = dossier_of(world.cycle, world.commune)
    fill([commune], world.officer)
    put([commune], State.APPRAISED, submitted_by=world.officer)
    under = world.cycle.evaluations.filter(commune=world.commune).exclude(pk=commune.pk)
    if below:
        under.update(state=below)
    else:
        under.delete()
    council = world.district_council
    sitting = hold_sitting(council.committee, [commune], by=council.people[1], ballot=ballot)
    assert services.close_sitting(sitting, by=council.people[0]) is None
    commune.refresh_from_db()
    item = sitting.items.get()
    assert (commune.state, item.resolution) == (State.APPRAISED, Resolution.DEFER)
    assert item.reason.startswith(f"{commune.unit_name} chưa kết luận được: ")
    client.force_login(council.people[1])
    page = client.get(reverse("evaluations:sitting_detail", args=[sitting.pk])).content.decode()
    assert "Để lại, chưa đủ căn cứ" in page and "Chưa công nhận" not in page
    again = hold_sitting(council.committee, [commune], by=council.people[1], held_on=date(2024, 11, 5))
    put(list(under), State.RECOGNISED)
    assert (services.close_sitting(again, by=council.people[0]) is not None) == bool(below)


def test_a_commune_whose_ground_falls_later_is_shown_to_its_decider(client, world):
    """4/4 when it was recognised, 1/4 after revocations: on the desk of who decided, and on its dossier."""
    commune = dossier_of(world.cycle, world.commune)
    fill([commune], world.officer)
    below = list(world.cycle.evaluations.filter(commune=world.commune).exclude(pk=commune.pk))
    put(below, State.RECOGNISED)
    put([commune], State.RECOGNISED, appraised_by=world.district_council.people[1])
    chair = world.district_council.people[0]
    client.force_login(chair)
    home, page = reverse("home"), reverse("evaluations:detail", args=[commune.pk])
    said = "Mới 1/4 đơn vị được công nhận (cần từ 70%, tức ít nhất 3); còn thiếu 2 đơn vị (TT 124/2021, Điều 5.4)."
    assert "căn cứ không còn đủ" not in client.get(home).content.decode() + client.get(page).content.decode()
    put(below[1:], State.REVOKED)
    for address in (home, page):
        told = html.unescape(client.get(address).content.decode())
        assert "ã công nhận nhưng căn cứ không còn đủ" in told and said in told
    client.force_login(world.chair)  # decides on the areas, not on the commune
    assert "căn cứ không còn đủ" not in client.get(home).content.decode()


def test_a_sitting_closes_once_and_then_stands_still(world, sitting, appraised):
    services.close_sitting(sitting, by=world.chair)
    sitting.refresh_from_db()
    closed = f"Phiên họp đã kết thúc lúc {moment_text(sitting.closed_at)} bởi {world.chair}. "
    item = sitting.items.first()
    seat = world.council.seats[0]
    for act in (
        lambda: services.close_sitting(sitting, by=world.standing),
        lambda: services.add_to_agenda(sitting, [world.area], by=world.standing),
        lambda: services.remove_from_agenda(item, by=world.standing),
        lambda: services.set_attendance(sitting, [seat], minutes="", by=world.standing),
        lambda: services.cast_votes(sitting, seat, {item.pk: Ballot.FOR}, by=world.chair),
    ):
        assert refused(act) == f"{closed}Hãy tải lại trang."
    assert (Decision.objects.count(), Vote.objects.count()) == (1, 15)


@pytest.mark.parametrize(
    ("seats", "present", "percent", "enough"),
    [
        (5, 2, 50, False),
        (5, 3, 50, True),
        (4, 2, 50, False),  # exactly half is not more than half
        (4, 3, 50, True),
        (3, 2, 66, True),  # 66.67 % is more than 66 %
        (3, 2, 67, False),
        (3, 0, 0, False),  # nobody decides nothing
        (3, 1, 0, True),
        (9, 6, 67, False),  # 66.67 % rounds to 67 % and is less
        (3, 3, 99, True),
        (3, 3, 100, False),
    ],
)
def test_the_quorum_on_whole_numbers(world, appraised, seats, present, percent, enough):
    council = make_committee(world.tree.communes[1], members=seats)
    Committee.objects.filter(pk=council.committee.pk).update(quorum_percent=percent)
    put(appraised[:1], State.APPRAISED, decision_unit=world.tree.communes[1])
    standing = council.people[1]
    sitting = hold_sitting(council.committee, appraised[:1], by=standing)
    services.set_attendance(sitting, council.seats[:present], minutes="", by=standing)
    if enough:
        assert services.close_sitting(sitting, by=standing).sitting == sitting
        return
    assert refused(services.close_sitting, sitting, by=standing) == (
        f"Có mặt {present}/{seats} thành viên, chưa quá {percent}% theo quy chế nên chưa kết luận được."
    )
    assert (states(appraised[:1]), Decision.objects.count()) == (["tabled"], 0)


@pytest.mark.parametrize(
    ("present", "votes", "percent", "passes"),
    [
        (4, 2, 50, False),
        (4, 3, 50, True),
        (3, 2, 66, True),
        (3, 2, 67, False),
        (9, 6, 67, False),
        (3, 1, 0, True),
        (3, 0, 0, False),
        (5, 5, 99, True),
        (5, 5, 100, False),
    ],
)
def test_the_majority_on_whole_numbers(world, appraised, present, votes, percent, passes):
    """The votes for it against all who were there, whether they voted or not."""
    council = make_committee(world.tree.communes[1], members=present)
    Committee.objects.filter(pk=council.committee.pk).update(approval_percent=percent)
    put(appraised[:1], State.APPRAISED, decision_unit=world.tree.communes[1])
    standing = council.people[1]
    sitting = hold_sitting(council.committee, appraised[:1], by=standing)
    for seat in council.seats[votes:]:
        services.cast_votes(sitting, seat, ballots(sitting, Ballot.ABSTAIN), by=standing)
    services.close_sitting(sitting, by=standing)
    item = sitting.items.get()
    assert (item.resolution, item.votes_for, item.votes_abstain) == (
        Resolution.RECOGNISE if passes else Resolution.DECLINE,
        votes,
        present - votes,
    )
    assert item.reason == ("" if passes else f"Tán thành {votes}/{present}, chưa quá {percent}%.")


def test_nothing_passing_makes_no_decision(world, appraised):
    sitting = hold_sitting(world.council.committee, appraised, by=world.standing, ballot=Ballot.AGAINST)
    assert services.close_sitting(sitting, by=world.chair) is None
    assert (states(appraised), Decision.objects.count()) == (["declined"] * 5, 0)


def test_closing_is_all_or_nothing(world, sitting, appraised):
    """A vote missing, a dossier gone, a right missing: not one dossier of the agenda moves."""
    item = sitting.items.get(evaluation=appraised[2])
    kept = list(item.votes.all())
    item.votes.all().delete()
    obstacles = [
        (world.chair, "Hồ sơ Thôn D chưa có phiếu nào. Hãy biểu quyết hoặc rút khỏi phiên họp."),
        (world.officer, "Chỉ trưởng ban hoặc thường trực Ban Chỉ đạo được kết thúc phiên họp."),
        (world.council.people[2], "Chỉ trưởng ban hoặc thường trực Ban Chỉ đạo được kết thúc phiên họp."),
    ]
    for user, sentence in obstacles:
        assert refused(services.close_sitting, sitting, by=user) == sentence
    Vote.objects.bulk_create(kept)
    put(appraised[1:2], State.WITHDRAWN)
    assert "đang ở tình trạng “Không xét năm nay”" in refused(services.close_sitting, sitting, by=world.chair)
    put(appraised[1:2], State.TABLED, submitted_by=world.chair)
    assert refused(services.close_sitting, sitting, by=world.chair) == (
        "Người gửi hồ sơ không được thẩm định hoặc quyết định hồ sơ của chính mình."
    )
    sitting.refresh_from_db()
    assert (states(appraised), sitting.closed_at, Decision.objects.count()) == (["tabled"] * 5, None, 0)
    assert services.close_sitting(sitting, by=world.standing) is not None  # somebody who did not send it


def test_an_empty_sitting_does_not_close(world):
    assert refused(services.close_sitting, new_sitting(world), by=world.chair) == "Phiên họp chưa có hồ sơ nào."


def test_the_statements_of_closing_do_not_grow_with_the_agenda(world, appraised):
    many = more_dossiers(world, [f"Thôn số {number}" for number in range(60)])
    fill(many, world.officer)
    put(many, State.APPRAISED, submitted_by=world.officer)
    read_criteria(many[0])

    def statements(dossiers) -> int:
        sitting = hold_sitting(world.council.committee, dossiers, by=world.standing)
        world.chair.placements_now()
        with CaptureQueriesContext(connection) as captured:
            services.close_sitting(sitting, by=world.chair)
        return len(captured)

    assert statements(appraised[:1]) == statements(many)


def test_closing_through_the_page_asks_who_is_there(client, world, sitting, appraised):
    address = reverse("evaluations:sitting_close", args=[sitting.pk])
    client.force_login(world.chair)
    for data in ({}, {"password": "sai"}):
        response = client.post(address, data)
        assert response.status_code == 422
    assert "Mật khẩu không đúng." in said(response)
    assert states(appraised) == ["tabled"] * 5
    response = client.post(address, {"password": "mat-khau", "once": "o" * 20}, follow=True)
    assert "Dự thảo quyết định đã được lập, chờ số và chữ ký." in said(response)
    again = client.post(address, {"password": "mat-khau", "once": "o" * 20})
    assert (again.status_code, Decision.objects.count()) == (302, 1)
    late = client.post(address, {"password": "mat-khau", "once": "p" * 20})
    assert (late.status_code, Decision.objects.count()) == (422, 1)


# --- the decision ----------------------------------------------------------------------------------------------


@pytest.fixture
def draft(world, sitting):
    return services.close_sitting(sitting, by=world.chair)


def test_issuing_recognises_what_was_proposed(world, draft, appraised):
    decision = issue(draft, by=world.chair, number=7)
    assert (decision.reference, decision.year, decision.issued_by, str(decision)) == (
        "07/QĐ-UBND",
        2024,
        world.chair,
        "07/QĐ-UBND",
    )
    assert states(appraised) == ["recognised"] * 4 + ["declined"]
    assert set(decision.recognitions.values_list("evaluation", flat=True)) == {dossier.pk for dossier in appraised[:4]}
    assert appraised[0].events.last().comment == "Quyết định số 07/QĐ-UBND"


def test_every_certificate_has_its_own_code(world, draft):
    codes = list(issue(draft, by=world.chair).recognitions.values_list("certificate", flat=True))
    drawn = codes + [services.sittings._certificate() for _ in range(2000)]
    assert len(set(drawn)) == len(drawn)
    assert all(re.fullmatch(r"([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}", code) for code in drawn)


def test_what_stands_in_the_way_of_issuing(world, draft, appraised):
    assert refused(issue, draft, by=world.chair, signed_on=date(2024, 11, 3)) == (
        "Ngày ký không thể trước ngày họp (04/11/2024)."
    )
    for user in (world.officer, world.leader, world.council.people[2], world.district_council.people[0]):
        assert refused(issue, draft, by=user) == "Tài khoản của đồng chí không có quyền phát hành quyết định này."
    put(appraised[:1], State.PROPOSED, submitted_by=world.chair)
    assert refused(issue, draft, by=world.chair) == (
        "Người gửi hồ sơ không được thẩm định hoặc quyết định hồ sơ của chính mình."
    )
    draft.refresh_from_db()
    assert (draft.is_issued, draft.number, Recognition.objects.count()) == (False, None, 0)
    assert states(appraised)[1:4] == ["proposed"] * 3
    issue(draft, by=world.standing, number=3)
    assert refused(issue, draft, by=world.standing, number=4) == (
        "Quyết định đã phát hành: số 03/QĐ-UBND ngày 08/11/2024."
    )


def test_numbers_are_one_series_a_place_and_year(world, appraised):
    first = recognise(world.council.committee, appraised[:1], by=world.standing, number=4)
    second = services.close_sitting(
        hold_sitting(world.council.committee, appraised[1:2], by=world.standing), by=world.chair
    )
    assert services.next_number(world.commune, 2024, "QĐ-UBND") == 5
    assert refused(issue, second, by=world.chair, number=4) == (
        "Số 04/QĐ-UBND năm 2024 đã dùng. Số tiếp theo còn trống là 05."
    )
    assert Recognition.objects.count() == 1
    free = [
        services.next_number(world.commune, 2025, "QĐ-UBND"),  # a new year begins at 1 (NĐ 30/2020, Điều 15)
        services.next_number(world.commune, 2024, "QĐ-BCĐ"),  # another series
        services.next_number(world.district, 2024, "QĐ-UBND"),  # another place
    ]
    assert free == [1, 1, 1]
    issue(second, by=world.chair, number=4, signed_on=date(2025, 1, 3))
    assert {first.number, Decision.objects.get(pk=second.pk).number} == {4}


@pytest.mark.parametrize("written", ["QĐ\u2011UBND", "QĐ\u00a0– UBND", "QÐ-UBND", "QĐ-UBND\u200b"])
def test_another_way_of_writing_a_symbol_is_no_new_series(world, appraised, written):
    recognise(world.council.committee, appraised[:1], by=world.standing, number=4)
    draft = services.close_sitting(
        hold_sitting(world.council.committee, appraised[1:2], by=world.standing), by=world.chair
    )
    signed = {"symbol": written, "signed_on": date(2024, 11, 8), "signer": "Ai", "capacity": "chair", "by": world.chair}
    assert services.next_number(world.commune, 2024, written) == 5
    assert refused(services.issue_decision, draft, number=4, **signed) == (
        "Số 04/QĐ-UBND năm 2024 đã dùng. Số tiếp theo còn trống là 05."
    )
    assert services.issue_decision(draft, number=5, **signed).reference == "05/QĐ-UBND"


def test_symbols_of_before_are_written_one_way_and_no_number_is_given_twice(world):
    kept = Decision.objects.create(issuer=world.commune, year=2024, number=1, symbol="QĐ-UBND")
    clash = Decision.objects.create(issuer=world.commune, year=2024, number=1, symbol="QĐ\u2011UBND")
    other = Decision.objects.create(issuer=world.commune, year=2024, number=2, symbol="QĐ\u2011UBND")
    import_module("evaluations.migrations.0008_one_way_of_writing_a_symbol").write_one_way(apps, None)
    symbols = [Decision.objects.get(pk=one.pk).symbol for one in (kept, clash, other)]
    assert symbols == ["QĐ-UBND", "QĐ\u2011UBND", "QĐ-UBND"]


def test_issuing_through_the_page(client, world, draft, appraised):
    client.force_login(world.chair)
    page = said(client.get(reverse("evaluations:decision_detail", args=[draft.pk])))
    assert 'name="number" value="1"' in page and 'value="QĐ-UBND"' in page
    assert page.count("Thôn ") >= 4
    address = reverse("evaluations:decision_issue", args=[draft.pk])
    good = {
        "number": "12",
        "symbol": "QĐ-UBND",
        "signed_on": "08/11/2024",
        "capacity": Capacity.CHAIR,
        "signer": "Nguyễn Văn Mẫu",
        "password": "mat-khau",
        "once": "t" * 20,
    }
    bad = {
        "password": ("sai", "Mật khẩu không đúng."),
        "number": ("0", "1"),
        "signed_on": ("03/11/2024", "Ngày ký không thể trước ngày họp (04/11/2024)."),
        "capacity": ("vua", "vua"),
        "signer": ("", "Trường này là bắt buộc."),
    }
    for name, (value, sentence) in bad.items():
        response = client.post(address, good | {name: value})
        page = said(response)
        assert (response.status_code, Recognition.objects.count()) == (422, 0), name
        assert sentence in page and 'value="QĐ-UBND"' in page
    assert client.get(address).status_code == 302
    assert client.post(address, good).url == reverse("evaluations:decision_detail", args=[draft.pk])
    assert client.post(address, good).status_code == 302  # a double click
    late = client.post(address, good | {"once": "u" * 20})  # by somebody whose page was there before it was issued
    assert late.status_code == 422 and "Quyết định đã phát hành: số 12/QĐ-UBND ngày 08/11/2024." in said(late)
    assert Recognition.objects.count() == 4


# --- taking it back --------------------------------------------------------------------------------------------


@pytest.fixture
def recognition(world, appraised):
    recognise(world.council.committee, appraised[:2], by=world.standing)
    return Recognition.objects.get(evaluation=appraised[0])


def take_back(recognition, by, **changes):
    arguments = {
        "number": 9,
        "symbol": "QĐ-UBND",
        "signed_on": date(2024, 12, 2),
        "signer": "Nguyễn Văn Mẫu",
        "reason": "Để xảy ra tội phạm nghiêm trọng",
    } | changes
    return services.revoke(recognition, by=by, **arguments)


def test_a_recognition_is_taken_back_and_both_decisions_stay(world, recognition):
    first = recognition.decision
    second = take_back(recognition, world.chair)
    recognition.refresh_from_db()
    dossier = recognition.evaluation
    assert (recognition.decision, recognition.revoked_by, dossier.state) == (first, second, State.REVOKED)
    assert (second.kind, second.reference, second.reason, second.issuer) == (
        DecisionKind.REVOKE,
        "09/QĐ-UBND",
        "Để xảy ra tội phạm nghiêm trọng",
        world.commune,
    )
    assert dossier.events.last().comment == "Để xảy ra tội phạm nghiêm trọng (Quyết định số 09/QĐ-UBND)"
    assert (Recognition.objects.count(), Recognition.objects.in_force().count()) == (2, 1)
    assert refused(take_back, recognition, world.chair) == "Công nhận này đã bị thu hồi từ trước."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"reason": "  "}, "“Thu hồi công nhận” phải ghi rõ lý do."),
        ({"number": 1}, "Số 01/QĐ-UBND năm 2024 đã dùng. Số tiếp theo còn trống là 02."),
        ({"signed_on": date(2024, 11, 7)}, "Ngày ký không thể trước quyết định công nhận (08/11/2024)."),
    ],
)
def test_what_stands_in_the_way_of_taking_back(world, recognition, changes, sentence):
    assert refused(take_back, recognition, world.chair, **changes) == sentence
    assert (Decision.objects.count(), states([recognition.evaluation])) == (1, ["recognised"])


def test_only_the_chair_of_that_place_takes_back(client, world, recognition):
    for user in (world.standing, world.officer, world.district_council.people[0], world.staff):
        assert "không có quyền" in refused(take_back, recognition, user)
        client.force_login(user)
        assert client.get(reverse("evaluations:recognition_revoke", args=[recognition.pk])).status_code == 404
    assert Decision.objects.count() == 1  # the decision of a refused revocation is not left behind


def test_taking_back_through_the_page(client, world, recognition):
    client.force_login(world.chair)
    address = reverse("evaluations:recognition_revoke", args=[recognition.pk])
    assert 'name="number" value="1"' in said(client.get(address))
    good = {
        "number": "2",
        "symbol": "QĐ-UBND",
        "signed_on": "02/12/2024",
        "signer": "Nguyễn Văn Mẫu",
        "reason": "Có sai phạm",
        "password": "mat-khau",
    }
    for name, value in (("password", "sai"), ("reason", " "), ("number", "1"), ("signed_on", "01/01/2024")):
        response = client.post(address, good | {name: value})
        assert response.status_code == 422 and 'value="Nguyễn Văn Mẫu"' in said(response), name
    assert states([recognition.evaluation]) == ["recognised"]
    assert client.post(address, good).url == reverse("evaluations:detail", args=[recognition.evaluation_id])
    page = said(client.get(reverse("evaluations:recognition_list")))
    assert recognition.certificate in page and "Đã thu hồi" in page
    assert client.get(address).status_code in (200, 404)
    assert client.post(address, good | {"number": "3"}).status_code in (404, 422)
    assert Decision.objects.count() == 2


# --- considering anew ------------------------------------------------------------------------------------------


def test_a_declined_file_may_come_back_to_another_sitting(world, appraised):
    dossier = appraised[0]
    services.close_sitting(
        hold_sitting(world.council.committee, [dossier], by=world.standing, ballot=Ballot.AGAINST), by=world.chair
    )
    assert refused(workflow.advance, dossier, "reconsider", by=world.standing) == "“Xem xét lại” phải ghi rõ lý do."
    workflow.advance(dossier, Action.RECONSIDER, by=world.standing, comment="Có tài liệu bổ sung")
    recognise(world.council.committee, [dossier], by=world.standing)
    assert states([dossier]) == ["recognised"]
    assert list(dossier.agenda_items.order_by("pk").values_list("resolution", flat=True)) == ["decline", "recognise"]
    assert list(dossier.events.values_list("action", flat=True)) == [
        "table",
        "decline",
        "reconsider",
        "table",
        "propose",
        "recognise",
    ]


def test_a_returned_file_goes_round_again(world, appraised):
    dossier = appraised[0]
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment="Thiếu biên bản")
    workflow.advance(dossier, Action.SUBMIT, by=world.leader)
    workflow.advance(dossier, Action.APPRAISE, by=world.standing)
    dossier.refresh_from_db()
    assert (dossier.state, dossier.submitted_by) == (State.APPRAISED, world.leader)


# --- creating a sitting through the page -----------------------------------------------------------------------


def test_a_sitting_is_made_through_the_page(client, world):
    address = reverse("evaluations:sitting_create")
    for user in (world.chair, world.officer, world.inspector, make_user(Role.STAFF, world.tree.province)):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.force_login(world.standing)
    committee, cycle = world.council.committee, world.cycle
    page = said(client.get(address))
    assert f'<option value="{committee.pk}" selected>' in page and f'<option value="{cycle.pk}" selected>' in page
    good = {"cycle": cycle.pk, "committee": committee.pk, "held_on": "04/11/2024", "place": "Hội trường"}
    other = world.district_council.committee.pk
    for name, value in (("held_on", "31/02/2024"), ("committee", other), ("cycle", "9" * 30), ("cycle", "x")):
        response = client.post(address, good | {name: value})
        assert response.status_code == 422 and "Hội trường" in said(response), name
    too_early = client.post(address, good | {"held_on": "04/11/2019"})
    assert too_early.status_code == 422 and "không hoạt động vào ngày 04/11/2019." in said(too_early)
    client.post(address, good | {"once": "s" * 20})
    client.post(address, good | {"once": "s" * 20})
    made = Sitting.objects.get()
    assert (made.chair, made.secretary, made.place) == (world.council.seats[0], world.council.seats[1], "Hội trường")


def test_the_chair_is_the_one_of_this_level(world):
    """Somebody who chairs elsewhere and only sits here does not preside here."""
    committee = world.council.committee
    chair, other = world.council.people[0], world.council.people[2]
    seats = list(committee.seats.order_by("-pk"))
    assert queries.chair_among(seats, committee).user == chair
    Placement.objects.filter(user=other).update(unit=world.district, role=Role.CHAIR)
    assert queries.chair_among(seats, committee).user == chair
    Placement.objects.filter(user=chair).update(valid_to=date(2020, 1, 2))
    assert queries.chair_among(seats, committee) is None


def test_a_committee_does_not_end_before_the_day_it_sits(world, sitting):
    committee, day = world.council.committee, sitting.held_on
    said = refused(units.end_committee, committee, by=None, on=day - timedelta(days=1), ground="Hợp nhất")
    assert f"có phiên họp ngày {day:%d/%m/%Y}" in said
    units.end_committee(committee, by=None, on=day, ground="Hợp nhất")
    services.close_sitting(sitting, by=world.chair)
    sitting.refresh_from_db()
    old = sitting.committee_name
    units.resume_committee(committee, by=None, ground="Kết thúc nhầm")
    units.change_committee(committee, by=None, name="Ban tên mới", ground="Quyết định số 2")
    assert Sitting.objects.get(pk=sitting.pk).held_by == old != "Ban tên mới"


def test_a_majority_of_all_members_is_not_one_of_those_present(world, appraised):
    committee = world.council.committee
    seats = committee.seats.count()
    units.change_committee(committee, by=None, majority_of=MajorityOf.ALL, approval_percent=99, ground="Quy chế mới")
    sitting = hold_sitting(committee, appraised[:1], by=world.standing)
    services.set_attendance(sitting, list(sitting.present.all())[1:], minutes="", by=world.standing)
    services.close_sitting(sitting, by=world.chair)
    item = sitting.items.get()
    assert (item.resolution, item.reason) == (
        Resolution.DECLINE,
        f"Tán thành {item.votes_for}/{seats}, chưa quá 99%.",
    )


# --- the draft as a paper to sign -------------------------------------------------------------------------------


def test_a_draft_is_printed_with_its_list_and_says_on_every_page_that_it_is_one(
    client, world, sitting, settings, tmp_path
):
    """Asked for on the decision's page by who reads it; after it is issued there is nothing to print any more."""
    settings.FILES_DIR = tmp_path
    decision = services.close_sitting(sitting, by=world.chair)
    client.force_login(world.standing)
    assert "In dự thảo (PDF)" in said(client.get(reverse("evaluations:decision_detail", args=[decision.pk])))
    address = reverse("reports:decision_print", args=[decision.pk])
    shown = client.post(address, {"once": "d" * 20})
    run = ReportRun.objects.get()
    jobs.run(run.job_id)
    page = said(client.get(shown.url))
    assert "Dự thảo quyết định công nhận" in page
    data = b"".join(client.get(reverse("reports:download", args=[run.pk])).streaming_content)
    path = tmp_path / "du-thao.pdf"
    path.write_bytes(data)
    pages = text_of(path, "-raw").split("\f")[:-1]
    assert len(pages) >= 2 and all("DỰ THẢO" in in_one_line(page) for page in pages)
    told = in_one_line(" ".join(pages))
    names = [item.evaluation.unit_name for item in sitting.items.filter(resolution=Resolution.RECOGNISE)]
    assert names and all(name in told for name in names)
    assert f"Điều 1. Công nhận {len(names)} đơn vị có tên trong danh sách" in told
    assert f"Căn cứ kết quả phiên họp ngày {HELD_ON:%d/%m/%Y}" in told and "124/2021/TT-BCA" in told
    assert "Căn cứ Thông tư số 124/2021/TT-BCA ngày 28/12/2021 của Bộ Công an quy định khu dân cư" in told
    organ = f"UỶ BAN NHÂN DÂN {decision.issuer.name.upper()}"
    assert re.search(rf"CHỦ TỊCH {organ} Căn cứ .*\. QUYẾT ĐỊNH: Điều 1\.", told), told[:900]
    assert "TM. UỶ BAN NHÂN DÂN" not in told  # the power is the chairman's own
    assert re.search(r"Số: +/QĐ-UBND", told) and "BÁO CÁO" not in told and "Trên đây là báo cáo" not in told
    issue(decision, by=world.standing)
    assert client.post(address, {"once": "e" * 20}).status_code == 404
    with pytest.raises(Refused, match="đã phát hành"):
        REPORTS["decision_draft"].build(run.params, run.place)
    assert client.get(reverse("reports:ask", args=["decision_draft"])).status_code == 404


@pytest.mark.parametrize(
    ("signed_on", "told"),
    [(date(2024, 11, 14), False), (date(2024, 11, 15), True), (date(2024, 12, 20), True)],
)
def test_a_decision_signed_after_the_term_of_its_rules_says_so(client, world, sitting, signed_on, told):
    """TT 124/2021, Điều 9.1.a: before the 15th of November."""
    decision = issue(services.close_sitting(sitting, by=world.chair), by=world.standing, signed_on=signed_on)
    client.force_login(world.standing)
    page = said(client.get(reverse("evaluations:decision_detail", args=[decision.pk])))
    assert ("Ngày ký sau hạn công nhận 14/11/2024 (" in page) == told
    assert "cổng chỉ in dự thảo để trình ký" in page and "In dự thảo (PDF)" not in page


def test_nothing_is_said_of_a_term_the_rules_do_not_give(client, world, sitting):
    decision = issue(services.close_sitting(sitting, by=world.chair), by=world.standing, signed_on=date(2024, 12, 20))
    Evaluation.objects.update(route=None)
    assert queries.past_its_term(Decision.objects.get(pk=decision.pk)) is None
    client.force_login(world.standing)
    assert "Thời hạn" not in said(client.get(reverse("evaluations:decision_detail", args=[decision.pk])))


@pytest.mark.parametrize(
    ("number", "title", "told"),
    [
        ("48/2025/TT-BCA", "Thông tư sửa đổi một điều", "Thông tư số 48/2025/TT-BCA của Bộ Công an sửa đổi một điều"),
        (
            "510/QĐ-BCA-V05",
            "Quyết định ban hành Quy định",
            "Quyết định số 510/QĐ-BCA-V05 của Bộ Công an ban hành Quy định",
        ),
        ("91/KH-UBND", "Triển khai phong trào", "Kế hoạch số 91/KH-UBND của Bộ Công an triển khai phong trào"),
        ("7", "Về việc khác", "Văn bản số 7 của Bộ Công an về việc khác"),
    ],
)
def test_a_paper_is_cited_by_its_kind_number_and_title(number, title, told):
    assert cited(LegalDocument(number=number, title=title, issuer="Bộ Công an")) == told


# --- a sitting's day -------------------------------------------------------------------------------------------------
def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def test_a_day_no_sitting_can_be_on_is_refused(world):
    assert "trước năm được xét (2024)" in refused(new_sitting, world, held_on=date(2023, 12, 31))
    assert "quá một năm" in refused(new_sitting, world, held_on=in_days(367))
    assert new_sitting(world, held_on=in_days(300)).pk


def test_the_day_is_changed_while_it_is_prepared(world, sitting):
    services.change_sitting(sitting, held_on=date(2024, 12, 2), place="Hội trường", by=world.standing)
    sitting.refresh_from_db()
    assert (sitting.held_on, sitting.place) == (date(2024, 12, 2), "Hội trường")
    assert sitting.present.count() == sitting.committee.seats.count()
    assert "quá một năm" in refused(services.change_sitting, sitting, held_on=in_days(400), place="", by=world.standing)
    assert "Chỉ thường trực" in refused(
        services.change_sitting, sitting, held_on=date(2024, 12, 3), place="", by=world.officer
    )


def test_who_has_no_seat_on_the_new_day_neither_came_nor_voted(world, sitting):
    leaving = sitting.committee.seats.order_by("pk").last()
    votes = Vote.objects.filter(item__sitting=sitting)
    before, theirs = votes.count(), votes.filter(seat=leaving).count()
    sitting.committee.seats.filter(pk=leaving.pk).update(valid_to=date(2024, 11, 30))
    services.change_sitting(sitting, held_on=date(2024, 12, 2), place="", by=world.standing)
    assert leaving not in sitting.present.all()
    assert theirs
    assert votes.count() == before - theirs


def test_a_sitting_does_not_end_before_its_day(world, sitting):
    services.change_sitting(sitting, held_on=in_days(1), place="", by=world.standing)
    assert "Chưa đến ngày họp" in refused(services.close_sitting, sitting, by=world.standing)
    services.change_sitting(sitting, held_on=in_days(0), place="", by=world.standing)
    assert services.close_sitting(sitting, by=world.standing)


def test_a_sitting_is_dropped_only_when_nothing_is_before_it(world, sitting):
    assert "còn 5 hồ sơ" in refused(services.drop_sitting, sitting, by=world.standing)
    other = new_sitting(world)
    assert "Chỉ thường trực" in refused(services.drop_sitting, other, by=world.officer)
    services.drop_sitting(other, by=world.standing)
    assert list(Sitting.objects.all()) == [sitting]
    services.close_sitting(sitting, by=world.standing)
    assert "đã kết thúc" in refused(services.drop_sitting, sitting, by=world.standing)


def test_the_page_changes_the_day_and_keeps_a_wrong_one_typed(client, world, sitting):
    client.force_login(world.standing)
    address = reverse("evaluations:sitting_edit", args=[sitting.pk])
    page = client.post(address, {"held_on": "04/11/2023", "place": "Phòng hai"})
    assert page.status_code == 422
    assert "trước năm được xét" in page.content.decode()
    assert "Phòng hai" in page.content.decode()
    client.post(address, {"held_on": "05/11/2024", "place": "Phòng hai"})
    sitting.refresh_from_db()
    assert (sitting.held_on, sitting.place) == (date(2024, 11, 5), "Phòng hai")


@pytest.mark.parametrize("days", [1, 400])
def test_nothing_is_signed_on_a_day_to_come(world, sitting, days):
    decision = services.close_sitting(sitting, by=world.standing)
    signed = {"symbol": "QĐ-UBND", "signed_on": in_days(days), "signer": "Nguyễn Văn Mẫu"}
    more = {"number": 1, "capacity": Capacity.CHAIR, "by": world.chair}
    assert "chưa đến" in refused(services.issue_decision, decision, **signed, **more)
    assert not Decision.objects.exclude(number=None).exists()
    issued = services.issue_decision(decision, **(signed | {"signed_on": in_days(0)}), **more)
    recognition = issued.recognitions.first()
    taking = {"number": 2, "reason": "Vi phạm.", "by": world.chair}
    assert "chưa đến" in refused(services.revoke, recognition, **signed, **taking)
