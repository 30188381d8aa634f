"""What the database holds that packs lean on or run into: codes, contents of stored sets, years that are taken."""

from ..enums import SetStatus
from ..models import CriteriaSet, Criterion, LegalDocument, Programme
from .content import CRITERION_FIELDS, content_of, plain, split_name
from .reading import Known


def years_taken(sets) -> list[dict]:
    """Which programme judges which kinds where in which years, as flaws.years_meet compares them."""
    return [
        {
            "programme": one.programme.code,
            "code": one.code,
            "version": one.version,
            "unit_kinds": one.unit_kinds,
            "province_code": one.province_code,
            "place_code": one.place_code,
            "is_example": one.is_example,
            "is_published": one.status == SetStatus.PUBLISHED,
            "first_year": one.first_year,
            "last_year": one.last_year,
            "preconditions": [
                {"programme": row.programme.code, "years_back": row.years_back} for row in one.preconditions.all()
            ],
        }
        for one in sets.select_related("programme").prefetch_related("preconditions__programme")
    ]


def known() -> Known:
    """What the database already holds that a pack may lean on or run into."""
    return Known(
        documents=frozenset(LegalDocument.objects.values_list("code", flat=True)),
        programmes=frozenset(Programme.objects.values_list("code", flat=True)),
        criteria={row["code"]: row for row in _stored_criteria()},
        sets=tuple(years_taken(CriteriaSet.objects.exclude(status=SetStatus.RETIRED))),
        base=published_content,
        copied=stored_content,
    )


def published_content(name: str) -> dict | None:
    """The content of the published set an overlay names ("TT124-KDC/1"); None when there is none."""
    return stored_content(name, CriteriaSet.objects.published())


def stored_content(name: str, among=None) -> dict | None:
    """The content of a stored set by its name ("TT124-KDC/1"), a draft's too; None when there is none."""
    code, version = split_name(name)
    sets = CriteriaSet.objects.all() if among is None else among
    found = sets.filter(code=code, version=version).first()
    return content_of(found) if found else None


def _stored_criteria():
    for row in Criterion.objects.order_by("criteria_set__version"):
        yield {name: plain(getattr(row, name)) for name in CRITERION_FIELDS}
