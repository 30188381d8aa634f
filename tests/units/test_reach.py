"""What a person's places reach beyond themselves is told with the placements: most reach nothing and ask nothing."""

from datetime import date

import pytest
from django.test import RequestFactory
from django.utils import timezone

from tests.units.reforming import draft, line
from units import reforms, services
from units.enums import LEVELS, Role
from units.filters import UnitFilterSet
from units.models import Unit, User

from .factories import make_tree, make_user

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # conditions beside the rows asked for
TODAY = timezone.localdate()


def anew(user: User) -> User:
    """The user as their next request has them."""
    return User.objects.get(pk=user.pk)


def test_who_took_nothing_over_and_was_given_nothing_asks_once(django_assert_num_queries):
    tree = make_tree()
    for place in (tree.province, tree.districts[0], tree.communes[0], tree.school):
        user = make_user(Role.OFFICER, place)
        with django_assert_num_queries(1):
            assert (user.grounds(), user.entrusted()) == ([place], [])
            assert list(user.places()) == [place]


def test_who_took_over_a_place_reads_its_past(django_assert_num_queries):
    """The control: what is there is found, by those of its heir alone."""
    tree = make_tree()
    one, two, three, _ = tree.communes
    people = {place: make_user(Role.OFFICER, place) for place in (two, three, tree.districts[0], tree.province)}
    reforms.apply(draft(tree, line("merge", one, to_unit=two)), by=None)
    user = anew(people[two])
    with django_assert_num_queries(2):  # the placements, and what ended
        assert user.grounds() == [two, one]
    for place in (three, tree.districts[0], tree.province):  # it ended below these, and is no past of theirs
        user = anew(people[place])
        with django_assert_num_queries(1):
            assert user.grounds() == [place]


def test_who_was_given_an_organisation_reads_it(django_assert_num_queries):
    """The control, with who gave it and a period that is over."""
    tree = make_tree()
    giver, receiver = make_user(Role.OFFICER, tree.districts[0]), make_user(Role.OFFICER, tree.communes[0])
    made = services.delegate(
        tree.school,
        tree.communes[0],
        valid_from=date(TODAY.year, 1, 1),
        valid_to=date(TODAY.year + 1, 12, 31),
        number="5/QĐ-UBND",
        signed_on=date(TODAY.year, 1, 1),
        by=None,
    )
    user = anew(receiver)
    with django_assert_num_queries(2):
        assert user.entrusted() == [tree.school.pk]
    assert anew(giver).entrusted() == []
    type(made).objects.update(valid_from=date(2020, 1, 1), valid_to=date(2020, 12, 31))
    user = anew(receiver)
    with django_assert_num_queries(1):
        assert user.entrusted() == []


def drawn(user: User, **asked) -> tuple[set[str], bool]:
    """The levels the person's list of units offers a choice of, and whether what was asked can be."""
    request = RequestFactory().get("/", asked)
    request.user = anew(user)
    found = UnitFilterSet(request.GET, Unit.objects.visible_to(request.user), request=request)
    html = "".join(field.as_field_group() for field in found.form)
    return {level for level in LEVELS if f'name="{level}"' in html}, found.form.is_valid()


def test_a_level_is_chosen_by_who_stands_above_it_or_holds_several_of_it():
    tree = make_tree()
    one, two, three, _ = tree.communes
    people = {place: make_user(Role.OFFICER, place) for place in (two, three, tree.districts[0], tree.province)}
    assert drawn(people[tree.province])[0] == {"district", "commune"}
    assert drawn(people[tree.districts[0]])[0] == {"commune"}
    assert drawn(people[two])[0] == drawn(people[three])[0] == set()
    assert drawn(people[three], commune=three.pk)[1]  # read as ever
    assert not drawn(people[three], commune=one.pk)[1]
    reforms.apply(draft(tree, line("merge", one, to_unit=two)), by=None)
    assert drawn(people[two])[0] == {"commune"}  # its own past is another commune
    assert drawn(people[three])[0] == set()
