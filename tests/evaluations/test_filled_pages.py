"""What is filled in, and what last year says, on the pages: the grid, the form, the dossier, the list."""

import html
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations import services
from evaluations.enums import Action, Filled, State
from evaluations.models import Answer, Event
from evaluations.services import AskedCell
from tests.evaluations.factories import answered, dossier_of, register
from tests.evaluations.world import fill, more_dossiers, put

MUST, OTHER, RATIO, TREND = "TT124-KDC-1.1", "TT124-KDC-1.2", "TT124-KDC-1.3", "TT124-KDC-4a"
MARKED = "Điền mặc định, chưa xác nhận"


@pytest.fixture
def dossiers(world, client):
    for one in world.areas:
        register(one, by=world.officer)
    client.force_login(world.officer)
    return world.areas


def mark(world, dossier, *codes: str) -> None:
    asked = [AskedCell(dossier.pk, code, "Đ", 0) for code in codes]
    services.save_cells(asked, {dossier.pk: dossier}, by=world.officer, filled=Filled.DEFAULT)


def grid(client, world, **query) -> str:
    query = {"bo": world.area.criteria_set_id} | query
    return html.unescape(client.get(reverse("evaluations:grid", args=[world.cycle.pk]), query).content.decode())


def post(client, world, route: str, dossiers, codes, version: int, **more):
    rows = [" ".join(map(str, [one.pk, *[version] * len(codes)])) for one in dossiers]
    return client.post(reverse(route, args=[world.cycle.pk]), {"code": codes, "row": rows} | more)


# --- the grid ----------------------------------------------------------------------------------------------------
def test_a_value_fills_a_column_and_says_what_it_left(client, world, dossiers):
    services.save_cell(dossiers[0], MUST, "K", version=0, by=world.officer, note=None, side="own")
    answer = post(client, world, "evaluations:grid_block", dossiers, [MUST], 0, block="Đ", height=2, filled="yes")
    told = answer.json()
    assert [(one["outcome"], one["text"], one["unconfirmed"]) for one in told["cells"]] == [
        ("kept", "K", ""),
        ("saved", "Đ", MARKED),
    ]
    assert told["sentence"] == "Đã điền 1 ô, chưa xác nhận. 1 ô đã có giá trị: giữ nguyên."
    more = {"block": "Đ", "width": 2, "filled": "yes"}
    row = post(client, world, "evaluations:grid_block", dossiers[1:], [OTHER, RATIO], 0, **more)
    assert row.json()["sentence"] == "Đã điền 1 ô, chưa xác nhận. 1 ô không nhận giá trị này: để trống."
    page = grid(client, world)
    assert page.count(f'title="{MARKED}"') == 2 and 'data-unconfirmed="2"' in page


def test_without_the_word_a_block_writes_over_and_marks_nothing(client, world, dossiers):
    """The control: the same block, pasted."""
    services.save_cell(dossiers[0], MUST, "K", version=0, by=world.officer, note=None, side="own")
    post(client, world, "evaluations:grid_block", dossiers[:1], [MUST], 1, block="Đ")
    answer = dossiers[0].answers.get()
    assert (answer.met, answer.filled_from) == (True, "") and f'title="{MARKED}"' not in grid(client, world)


def test_cells_seen_are_confirmed_from_the_grid(client, world, dossiers):
    for one in dossiers:
        mark(world, one, MUST, OTHER)
    told = post(client, world, "evaluations:grid_confirm", dossiers, [MUST], 1).json()
    assert told == {
        "sentence": "Đã xác nhận 2 giá trị.",
        "cells": [{"dossier": one.pk, "code": MUST} for one in dossiers],
    }
    stale = post(client, world, "evaluations:grid_confirm", dossiers, [OTHER], 9).json()
    assert stale["sentence"] == "2 ô vừa được ghi lại nên chưa xác nhận: hãy tải lại trang để xem."
    none = post(client, world, "evaluations:grid_confirm", dossiers, [RATIO], 1).json()
    assert none["sentence"] == "Không có giá trị điền sẵn nào cần xác nhận."
    assert Answer.objects.exclude(filled_from="").count() == 2
    bad = client.post(reverse("evaluations:grid_confirm", args=[world.cycle.pk]), {"code": [MUST], "row": "x"})
    assert bad.status_code == 422


def test_the_grid_shows_only_dossiers_with_such_cells(client, world, dossiers):
    mark(world, dossiers[1], MUST)
    page = grid(client, world, loc="chua-xac-nhan")
    assert page.count("<tr data-save=") == 1 and dossiers[1].unit_name in page


def test_many_sent_at_once_are_told_with_what_was_not_confirmed(client, world, dossiers):
    fill(dossiers, world.officer, appraised=False)
    dossiers[0].answers.filter(criterion__code=MUST).delete()
    mark(world, dossiers[0], MUST)
    page = grid(client, world)
    assert "1 giá trị điền sẵn chưa được xác nhận" in page
    address = reverse("evaluations:grid_act", args=[world.cycle.pk])
    answer = client.post(address, {"action": "submit", "bo": world.area.criteria_set_id}, follow=True)
    page = html.unescape(answer.content.decode())
    assert "1 hồ sơ vừa gửi</a> còn 1 giá trị điền sẵn chưa xác nhận" in page
    told = Event.objects.filter(action=Action.SUBMIT).values_list("evaluation", "comment")
    assert {pk: bool(comment) for pk, comment in told} == {dossiers[0].pk: True, dossiers[1].pk: False}


# --- the dossier and the list ------------------------------------------------------------------------------------
def detail(client, dossier) -> str:
    return html.unescape(client.get(reverse("evaluations:detail", args=[dossier.pk])).content.decode())


def test_the_dossier_links_each_and_asks_before_it_is_sent(client, world, dossiers):
    fill(dossiers[:1], world.officer, appraised=False)
    many = dossiers[0].answers.count()
    assert "Nên kiểm tra" not in detail(client, dossiers[0])
    dossiers[0].answers.filter(criterion__code=MUST).delete()
    mark(world, dossiers[0], MUST)
    page = detail(client, dossiers[0])
    told = f"1 trong {many} giá trị là điền sẵn, chưa xác nhận."
    assert f"</strong> {told}" in page and f'<a href="#tc-{MUST}">1.1</a>' in page
    assert f'data-confirm="{told} Sau khi gửi' in page and MARKED in page
    answer = client.post(reverse("evaluations:confirm", args=[dossiers[0].pk]), {"cell": f"{MUST} 1"}, follow=True)
    page = html.unescape(answer.content.decode())
    assert "Đã xác nhận 1 giá trị." in page and "Nên kiểm tra" not in page and MARKED not in page


@pytest.mark.parametrize("cell", [f"{MUST} 2", MUST, f"{MUST} x", f"{OTHER} 1", "", " "])
def test_what_was_not_seen_as_it_stands_is_not_confirmed(client, world, dossiers, cell):
    mark(world, dossiers[0], MUST)
    client.post(reverse("evaluations:confirm", args=[dossiers[0].pk]), {"cell": cell})
    assert dossiers[0].answers.get().filled_from == Filled.DEFAULT


def test_whoever_appraises_finds_them_in_the_list_and_on_the_dossier(client, world, dossiers):
    mark(world, dossiers[0], MUST)
    put(dossiers, State.SUBMITTED, submitted_by=world.officer)
    client.force_login(world.standing)
    page = detail(client, dossiers[0])
    assert "Nên kiểm tra." in page and "giá trị đã xem" not in page  # theirs is not to confirm
    address = reverse("evaluations:list")
    page = client.get(address, {"cycle": world.cycle.pk, "check": "unconfirmed"}).content.decode()
    assert "1 giá trị điền sẵn chưa xác nhận" in page
    assert (dossiers[0].unit_name in page, dossiers[1].unit_name in page) == (True, False)


def test_taking_all_answers_over_leaves_the_unconfirmed_to_be_looked_at(client, world, dossiers):
    mark(world, dossiers[0], MUST)
    services.save_cell(dossiers[0], OTHER, "Đ", version=0, by=world.officer, note=None, side="own")
    put(dossiers, State.SUBMITTED, submitted_by=world.officer)
    client.force_login(world.standing)
    address = reverse("evaluations:accept", args=[dossiers[0].pk])
    page = html.unescape(client.post(address, follow=True).content.decode())
    number = dossiers[0].criteria_set.criteria.get(code=MUST).number
    assert "Đã nhận 1 kết quả tự đánh giá." in page
    assert f"Còn 1 giá trị điền sẵn, chưa xác nhận; hãy thẩm định từng ô: {number}." in page
    empty = {one.criterion.code: one.appraised.is_empty for one in dossiers[0].answers.select_related("criterion")}
    assert empty == {MUST: True, OTHER: False}
    again = html.unescape(client.post(address, follow=True).content.decode())
    assert "Đã nhận" not in again and "Không còn kết quả" not in again  # one is left
    services.save_cell(dossiers[0], MUST, "Đ", version=1, by=world.standing, note=None, side="appraised")
    assert "Không còn kết quả tự đánh giá nào" in html.unescape(client.post(address, follow=True).content.decode())


# --- the form ----------------------------------------------------------------------------------------------------
def entry(client, dossier, **typed):
    address = reverse("evaluations:entry", args=[dossier.pk])
    versions = dict(dossier.answers.values_list("criterion__code", "version"))
    data = {f"{line.code.replace('.', '_')}-version": versions.get(line.code, 0) for line in answered(dossier)}
    for answer in dossier.answers.select_related("criterion"):
        data[f"{answer.criterion.code.replace('.', '_')}-met"] = "yes" if answer.met else "no"
    return client.post(address, data | {f"{MUST.replace('.', '_')}-{name}": value for name, value in typed.items()})


def test_the_form_confirms_by_a_tick_and_by_another_value_alone(client, world, dossiers):
    mark(world, dossiers[0], MUST)
    page = html.unescape(client.get(reverse("evaluations:entry", args=[dossiers[0].pk])).content.decode())
    assert page.count("Đã xem và xác nhận giá trị này") == 1 and MARKED in page
    entry(client, dossiers[0], note="Theo sổ")  # words beside it are no confirmation
    answer = dossiers[0].answers.get()
    assert (answer.note, answer.filled_from, answer.version) == ("Theo sổ", "default", 2)
    entry(client, dossiers[0], confirmed="on", note="Theo sổ")
    answer.refresh_from_db()
    assert (answer.met, answer.filled_from) == (True, "")
    mark(world, dossiers[1], MUST)
    entry(client, dossiers[1], met="no")
    assert dossiers[1].answers.get().filled_from == ""


# --- last year ---------------------------------------------------------------------------------------------------
@pytest.fixture
def last_year(world, dossiers):
    before = services.open_cycle(world.cycle.programme, world.tree.province, 2023, as_of=date(2023, 6, 30), by=None)
    then = dossier_of(before, world.area.unit)
    fill([then], world.officer)
    put([then], State.RECOGNISED, submitted_by=world.officer)
    return then


def test_the_grid_shows_last_years_value_where_the_cell_is_empty(client, world, dossiers, last_year):
    services.save_cell(dossiers[0], OTHER, "K", version=0, by=world.officer, note=None, side="own")
    page = grid(client, world)
    whole = [line for line in answered(world.area) if line.measure in ("must", "percent", "count", "points")]
    assert page.count("data-suggested=") == len(whole) - 1 and page.count('data-year="2023"') >= len(whole) - 1
    assert 'placeholder="(Đ)"' in page and 'placeholder="(…/1)"' in page
    assert Answer.objects.filter(evaluation=dossiers[0]).count() == 1  # looking stores nothing


def test_one_act_takes_it_over_marked(client, world, dossiers, last_year):
    address = reverse("evaluations:cell", args=[dossiers[0].pk])
    told = client.post(address, {"code": MUST, "text": "K", "version": 0, "suggested": "yes"}).json()
    assert (told["text"], told["unconfirmed"]) == ("Đ", "Theo năm trước, chưa xác nhận")
    again = client.post(address, {"code": TREND, "text": "", "version": 0, "suggested": "yes"})
    assert again.status_code == 422 and "không có số liệu năm trước" in again.json()["sentence"]


def test_a_filling_that_comes_cell_by_cell_is_marked_and_writes_over_nothing(client, world, dossiers):
    """As the page sends it when the line is back (grid.js)."""
    address = reverse("evaluations:cell", args=[dossiers[0].pk])
    ratio = next(line.code for line in answered(world.area) if line.measure == "percent")
    services.save_cell(dossiers[0], OTHER, "K", version=0, by=world.officer, note=None, side="own")

    def send(code: str, text: str, version: int = 0) -> tuple:
        told = client.post(address, {"code": code, "text": text, "version": version, "filled": "yes"}).json()
        return told["text"], told["version"], told["unconfirmed"]

    marked = ("Đ", 1, "Điền mặc định, chưa xác nhận")
    assert send(MUST, "đ") == marked
    assert send(MUST, "đ") == marked  # sent again: the first answer never came
    assert send(OTHER, "Đ") == ("K", 1, "")
    assert send(ratio, "Đ") == send(ratio, "xoá") == ("", 0, "")
    marks = {one.criterion.code: one.filled_from for one in dossiers[0].answers.all()}
    assert marks == {MUST: Filled.DEFAULT, OTHER: ""}
    told = client.post(address, {"code": MUST, "text": "K", "version": 1, "filled": "yes", "side": "appraised"})
    assert told.status_code == 422  # whoever appraises states nothing for many


def test_the_form_marks_what_its_button_filled_and_nothing_else(client, world, dossiers, last_year):
    entry(client, dossiers[0], met="yes", taken="last_year")
    assert dossiers[0].answers.get().filled_from == Filled.LAST_YEAR
    dossiers[0].answers.all().delete()
    entry(client, dossiers[0], met="no", taken="last_year")  # another value than last year's is the officer's own
    assert dossiers[0].answers.get().filled_from == ""
    dossiers[0].answers.all().delete()
    entry(client, dossiers[0], met="yes")
    assert dossiers[0].answers.get().filled_from == ""


def test_many_rows_ask_last_year_as_often_as_one(client, world, dossiers, last_year):
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert "data-suggested" in grid(client, world)
        return len(found)

    cost()
    few = cost()
    then = more_dossiers(world, [f"Thôn {at}" for at in range(8)], state=State.REGISTERED)
    before = last_year.cycle
    for one in then:
        copy = type(one).objects.get(pk=one.pk)
        copy.pk, copy.cycle, copy.state = None, before, State.RECOGNISED
        copy.save(force_insert=True)
        fill([copy], world.officer)
    assert cost() == few


# --- returned ----------------------------------------------------------------------------------------------------
def test_the_grid_says_why_a_dossier_came_back_and_what_was_said_of_each_criterion(client, world, dossiers):
    fill(dossiers[:1], world.officer, appraised=False)
    put(dossiers[:1], State.RETURNED, submitted_by=world.officer)
    line = {"action": Action.RETURN, "label": "Trả lại", "source": State.SUBMITTED, "target": State.RETURNED}
    Event.objects.create(evaluation=dossiers[0], by=world.standing, by_post="Thường trực", comment="Thiếu sổ", **line)
    dossiers[0].answers.filter(criterion__code=MUST).update(appraised_met=False, appraised_note="Chưa có biên bản")
    page = grid(client, world)
    assert "Bị trả lại: Thiếu sổ" in page
    assert page.count("data-remark=") == 1 and "nơi thẩm định ghi Không đạt; Chưa có biên bản" in page
