"""Dossiers that came back: first in the list, told with reason and remarks where they are mended, until sent again."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from criteria.judging.values import Value
from evaluations import queries, services, workflow
from evaluations.enums import Action, Side, State
from evaluations.judging.dossiers import judged_dossier
from evaluations.models import Event
from tests.evaluations.factories import dossier_of, submit
from tests.evaluations.world import fill, more_dossiers, put

FAILING, NOTED = "TT124-KDC-1.3", "TT124-KDC-2"
REASON = "Số hộ không khớp biên bản họp thôn."


@pytest.fixture
def back(world):
    """An area's dossier sent back: one criterion judged otherwise, another one remarked on."""
    submit(dossier := world.area, by=world.officer)
    services.accept_answers(dossier, by=world.standing)
    held = dossier.answers.get(criterion__code=FAILING)
    other = Value(numerator=90, denominator=100)
    act = {"by": world.standing, "side": Side.APPRAISED}
    services.save_answer(dossier, FAILING, other, version=held.version, note="Biên bản ghi 90 hộ", **act)
    held = dossier.answers.get(criterion__code=NOTED)
    services.save_answer(dossier, NOTED, held.own, version=held.version, note="Thiếu chữ ký", **act)
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment=REASON)
    return dossier_of(world.cycle, dossier.unit)


def said(response) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode()))
    return re.sub(r"\s+([.,:;])", r"\1", " ".join(text.split()))


def test_the_remarks_are_those_that_differ_or_say_something(world, back):
    remarks = queries.remarks_of(judged_dossier(back))
    assert {code: (one.answer, one.note) for code, one in remarks.items()} == {
        FAILING: ("90/100", "Biên bản ghi 90 hộ"),
        NOTED: ("", "Thiếu chữ ký"),
    }
    put([back], State.SUBMITTED)
    assert queries.remarks_of(judged_dossier(back)) == {}


@pytest.mark.parametrize("name", ["entry", "detail"])
def test_reason_and_remarks_stand_where_the_dossier_is_mended(client, world, back, name):
    client.force_login(world.officer)
    page = said(client.get(reverse(f"evaluations:{name}", args=[back.pk])))
    assert f"{world.standing.post} trả lại lúc" in page and f"Lý do: {REASON}" in page
    assert "nơi thẩm định ghi 90/100; Biên bản ghi 90 hộ" in page and "Thiếu chữ ký" in page
    if name == "entry":
        assert page.count("Ý kiến thẩm định:") == 2
    put([back], State.REGISTERED)
    assert REASON not in said(client.get(reverse("evaluations:entry", args=[back.pk])))


def test_a_return_without_remarks_says_so(client, world):
    submit(dossier := world.area, by=world.officer)
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment=REASON)
    client.force_login(world.officer)
    page = said(client.get(reverse("evaluations:entry", args=[dossier.pk])))
    assert "không ghi ý kiến riêng cho tiêu chí nào" in page


def listed(client, world) -> list[str]:
    page = client.get(reverse("evaluations:list"), {"cycle": world.cycle.pk}).context["page"]
    return [dossier.unit_name for dossier in page]


def test_what_came_back_is_first_for_who_mends_it(client, world):
    first, last = more_dossiers(world, ["Thôn A", "Thôn Ý"])
    put([last], State.RETURNED)
    Event.staying(last, Action.RETURN, by=world.standing, comment=REASON).save()
    client.force_login(world.officer)
    assert listed(client, world)[0] == last.unit_name
    assert REASON in said(client.get(reverse("evaluations:list")))
    client.force_login(world.inspector)
    names = listed(client, world)
    assert names.index(last.unit_name) > names.index(first.unit_name)


def test_the_reasons_of_many_are_read_at_once(client, world):
    client.force_login(world.officer)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("evaluations:list")).status_code == 200
        return len(captured)

    dossiers = more_dossiers(world, [f"Thôn số {number}" for number in range(9)])
    fill(dossiers, world.officer)
    put(dossiers[:1], State.RETURNED)
    statements()  # the session's first request
    few = statements()
    put(dossiers, State.RETURNED)
    assert statements() == few


def test_an_appraiser_writes_words_beside_a_criterion(client, world):
    """They bump no version, so that a cell open beside is no conflict; what they replace is in the log."""
    submit(dossier := world.area, by=world.officer)
    client.force_login(world.standing)
    held = dossier.answers.get(criterion__code=NOTED)

    def write(note, seen=""):
        address = reverse("evaluations:remark", args=[dossier.pk])
        return client.post(address, {"code": NOTED, "note": note, "seen": seen}, follow=True)

    assert "Đã ghi ý kiến thẩm định." in said(write("Thiếu chữ ký\r\ncủa trưởng thôn"))
    assert "Đã ghi ý kiến thẩm định." in said(write("Thiếu dấu", "Thiếu chữ ký\r\ncủa trưởng thôn"))
    after = dossier.answers.get(criterion__code=NOTED)
    assert (after.appraised_note, after.version, after.own) == ("Thiếu dấu", held.version, held.own)
    line = Event.objects.filter(evaluation=dossier).latest("pk")
    assert (line.action, line.by) == ("amend_appraisal", world.standing)
    assert line.comment == "Tiêu chí 2, ý kiến: Thiếu chữ ký\ncủa trưởng thôn → Thiếu dấu"
    refused = write("Ý kiến khác", seen="")
    assert refused.status_code == 422 and "Có người vừa ghi ý kiến khác cho tiêu chí 2: “Thiếu dấu”" in said(refused)
    assert "Ý kiến khác</textarea>" in refused.content.decode()
    assert dossier.answers.get(criterion__code=NOTED).appraised_note == "Thiếu dấu"
    workflow.advance(dossier, Action.RETURN, by=world.standing, comment=REASON)
    client.force_login(world.officer)
    assert "Thiếu dấu" in said(client.get(reverse("evaluations:entry", args=[dossier.pk])))


def test_nobody_else_writes_them(client, world):
    submit(dossier := world.area, by=world.officer)
    for user in (world.officer, world.chair, world.inspector):
        client.force_login(user)
        sent = client.post(reverse("evaluations:remark", args=[dossier.pk]), {"code": NOTED, "note": "Sai"})
        assert sent.status_code == 422
    assert "Ghi ý kiến" not in said(client.get(reverse("evaluations:detail", args=[dossier.pk])))
    assert dossier.answers.get(criterion__code=NOTED).appraised_note == ""
