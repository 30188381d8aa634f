"""Every name and free text holds a token of its own; nobody of a commune ever reads the token of another place."""

import pytest

from evaluations.models import EvaluationQuerySet
from portal.core import jobs
from portal.core.models import JobState
from reports import services as reports
from units.enums import Role
from units.models import Unit, UnitQuerySet

from .crawl import Crawler, starts
from .world import ACTED, BOOK, GROUND, NAME, ROLES, sign_in, tokens_in

# Kinds of text one reads of nobody. People of the commune read all of them of their own places: the walk is not blind.
OF_COMMITTEES = {
    *("biên bản", "chức danh người đã xử lý hồ sơ", "ghế", "người ký", "số văn bản uỷ quyền", "tên Ban"),
    *("nguồn của số tổng", "tên mô hình", "tệp báo cáo", "địa điểm họp"),
}
OF_DOSSIERS = {"giải trình", "lý do rút", "lý do trả lại", "trích yếu", "tên tổ bảo vệ", "ý kiến thẩm định"}
UNREAD: dict[str, set[str]] = {
    **{f"{role}@own": set() for role in ROLES},
    "officer@itself": OF_COMMITTEES,
    "leader@beside": OF_COMMITTEES | OF_DOSSIERS,
    "officer@hosting": OF_COMMITTEES | OF_DOSSIERS,
}


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
        for token in tokens_in(words) & foreign
    ]


@pytest.fixture(scope="module")
def printed(world):
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


@pytest.mark.parametrize("person", UNREAD)
def test_nobody_of_a_commune_reads_of_another_place(world, printed, db, record_property, person):
    crawler = Crawler(world.clients[person])
    for address in starts(world):
        crawler.add(address)
    crawler.walk()
    record_property("pages", len(crawler.seen))
    assert leaks(world, crawler, world.home.host if person.endswith("hosting") else world.home.commune) == []
    assert not crawler.dead, "\n".join(crawler.dead)
    shown = {
        world.tokens[token][1] for words in crawler.seen.values() for token in tokens_in(words) & set(world.tokens)
    }
    assert shown == {what for _, what in world.tokens.values()} - UNREAD[person]


@pytest.mark.parametrize("scope", [UnitQuerySet, EvaluationQuerySet], ids=lambda scope: scope.__name__)
def test_the_sweep_notices_a_scope_that_shows_everything(world, db, monkeypatch, scope):
    monkeypatch.setattr(scope, "visible_to", lambda self, user: self.all())
    crawler = Crawler(sign_in(world.people[f"{Role.OFFICER}@own"]))
    for address in starts(world):
        crawler.add(address)
    crawler.walk(at_most=30)
    assert leaks(world, crawler, world.home.commune) != []
