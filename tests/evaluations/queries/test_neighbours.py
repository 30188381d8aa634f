"""Unit by unit: who stands before and after, and where saving leads."""

import html

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from evaluations.enums import State
from evaluations.models import Evaluation
from evaluations.queries import beside
from tests.evaluations.world import more_dossiers, put

pytestmark = pytest.mark.django_db


@pytest.fixture
def dossiers(world) -> list[Evaluation]:
    """The areas the officer enters, open and in the grid's order."""
    more_dossiers(world, ["Thôn 3", "Thôn 4", "Thôn 5"])
    mine = Evaluation.objects.visible_to(world.officer).entered_by(world.officer)
    areas = mine.filter(cycle=world.cycle, criteria_set=world.area.criteria_set)
    put(list(areas), State.REGISTERED)
    return list(areas)


def test_each_unit_stands_between_its_neighbours(world, dossiers):
    assert len(dossiers) > 2
    found = [beside(one, world.officer) for one in dossiers]
    many = len(dossiers)
    assert [(one.place, one.many) for one in found] == [(place, many) for place in range(1, many + 1)]
    assert [one.before for one in found] == [None, *dossiers[:-1]]
    assert [one.after for one in found] == [*dossiers[1:], None]


def test_what_is_sent_is_passed_over(world, dossiers):
    put(dossiers[1:2], State.SUBMITTED)
    first = beside(dossiers[0], world.officer)
    assert (first.after, first.many) == (dossiers[2], len(dossiers) - 1)
    assert beside(dossiers[1], world.officer).place == 0


def test_who_enters_nothing_has_no_neighbours(world, dossiers):
    assert beside(dossiers[0], world.standing).many == 0


def test_the_queries_do_not_grow_with_the_units(world, dossiers):
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            beside(dossiers[1], world.officer)
        return len(found)

    cost()
    many = cost()
    put(dossiers[3:], State.SUBMITTED)
    assert cost() == many <= 2


def send(client, dossier, **data):
    """The form with nothing typed, and where its answer leads."""
    return client.post(reverse("evaluations:entry", args=[dossier.pk]), _versions(dossier) | data)


def _versions(dossier) -> dict[str, str]:
    lines = dossier.criteria_set.criteria.exclude(measure__in=("group", "derived"))
    return {f"{line.code.replace('.', '_')}-version": "0" for line in lines}


def entry(dossier) -> str:
    return reverse("evaluations:entry", args=[dossier.pk])


def test_saving_leads_to_the_next_unit_where_that_was_pressed(client, world, dossiers):
    client.force_login(world.officer)
    told = send(client, dossiers[0], then="next", **{"TT124-KDC-3a-value": "0"})
    assert (told.status_code, told.url) == (302, entry(dossiers[1]))
    assert [answer.value for answer in dossiers[0].answers.all()] == [0]
    page = html.unescape(client.get(told.url).content.decode())
    assert f"Đã lưu {dossiers[0].listed_name}." in page and f"2/{len(dossiers)} đơn vị" in page
    last = send(client, dossiers[-1], then="next")
    assert last.url == entry(dossiers[-1])
    assert "Đây là đơn vị cuối của danh sách." in client.get(last.url).content.decode()


def test_saving_stays_where_nothing_else_was_pressed(client, world, dossiers):
    client.force_login(world.officer)
    for then in ({}, {"then": "TT124-XA-1"}, {"then": "https://example.com/"}):
        assert send(client, dossiers[0], **then).url == entry(dossiers[0])


def test_what_cannot_be_saved_leads_nowhere(client, world, dossiers):
    client.force_login(world.officer)
    told = send(client, dossiers[0], then="next", **{"TT124-KDC-3a-value": "nhiều"})
    assert told.status_code == 422 and "Hãy nhập một số nguyên" in told.content.decode()


def test_a_paper_is_attached_from_its_criterion_and_leads_back_to_it(client, world, dossiers):
    client.force_login(world.officer)
    told = send(client, dossiers[0], then="TT124-KDC-1.1", **{"TT124-KDC-3a-value": "0"})
    papers = reverse("evaluations:evidence_add", args=[dossiers[0].pk])
    assert told.url == f"{papers}?tc=TT124-KDC-1.1&ve=nhap"
    assert dossiers[0].answers.count() == 1  # what was typed is stored before the page is left
    page = client.get(told.url).content.decode()
    assert f'href="{entry(dossiers[0])}#tc-TT124-KDC-1.1"' in page
    assert client.get(papers).content.decode().count(f'href="{entry(dossiers[0])}') == 0
