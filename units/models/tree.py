"""Units and their history."""

from datetime import date

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from portal.core.vietnamese import text

from ..enums import CLERKS, LEVELS, Role, Subtype, UnitKind
from ..names import OWN_KEY


def on(day: date | None = None, *, start: str = "valid_from", end: str = "valid_to", prefix: str = "") -> Q:
    """Rows in force on the day (today when none is given); an end date is the last day."""
    day = day or timezone.localdate()
    ended = Q(**{f"{prefix}{end}__isnull": True}) | Q(**{f"{prefix}{end}__gte": day})
    return ended & Q(**{f"{prefix}{start}__lte": day})


def within(units, prefix: str = "") -> Q:
    """Rows whose place columns (`province`, `district`, `commune`, `unit`) fall under any of the units.

    Every place filter of the portal is built here: one indexed equality per level, never a walk up the tree.
    """
    under = Q(pk__in=[])
    for unit in units:
        under |= Q(**{f"{prefix}{UnitKind(unit.kind).place_column}": unit.pk})
    return under


def hosted_by(units, prefix: str = "") -> Q:
    """Rows of organisations that stand on the ground of one of the units, whoever manages them; one indexed column."""
    return Q(**{f"{prefix}stands_in__in": [unit.pk for unit in units if unit.kind in LEVELS]})


def whether(condition: Q) -> Case:
    """The condition as a column of every row; what is unknown counts as no."""
    return Case(When(condition, then=Value(True)), default=Value(False))


MARKED = Concat(Value(" "), "match_key", Value(" "))


def _spoken(words: str) -> Q:
    """The name holds the words, whatever their marks, or the code begins with them."""
    return Q(search_key__contains=text.search_key(words)) | Q(code__startswith=words.strip())


def _exactly(words: str) -> Q:
    """The code itself, or whole words with these very marks; asks for the alias `marked`."""
    return Q(code=words.strip()) | Q(marked__contains=f" {text.match_key(words)} ")


def _unlike_today(key: str) -> "UnitVersionQuerySet":
    """Versions of before, of the unit asked about, with a name or code it does not bear now; the rest say nothing new.

    Compared with the unit, they are read unit by unit through their index. Asked by the unit alone, PostgreSQL looks
    through all versions of the nation first, though a place has few.
    """
    alike = {name: OuterRef(name) for name in (key, "code")}
    return UnitVersion.objects.filter(unit=OuterRef("pk"), valid_to__isnull=False).exclude(**alike)


class UnitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Units the user's placements of today reach: the place itself, all it manages, and organisations that stand
        on its ground or are delegated to it.

        What is managed elsewhere is read, never changed: every right asks for the managing side (see permissions).
        """
        return self.filter(_managed(user) | hosted_by(user.grounds()) | Q(pk__in=user.entrusted()))

    def counted_for(self, user):
        """Units counted at the user's places: an organisation that only stands there counts where it is managed."""
        return self.filter(_managed(user))

    def hosted_for(self, user):
        """Organisations that stand on the ground of the user's places and are managed elsewhere."""
        return self.filter(hosted_by(user.grounds())).exclude(_managed(user))

    def entrusted_to(self, user):
        """Organisations whose management is delegated to the user's places today."""
        return self.filter(pk__in=user.entrusted())

    def with_relation(self, user):
        """`is_counted`: managed under one of the user's places; `is_entrusted`: delegated to one of them today."""
        return self.annotate(is_counted=whether(_managed(user)), is_entrusted=whether(Q(pk__in=user.entrusted())))

    def administered_by(self, user):
        """Units at or below a place where the user is administrator today."""
        held = [placement.unit for placement in user.placements_now() if placement.role == Role.ADMIN]
        return self.filter(within([place for place in held if place.kind in LEVELS]))

    def kept_by(self, user):
        """Units whose registers the user writes today; `permissions.may_keep` says the same of one unit."""
        held = user.placements_now()
        above = [placement.unit for placement in held if placement.role in (Role.STAFF, Role.ADMIN)]
        own = user.units_with(*CLERKS)
        below = within([place for place in above if place.kind in LEVELS]) | Q(pk__in=[place.pk for place in above])
        return self.filter(below | Q(pk__in=own) | Q(parent__in=own))

    def with_namesake(self):
        """`has_namesake`: open, and another open unit of its kind in its commune bears its name. A condition of the
        same query, read through the index of the commune's units by name."""
        alike = {name: OuterRef(name) for name in ("commune", "kind", "sort_key")}
        others = Unit.objects.filter(**alike, closed_on=None).exclude(pk=OuterRef("pk"))
        return self.annotate(has_namesake=whether(Q(Exists(others), closed_on=None)))

    def open_on(self, day: date | None = None):
        return self.filter(on(day, start="opened_on", end="closed_on"))

    def heirs(self) -> dict[int, int]:
        """The ended ones among these by id, each with the unit that took over; those without an heir are left out.

        An ended unit's place columns are its heir's, so the lowest of them is the heir. One query.
        """
        ended = self.filter(closed_on__isnull=False).annotate(heir=Coalesce("commune_id", "district_id", "province_id"))
        return dict(ended.exclude(heir=F("pk")).order_by().values_list("pk", "heir"))

    def search(self, words: str):
        """Units whose name or code of today or before holds the words; tone marks and case do not matter."""
        if not text.search_key(words):
            return self
        once = _unlike_today("search_key").filter(_spoken(words))
        return self.filter(_spoken(words) | Exists(once))

    def nearest_first(self, words: str):
        """Search results in their order: the code, then these very marks, then a name or code of before, then without.

        In each, ended ones come last.
        """
        before = _unlike_today("match_key").alias(marked=MARKED).filter(_exactly(words))
        nearness = Case(
            When(code=words.strip(), then=0),
            When(_exactly(words), then=1),
            When(Exists(before), then=2),
            default=3,
            output_field=models.IntegerField(),
        )
        return (
            self.alias(marked=MARKED)
            .alias(nearness=nearness)
            .order_by("nearness", F("closed_on").asc(nulls_first=True), "sort_key", "pk")
        )


def _managed(user) -> Q:
    places = user.places()
    return within([place for place in places if place.kind in LEVELS]) | Q(pk__in=[place.pk for place in places])


class Named:
    """What stands in lists by a name that others of its commune may bear: a unit, or its dossier.

    `has_namesake` comes from `with_namesake`, `apart` from `queries.tell_apart`; elsewhere the name stands alone.
    """

    has_namesake = False
    apart = ""
    commune_id: int | None

    @property
    def listed_unit_id(self) -> int:
        raise NotImplementedError

    @property
    def own_name(self) -> str:
        raise NotImplementedError

    @property
    def listed_name(self) -> str:
        """The name with what tells it apart: "Thôn Bản 1 · trước thuộc Xã Bản Qua"; mostly the name alone."""
        return f"{self.own_name} · {self.apart}" if self.apart else self.own_name


class Placed:
    """What has place columns."""

    province_id: int | None
    district_id: int | None
    commune_id: int | None

    @property
    def ancestor_ids(self) -> dict[str, int | None]:
        """The managing units by level, this one included: the snapshot columns of a fact."""
        return {"province": self.province_id, "district": self.district_id, "commune": self.commune_id}


class Unit(Named, Placed, models.Model):
    """A place or organisation that takes part in the movement."""

    kind = models.CharField("loại đơn vị", max_length=20, choices=UnitKind)
    subtype = models.CharField("phân loại", max_length=20, choices=Subtype)
    code = models.CharField("mã số", max_length=20, blank=True, help_text="Mã của Nhà nước; để trống nếu không có.")
    name = models.CharField("tên đơn vị", max_length=200)
    search_key = models.CharField(max_length=200, editable=False)
    match_key = models.CharField(max_length=300, editable=False)
    sort_key = models.CharField(max_length=600, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="đơn vị quản lý"
    )
    stands_in = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="hosted", verbose_name="đứng chân trên địa bàn"
    )
    province = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="tỉnh")
    district = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="huyện")
    commune = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="xã")
    opened_on = models.DateField("có từ ngày")
    closed_on = models.DateField("ngày cuối cùng", null=True, blank=True)
    is_demo = models.BooleanField("dữ liệu mẫu", default=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["sort_key", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("pk")), name="unit_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")), name="unit_closes_after_opening"
            ),
        ]
        indexes = [
            models.Index(fields=["province", "kind", "sort_key"], name="unit_by_province"),
            models.Index(fields=["district", "kind", "sort_key"], name="unit_by_district"),
            models.Index(fields=["commune", "kind", "sort_key"], name="unit_by_commune"),
            models.Index(fields=["code"], name="unit_by_code"),
        ]

    def __str__(self):
        return self.name

    def save(self, **kwargs):
        self.name = text.clean(self.name)
        for field, key in text.keys(self.name).items():
            setattr(self, field, key)
        super().save(**kwargs)

    @property
    def listed_unit_id(self) -> int:
        return self.pk

    @property
    def own_name(self) -> str:
        return self.name

    @property
    def own_key(self) -> str:
        """How files name it: DV12."""
        return f"{OWN_KEY}{self.pk}"

    @property
    def is_level(self) -> bool:
        """A level of government: it may hold people and committees that act for the units below."""
        return self.kind in LEVELS

    @property
    def is_over(self) -> bool:
        return self.closed_on is not None and self.closed_on < timezone.localdate()

    @property
    def province_of_today(self) -> "Unit":
        """The province it lies in; an open province itself, without a query."""
        return self if self.province_id == self.pk else self.province or self

    @property
    def commune_above(self) -> "Unit | None":
        """The commune it lies in; none for a commune itself."""
        return self.commune if self.commune_id != self.pk else None

    @property
    def district_above(self) -> "Unit | None":
        """The district it lies in; none for a district itself."""
        return self.district if self.district_id != self.pk else None

    @property
    def dated_name(self) -> str:
        """The name, with the last day of a unit that ended: it may share its name with a unit of today."""
        return f"{self.name} (đến {self.closed_on:%d/%m/%Y})" if self.closed_on else self.name

    @property
    def heir_id(self) -> int | None:
        """The unit an ended one's facts lie at today; its own id while it is open."""
        return self.commune_id or self.district_id or self.province_id if self.is_over else self.pk


class UnitVersionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Versions whose place, or the ground they stood on, as it was then, is the user's or one it took over."""
        return self.filter(within(user.grounds()) | hosted_by(user.grounds()))

    def counted_for(self, user):
        """Versions counted at the user's places: where the unit was managed."""
        return self.filter(within(user.grounds()))

    def in_force(self, day: date):
        """Versions of the day; the last one of an ended unit ends with it."""
        return self.filter(on(day))

    def search(self, words: str):
        """Versions whose name or code of that time holds the words; tone marks and case do not matter."""
        return self.filter(_spoken(words)) if text.search_key(words) else self

    def nearest_first(self, words: str, *then):
        """Search results in their order: the code, then these very marks, then without; in each by `then`."""
        nearness = Case(
            When(code=words.strip(), then=0),
            When(_exactly(words), then=1),
            default=2,
            output_field=models.IntegerField(),
        )
        return self.alias(marked=MARKED).alias(nearness=nearness).order_by("nearness", *then, "sort_key", "pk")


class UnitVersion(Placed, models.Model):
    """How a unit was called and who managed it during a time."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions", verbose_name="đơn vị")
    kind = models.CharField("loại đơn vị", max_length=20, choices=UnitKind, default="", editable=False)  # the unit's
    name = models.CharField("tên đơn vị", max_length=200)
    subtype = models.CharField("phân loại", max_length=20, choices=Subtype)
    code = models.CharField("mã số", max_length=20, blank=True)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="đơn vị quản lý")
    stands_in = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="đứng chân trên địa bàn"
    )
    province = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="tỉnh")
    district = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="huyện")
    commune = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="xã")
    valid_from = models.DateField("từ ngày")
    valid_to = models.DateField("đến hết ngày", null=True, blank=True)
    search_key = models.CharField(max_length=200, editable=False, default="")
    match_key = models.CharField(max_length=300, editable=False, default="")
    sort_key = models.CharField(max_length=600, editable=False, default="")

    objects = UnitVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "bản ghi lịch sử đơn vị"
        verbose_name_plural = "lịch sử đơn vị"
        ordering = ["valid_from"]
        indexes = [
            models.Index(fields=["province", "kind", "valid_from"], name="version_by_province"),
            models.Index(fields=["parent", "valid_from"], name="version_by_parent"),
            models.Index(fields=["unit"], condition=Q(valid_to__isnull=False), name="version_of_before"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="one_version_a_day"),
            models.UniqueConstraint(fields=["unit"], condition=Q(valid_to__isnull=True), name="one_current_version"),
        ]

    def __str__(self):
        return f"{self.name} ({self.valid_from:%d/%m/%Y})"

    @property
    def hosted_in(self) -> Unit | None:
        """The place it stood on while another one managed it."""
        return self.stands_in if self.stands_in_id != self.parent_id else None
