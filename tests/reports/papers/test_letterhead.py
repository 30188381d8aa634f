"""Whom a paper is addressed to: the unit above on the paper's day, for one that ended the last day it had."""

from datetime import date

import pytest

from reports.papers.paper import addressee_of, manager_of
from tests.units.factories import make_tree
from tests.units.reforming import draft, line, the_reform
from units import reforms
from units.models import Unit

pytestmark = pytest.mark.django_db


def above(unit: Unit) -> str:
    return manager_of(Unit.objects.get(pk=unit.pk))


def test_an_ended_commune_reports_to_the_district_it_had():
    tree = make_tree()
    reforms.apply(the_reform(tree), by=None)
    ended, kept = tree.communes[0], tree.communes[3]
    assert Unit.objects.get(pk=ended.pk).is_over
    assert above(ended) == "Huyện A1"
    assert addressee_of(above(ended)) == "Uỷ ban nhân dân huyện A1"
    assert (above(kept), above(tree.districts[0]), above(tree.province)) == ("Tỉnh A", "Tỉnh A", "")


def test_the_unit_above_bears_its_name_of_the_day():
    tree = make_tree()
    reforms.apply(draft(tree, line("merge", tree.communes[0], to_unit=tree.communes[1])), by=None)
    later = draft(tree, line("rename", tree.districts[0], name="Huyện Tên Mới"), day=date(2026, 1, 1))
    reforms.apply(later, by=None)
    assert (above(tree.communes[0]), above(tree.communes[1])) == ("Huyện A1", "Huyện Tên Mới")
