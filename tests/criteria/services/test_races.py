"""Two who give one code at once, on PostgreSQL: the second is told; what happens without the lock."""

import pytest
from django.db import IntegrityError, connection

from criteria.models import CriteriaSet, LegalDocument, Programme
from criteria.services import documents, drafts, publishing
from portal.core.errors import Refused
from tests.units.factories import make_province, make_user
from tests.units.racing import at_once
from units.enums import Role

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time anyway"),
]


@pytest.fixture
def staff(transactional_db):
    return make_user(Role.STAFF, make_province(code="24"))


def programme(staff):
    """Adds the programme."""
    return lambda: documents.new_programme(code="moi", name="Chương trình mới", title="Đạt", by=staff)


def draft(staff):
    """Begins the set."""
    document = LegalDocument.objects.create(code="VB", number="1/QĐ", title="Quyết định", issuer="x")
    Programme.objects.create(code="cu", name="Chương trình cũ", title="Đạt")
    content = drafts.empty(
        programme="cu",
        document=document.code,
        code="BO-MOI",
        name="Bộ mới",
        first_year=2031,
        unit_kinds=["commune"],
        province_code="24",
    )
    return lambda: drafts.new_draft(content, by=staff)


@pytest.mark.parametrize("made", [programme, draft], ids=lambda made: made.__name__)
def test_of_two_who_give_one_code_the_second_is_told(staff, made):
    act = made(staff)
    (refusal,) = at_once(act, act)
    assert isinstance(refusal, Refused) and "đã có. Hãy đặt mã khác." in refusal.sentence


@pytest.mark.parametrize("made", [programme, draft], ids=lambda made: made.__name__)
def test_without_the_lock_the_second_breaks(staff, made, monkeypatch):
    monkeypatch.setattr("criteria.services.documents.take_lock", lambda name, **options: None)
    act = made(staff)
    (failure,) = at_once(act, act)
    assert isinstance(failure, IntegrityError)


def test_a_draft_thrown_away_meanwhile_is_not_published(staff):
    made = draft(staff)()
    stale = CriteriaSet.objects.get(pk=made.pk)
    CriteriaSet.objects.filter(pk=made.pk).delete()
    with pytest.raises(Refused, match="vừa được bỏ. Hãy tải lại trang"):
        publishing.publish(stale, by=staff)
