"""A closed sitting and its log keep the words its people's posts had; an open one has those of today."""

import pytest
from django.urls import reverse

from evaluations.models import Sitting
from units import services
from units.enums import Role
from units.models import User

from ..units.factories import make_user
from .world import decided

pytestmark = pytest.mark.django_db


def test_a_closed_sitting_names_its_people_as_they_were(client, world):
    """With its control: without the earlier words the closed sitting has those of today."""
    decided(world)
    closed = Sitting.objects.exclude(closed_at=None).latest("pk")
    admin, chair = make_user(Role.ADMIN, world.commune), world.chair
    old, new = chair.post, "Chủ tịch xã A1.1 (sửa)"
    events = [line.by_post for line in world.area.events.order_by("pk")]
    services.correct_post(chair, new, ground="Gõ sai.", by=admin)
    client.force_login(world.standing)
    page = client.get(reverse("evaluations:sitting_detail", args=[closed.pk])).content.decode()
    assert old in page and new not in page
    assert [line.by_post for line in world.area.events.order_by("pk")] == events
    User.objects.update(earlier_posts=[])
    assert new in client.get(reverse("evaluations:sitting_detail", args=[closed.pk])).content.decode()
