"""Every name and free text holds a token of its own; nobody of a commune ever reads the token of another place."""

import pytest

from evaluations.models import EvaluationQuerySet
from portal.core import jobs
from portal.core.models import JobState
from reports import services as reports
from units.enums import Role
from units.models import Unit, UnitQuerySet

from .crawl import Crawler, starts
from .world import ACTED, BOOK, GROUND, NAME, ROLES, sign_in

pytestmark = pytest.mark.once  # scopes in Python; test_matrix asks them for every role on PostgreSQL too

AT_HOME = [f"{role}@own" for role in ROLES]


def foreign_tokens(world, commune) -> set[str]:
    """Tokens somebody of the commune may not read: all of other places, and what higher places keep to themselves."""
    above = {unit.pk for unit in (commune.province, commune.district)}
    above |= set(commune.hosted.values_list("parent", flat=True))  # who manages what stands here
    above |= set(Unit.objects.filter(commune=commune).values_list("stands_in", flat=True))  # where its own stand
    return {
        token
        for token, (unit, what) in world.tokens.items()
        if commune.pk not in (unit.commune_id, unit.stands_in_id)
        and not (what in (NAME, ACTED, BOOK, GROUND) and unit.pk in above)
    }


def leaks(world, crawler: Crawler, commune) -> list[str]:
    foreign = foreign_tokens(world, commune)
    return [
        f"{address} shows {world.tokens[token]}"
        for address, words in crawler.seen.items()
        for token in foreign
        if token in words
    ]


@pytest.fixture
def printed(world, db):
    """The commune's yearly report and list, printed for real in both formats."""
    asker = world.people["leader@own"]
    runs = [
        reports.ask_report(
            kind, {"programme": "safety", "year": 2024, "kind": "", **more}, form, world.home.commune, asker
        )
        for kind, more in (("yearly", {}), ("list", {"state": ""}))
        for form in ("pdf", "xlsx")
    ]
    for run in runs:
        jobs.run(run.job_id)
        run.job.refresh_from_db()
        assert run.job.state == JobState.DONE, run.job.error
    return runs


def test_nobody_of_a_commune_reads_of_another_place(world, printed, subtests, record_property):
    shown, pages = set(), 0
    for person in (*AT_HOME, "officer@itself", "leader@beside", "officer@hosting"):
        crawler = Crawler(world.clients[person])
        for address in starts(world):
            crawler.add(address)
        crawler.walk()
        pages += len(crawler.seen)
        with subtests.test(person):
            assert leaks(world, crawler, world.home.host if person.endswith("hosting") else world.home.commune) == []
            assert not crawler.dead, "\n".join(crawler.dead)
        everything = "\n".join(crawler.seen.values())
        shown |= {what for token, (_, what) in world.tokens.items() if token in everything}
    record_property("pages", pages)
    assert shown == {what for _, what in world.tokens.values()}  # the walk is not blind: each kind of text was read


@pytest.mark.parametrize("scope", [UnitQuerySet, EvaluationQuerySet], ids=lambda scope: scope.__name__)
def test_the_sweep_notices_a_scope_that_shows_everything(world, db, monkeypatch, scope):
    monkeypatch.setattr(scope, "visible_to", lambda self, user: self.all())
    crawler = Crawler(sign_in(world.people[f"{Role.OFFICER}@own"]))
    for address in starts(world):
        crawler.add(address)
    crawler.walk(at_most=30)
    assert leaks(world, crawler, world.home.commune) != []
