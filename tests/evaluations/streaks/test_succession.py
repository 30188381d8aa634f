"""Years running through reorganisations: each rule, chains of them, undoing, and the pages that tell it."""

from datetime import date
from random import Random

import pytest
from django.urls import reverse

from criteria.enums import MissingYear
from criteria.models import StreakRule
from evaluations.streaks import counting, succession
from portal.core.errors import Refused
from tests.evaluations.streaks.results import DECLINED, RECOGNISED, areas, make_rule, record
from tests.units.factories import make_units, make_user
from tests.units.reforming import line
from units import reforms
from units.enums import Role, Streaks, Subtype, UnitKind
from units.models import Unit


def said(response) -> str:
    return " ".join(response.content.decode().split())


pytestmark = [pytest.mark.both, pytest.mark.django_db]  # years counted in SQL
FIRST = 2020
LETTERS = {"r": RECOGNISED, "d": DECLINED}


def years(place, rows: dict[Unit, str]) -> None:
    """A letter a year from 2020 on for each unit; `-` is no dossier."""
    for at in range(max(map(len, rows.values()))):
        states = {unit: LETTERS[row[at]] for unit, row in rows.items() if row[at : at + 1] in LETTERS}
        if states:
            record(place, FIRST + at, states)


def reform(place, *lines, on: date, rule: Streaks):
    made = reforms.new_reform(
        number=f"NQ {on.year}",
        title="Sắp xếp thôn",
        issuer="Hội đồng nhân dân tỉnh",
        effective_on=on,
        provinces=[place.province],
        streaks=rule,
        by=None,
    )
    reforms.write_changes(made, lines, by=None)
    reforms.apply(made, by=None)
    return made


def opening(place, name="Thôn Mới"):
    return line("open", kind=UnitKind.RESIDENTIAL_AREA, subtype=Subtype.VILLAGE, name=name, key="M", to_unit=place)


def streak(unit, last: int, missing=MissingYear.BREAKS) -> int | None:
    rule = StreakRule.objects.filter(code=f"LT-{missing}").first() or make_rule(f"LT-{missing}", missing=missing)
    recorded = counting.recorded_years([rule], unit.province_id)[rule.pk]
    span = counting.span_of(rule, recorded, last, unit.province_id)
    return counting.with_streak(Unit.objects.filter(pk=unit.pk), span).values_list("streak", flat=True).first()


MERGED = [  # two that become one on 01/09/2023, the new one's years from 2023 on, what each rule counts in 2024
    ("rrrr", "ddrr", "-r", 5, 3, 1),  # theirs of 2023 count, as the new one has none of that year
    ("rrr", "ddr", "rr", 5, 3, 2),  # its own of 2023 counts
    ("rrrd", "rrrr", "-r", 5, 1, 1),
    ("rrrr", "rrrr", "dr", 1, 1, 1),  # its own years end the row
    ("rrrr", "----", "-r", 5, 1, 1),
    ("dddd", "dddd", "-d", 0, 0, 0),
]


@pytest.mark.parametrize(("one", "two", "after", "carried", "lowest", "anew"), MERGED)
@pytest.mark.parametrize("rule", list(Streaks))
def test_two_become_a_new_one(place, one, two, after, carried, lowest, anew, rule):
    first, second, other = areas(place, 3)
    years(place, {first: one, second: two, other: "rrrrr"})
    reform(
        place,
        opening(place),
        line("merge", first, to_key="M"),
        line("merge", second, to_key="M"),
        on=date(2023, 9, 1),
        rule=rule,
    )
    new = Unit.objects.get(name="Thôn Mới")
    for at, letter in enumerate(after):
        if letter != "-":
            add(place, 2023 + at, new, LETTERS[letter])
    expected = {Streaks.CARRY: carried, Streaks.LOWEST: lowest, Streaks.RESTART: anew}[rule]
    assert streak(new, 2024) == expected
    assert streak(other, 2024) == 5
    assert streak(new, 2022) is None  # it was not there


def add(place, year: int, unit, state) -> None:
    """One more result of a year that is recorded already."""
    cycle = place.province.cycles.get(year=year)
    known = cycle.evaluations.first()
    known.pk, known._state.adding = None, True
    known.unit, known.state, known.unit_name = unit, state, unit.name
    known.save()


@pytest.mark.parametrize(("rule", "expected"), [(Streaks.CARRY, 2), (Streaks.LOWEST, 1), (Streaks.RESTART, 1)])
def test_one_that_goes_on_and_takes_another_in(place, rule, expected):
    stays, goes = areas(place, 2)
    years(place, {stays: "drr", goes: "rdd"})
    reform(place, line("merge", goes, to_unit=stays), on=date(2022, 12, 1), rule=rule)
    assert streak(stays, 2022) == expected


@pytest.mark.parametrize(("rule", "mains", "parts"), [(Streaks.CARRY, 4, 2), (Streaks.LOWEST, 1, 1)])
def test_a_divided_one_counts_where_the_lowest_counts(place, rule, mains, parts):
    whole, main, part = areas(place, 3)
    years(place, {whole: "ddd", main: "rrr", part: "ddr"})
    lines = (line("split", whole, to_unit=main, is_main=True), line("split", whole, to_unit=part))
    made = reform(place, *lines, on=date(2023, 1, 1), rule=rule)
    assert (streak(main, 2022), streak(part, 2022)) == (3, 1)  # not yet
    record(place, 2023, {main: RECOGNISED, part: RECOGNISED})
    assert (streak(main, 2023), streak(part, 2023)) == (mains, parts)
    with pytest.raises(Refused, match="được mở sau khi áp dụng phương án"):
        reforms.undo(made, by=None)


def test_a_division_taken_back_leaves_every_row_as_it_was(place):
    whole, main, part = areas(place, 3)
    years(place, {whole: "ddd", main: "rrr", part: "ddr"})
    lines = (line("split", whole, to_unit=main, is_main=True), line("split", whole, to_unit=part))
    reforms.undo(reform(place, *lines, on=date(2023, 1, 1), rule=Streaks.LOWEST), by=None)
    record(place, 2023, {main: RECOGNISED, part: RECOGNISED})
    assert (streak(main, 2023), streak(part, 2023), streak(whole, 2022)) == (4, 2, 0)


@pytest.mark.parametrize(("rule", "first", "second"), [(Streaks.LOWEST, 3, 4), (Streaks.CARRY, 4, 5)])
def test_each_reorganisation_of_a_chain_keeps_its_own_rule(place, rule, first, second):
    one, two, three = areas(place, 3)
    years(place, {one: "rr", two: "dr", three: "rrrr"})
    lines = (opening(place), line("merge", one, to_key="M"), line("merge", two, to_key="M"))
    reform(place, *lines, on=date(2022, 1, 1), rule=rule)
    new = Unit.objects.get(name="Thôn Mới")
    for year in (2022, 2023):
        add(place, year, new, RECOGNISED)
    assert streak(new, 2023) == first
    reform(place, line("merge", new, to_unit=three), on=date(2024, 1, 1), rule=Streaks.LOWEST)
    record(place, 2024, {three: RECOGNISED})
    assert streak(three, 2024) == second


@pytest.mark.parametrize("missing", list(MissingYear))
def test_without_reorganisations_the_walk_agrees_with_the_database(place, missing):
    chance = Random(7)  # noqa: S311 -- the same rows every time
    units = areas(place, 40)
    rows = {unit: "".join(chance.choice("rrrd-") for _ in range(6)) for unit in units}
    years(place, rows)
    rule = make_rule(missing=missing)
    recorded = counting.recorded_years([rule], place.province_id)[rule.pk]
    span = counting.span_of(rule, recorded, FIRST + 5, place.province_id)
    counted = dict(counting.with_streak(place.children.all(), span).values_list("pk", "streak"))
    walked = succession._Rows({unit.pk: [] for unit in units}, span).of(counted)
    assert walked == counted
    assert len(set(walked.values())) > 3


def test_the_list_shows_who_is_there_and_the_passport_who_joined(client, place):
    first, second = areas(place, 2)
    years(place, {first: "rrr", second: "rrr"})
    make_rule("LT")
    lines = (opening(place), line("merge", first, to_key="M"), line("merge", second, to_key="M"))
    made = reform(place, *lines, on=date(2022, 9, 1), rule=Streaks.LOWEST)
    new = Unit.objects.get(name="Thôn Mới")
    client.force_login(make_user(Role.STAFF, place.province))
    page = client.get(reverse("evaluations:streak_list"))
    assert [(row.unit, row.unit.streak) for row in page.context["rows"]] == [(new, 3)]
    text = said(client.get(reverse("units:detail", args=[new.pk])))
    assert "3 năm liên tục" in text
    assert made.number in text
    assert "theo đơn vị có số năm ít nhất" in text
    assert f"({first.name})" in text  # years of those before it stand under their names
    old = said(client.get(reverse("units:detail", args=[first.pk])))
    assert "3 năm liên tục" in old
    reforms.undo(made, by=None)
    page = client.get(reverse("evaluations:streak_list"))
    assert {row.unit for row in page.context["rows"]} == {first, second}


def test_the_passport_counts_those_before_it_outside_the_readers_place(client, place):
    whole, main = areas(place, 2)
    (other,) = make_units(place.parent, UnitKind.COMMUNE, Subtype.COMMUNE, ["Xã Bên"])
    (part,) = areas(other, 1)
    lines = (line("split", whole, to_unit=main, is_main=True), line("split", whole, to_unit=part))
    reform(place, *lines, on=date(2023, 1, 1), rule=Streaks.CARRY)
    told = {}
    for role, unit in ((Role.STAFF, place.province), (Role.OFFICER, other)):
        client.force_login(make_user(role, unit))
        told[role] = said(client.get(reverse("units:detail", args=[part.pk])))
    assert f">{whole.name}</a>. Chuỗi" in told[Role.STAFF] and "ngoài phạm vi" not in told[Role.STAFF]
    assert reverse("units:detail", args=[whole.pk]) not in told[Role.OFFICER]
    assert "kế thừa 1 đơn vị ngoài phạm vi của đồng chí. Chuỗi" in told[Role.OFFICER]
