"""Quarter I as dated facts: entered by the unit, checked by the set's own days, decided by the appraisers."""

import html
import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate

from evaluations import services, workflow
from evaluations.enums import Action, Side, State
from evaluations.judging.dossiers import judged_dossier
from evaluations.judging.timing import out_of_time
from evaluations.views.entry import entries_of
from portal.core.errors import Refused
from reports.catalogue.entries import build_list
from tests.evaluations.factories import YEAR, register
from tests.evaluations.world import fill, put

PARTY = "Chi bộ Thôn 1"
LATE = f"Bản đăng ký ghi ngày 02/04/{YEAR}, ngoài thời gian từ 01/01/{YEAR} đến 31/03/{YEAR} (TT 124/2021, Điều 4.1)."


def date_papers(dossier, by, signed_up_on=date(YEAR, 4, 2), resolution_on=date(YEAR, 1, 1)):
    services.record_dates(
        dossier,
        signed_up_on=signed_up_on,
        resolution_on=resolution_on,
        resolution_by=PARTY if resolution_on else "",
        by=by,
    )
    dossier.refresh_from_db()


def sent(dossier, by) -> dict[str, str]:
    """The entry form as the page sends it with nothing changed among the criteria."""
    data = {}
    for entry in entries_of(judged_dossier(dossier), by):
        for field in entry.form or ():
            value = field.value()
            data[field.html_name] = "" if value is None else str(value)
    return data


@pytest.fixture
def dossier(world):
    found = world.area
    register(found, by=world.officer)
    fill([found], world.officer)
    return found


def test_the_window_is_the_sets_own(dossier):
    """First day of the quarter the criteria name, last day of the route's deadline: both ends are in time."""
    deadline = dossier.route.deadlines.get(step="register")
    for day, is_late in (
        (date(YEAR - 1, 12, 31), True),
        (date(YEAR, 1, 1), False),
        (date(YEAR, 3, 31), False),
        (date(YEAR, 4, 1), True),
    ):
        dossier.signed_up_on, dossier.resolution_on = day, None
        assert bool(out_of_time(dossier, deadline)) == is_late
        dossier.signed_up_on, dossier.resolution_on = None, day
        assert bool(out_of_time(dossier, deadline)) == is_late
    deadline.month, deadline.day = 4, 30  # another set's day
    assert out_of_time(dossier, deadline) == ()
    assert out_of_time(dossier, None) == ()


def test_what_is_not_dated_is_told_as_unchecked(client, world, dossier):
    client.force_login(world.officer)
    address = reverse("evaluations:detail", args=[dossier.pk])

    def page() -> str:
        return client.get(address).content.decode()

    assert "Chưa ghi ngày trên bản đăng ký, trên nghị quyết; nơi thẩm định" in page()
    date_papers(dossier, world.officer, resolution_on=None)
    assert "Chưa ghi ngày trên nghị quyết; nơi thẩm định" in page()
    date_papers(dossier, world.officer)
    assert "Chưa ghi ngày" not in page()


def test_the_unit_enters_and_the_log_keeps(client, world, dossier):
    client.force_login(world.officer)
    page = client.get(reverse("evaluations:entry", args=[dossier.pk])).content.decode()
    assert "Ngày ghi trên bản đăng ký" in page and "Nơi ban hành nghị quyết" in page
    data = {"signed_up_on": f"02/04/{YEAR}", "resolution_on": f"15/02/{YEAR}", "resolution_by": PARTY}
    address = reverse("evaluations:entry", args=[dossier.pk])
    assert client.post(address, sent(dossier, world.officer) | data).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.signed_up_on, dossier.resolution_on, dossier.resolution_by) == (
        date(YEAR, 4, 2),
        date(YEAR, 2, 15),
        PARTY,
    )
    assert dossier.events.last().comment == f"Ngày đăng ký: 02/04/{YEAR}; nghị quyết: 15/02/{YEAR}, {PARTY}"
    own = judged_dossier(dossier).verdict(Side.OWN)
    assert (own.outcome, own.remarks[0].sentence) == ("met", f"{LATE} Nơi thẩm định quyết định, có lý do.")
    for wrong in (
        {"signed_up_on": f"{localdate() + timedelta(1):%d/%m/%Y}"},
        {"resolution_on": f"15/02/{YEAR}"},
        {"resolution_by": PARTY},
        {"signed_up_on": "31/02"},
    ):
        assert client.post(address, sent(dossier, world.officer) | wrong).status_code == 422, wrong
    dossier.refresh_from_db()
    assert dossier.signed_up_on == date(YEAR, 4, 2)
    client.force_login(world.sister)
    assert client.post(address, data).status_code == 404


def test_dates_and_figures_are_saved_together_or_given_back(client, world, dossier):
    """One button for both: a date refused loses no figure, a figure refused no date, and neither saves the other."""
    client.force_login(world.officer)
    address = reverse("evaluations:entry", args=[dossier.pk])
    page = client.get(address).content.decode()
    assert page.count('<form method="post" class="form entry" novalidate') == 1 and "Lưu ngày" not in page
    assert page.index('class="form entry"') < page.index('name="signed_up_on"') < page.rindex(">Lưu</button>")
    typed = {"TT124-KDC-2-note": "Ghi chú vừa gõ"}
    for day in ("31/02", f"{localdate() + timedelta(1):%d/%m/%Y}"):
        response = client.post(address, sent(dossier, world.officer) | typed | {"signed_up_on": day})
        page = html.unescape(response.content.decode())
        assert (response.status_code, "Ghi chú vừa gõ" in page, f'value="{day}"' in page) == (422, True, True)
    in_time = {"signed_up_on": f"05/03/{YEAR}"}
    response = client.post(address, sent(dossier, world.officer) | typed | in_time | {"TT124-KDC-2-version": "9"})
    assert (response.status_code, f'value="05/03/{YEAR}"' in response.content.decode()) == (422, True)
    dossier.refresh_from_db()
    assert (dossier.signed_up_on, dossier.answers.exclude(note="").count()) == (None, 0)
    assert client.post(address, sent(dossier, world.officer) | typed | in_time).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.signed_up_on, dossier.answers.exclude(note="").count()) == (date(YEAR, 3, 5), 1)


def test_figures_of_an_old_page_do_not_write_over_newer_dates(client, world, dossier):
    client.force_login(world.officer)
    address = reverse("evaluations:entry", args=[dossier.pk])
    shown = {"initial-signed_up_on": "", "initial-resolution_on": "", "initial-resolution_by": ""}
    assert '<input type="hidden" name="initial-signed_up_on"' in client.get(address).content.decode()
    date_papers(dossier, world.officer)
    dates = {"signed_up_on": "", "resolution_on": "", "resolution_by": ""}
    assert (
        client.post(address, sent(dossier, world.officer) | shown | dates).status_code == 302
    )  # nothing changed of them on that page
    response = client.post(address, sent(dossier, world.officer) | shown | dates | {"signed_up_on": f"05/03/{YEAR}"})
    assert response.status_code == 422
    told = html.unescape(response.content.decode())
    assert f"Có người vừa ghi lại các ngày này. Đang lưu: Ngày ghi trên bản đăng ký: 02/04/{YEAR};" in told
    dossier.refresh_from_db()
    assert (dossier.signed_up_on, dossier.resolution_by) == (date(YEAR, 4, 2), PARTY)
    shown = dict(re.findall('name="(initial-[a-z_]+)" value="(.*?)"', told))  # of the page that told it: agreed to
    typed = {"signed_up_on": f"05/03/{YEAR}", "resolution_on": shown["initial-resolution_on"], "resolution_by": PARTY}
    assert client.post(address, sent(dossier, world.officer) | shown | typed).status_code == 302
    dossier.refresh_from_db()
    assert dossier.signed_up_on == date(YEAR, 3, 5)


def test_the_appraisers_decide_with_a_reason(client, world, dossier):
    date_papers(dossier, world.officer)
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    appraised = judged_dossier(dossier).verdict(Side.APPRAISED)
    assert (appraised.outcome, appraised.missing[-1].sentence) == (
        "incomplete",
        f"{LATE} Nơi thẩm định chưa quyết định.",
    )
    with pytest.raises(Refused, match="Hãy ghi quyết định về thời hạn"):
        workflow.advance(dossier, Action.APPRAISE, by=world.standing)
    client.force_login(world.standing)
    assert "Quyết định về thời hạn" in client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode()
    address = reverse("evaluations:timing", args=[dossier.pk])
    assert client.post(address, {"accepted": "no", "reason": " "}).status_code == 422
    assert client.post(address, {"accepted": "no", "reason": "Không có lý do khách quan"}).status_code == 302
    dossier.refresh_from_db()
    refused = judged_dossier(dossier).verdict(Side.APPRAISED)
    assert (refused.outcome, refused.failed[0].sentence) == (
        "not_met",
        f"{LATE} Không được chấp nhận: Không có lý do khách quan.",
    )
    assert client.post(address, {"accepted": "yes", "reason": "Thôn mới thành lập"}).status_code == 302
    dossier.refresh_from_db()
    assert judged_dossier(dossier).verdict(Side.APPRAISED).outcome == "met"
    assert dossier.events.last().comment == "Chấp nhận: Thôn mới thành lập"
    assert workflow.advance(dossier, Action.APPRAISE, by=world.standing).state == State.APPRAISED


def test_deciding_on_the_dates_begins_the_appraisal(world, dossier):
    """Who sent takes nothing back any more that the appraisers decided on; a decision refused is no beginning."""
    date_papers(dossier, world.officer)
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    with pytest.raises(Refused, match="Hãy ghi rõ lý do"):
        services.decide_timing(dossier, accepted=True, reason=" ", by=world.standing)
    dossier.refresh_from_db()
    assert not dossier.is_being_appraised
    services.decide_timing(dossier, accepted=True, reason="Thôn mới thành lập", by=world.standing)
    dossier.refresh_from_db()
    with pytest.raises(Refused, match="Nơi thẩm định đã ghi kết quả"):
        workflow.advance(dossier, Action.RECALL, by=world.leader, comment="Gửi nhầm")


def test_nothing_is_decided_of_what_is_in_time_and_new_dates_are_decided_anew(world, dossier):
    date_papers(dossier, world.officer, signed_up_on=date(YEAR, 3, 31))
    put([dossier], State.SUBMITTED, submitted_by=world.officer)
    with pytest.raises(Refused, match="không ngoài thời hạn"):
        services.decide_timing(dossier, accepted=True, reason="Có", by=world.standing)
    assert judged_dossier(dossier).verdict(Side.APPRAISED).outcome == "met"
    put([dossier], State.RETURNED, timing_accepted=True, timing_reason="Có")
    date_papers(dossier, world.officer)
    assert (dossier.timing_accepted, dossier.timing_reason) == (None, "")


def test_guidance_stands_where_the_officer_enters(client, world, dossier):
    told = list(dossier.criteria_set.criteria.exclude(guidance="").exclude(measure="group"))
    assert told
    client.force_login(world.officer)
    for address in (
        reverse("evaluations:entry", args=[dossier.pk]),
        reverse("evaluations:grid", args=[dossier.cycle_id]) + f"?bo={dossier.criteria_set_id}",
    ):
        page = " ".join(client.get(address).content.decode().split())
        assert [line.code for line in told if line.guidance not in page] == []


def test_the_printed_list_has_the_day_of_the_unit_s_own_paper(world, dossier):
    """The day somebody pressed the button stands there only where no paper is dated."""

    def printed() -> str:
        asked = {"programme": dossier.cycle.programme.code, "year": YEAR, "kind": "residential_area", "state": ""}
        (annex,) = build_list(asked, dossier.cycle.province).annexes
        heads = [column.title for column in annex.columns]
        (line,) = [line.cells for line in annex.lines if dossier.unit_name in line.cells]
        return line[heads.index("Ngày đăng ký")]

    dossier.refresh_from_db()
    pressed = f"{dossier.registered_on:%d/%m/%Y}"
    assert printed() == pressed != f"02/04/{YEAR}"  # the control
    date_papers(dossier, world.officer)
    assert printed() == f"02/04/{YEAR}"
    date_papers(dossier, world.officer, signed_up_on=None)
    assert printed() == pressed
