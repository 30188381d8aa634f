"""One filter set for each list (units, people, registers): page, export and API."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Q, TextChoices
from django.forms import Select, TextInput
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from portal.core.filters import AddressOnly, WholeFilter
from portal.core.vietnamese import text

from .enums import LEVELS, Relation, Role, Subtype, UnitKind
from .models import Placement, Unit, on
from .queries import names_apart
from .registers import REGISTERS, Register


class DistrictSelect(Select):
    """A choice among the reader's districts; not drawn where there are none, as in a province that always had two
    levels. What the address asks is read and refused as ever."""

    @property
    def is_hidden(self) -> bool:
        if isinstance(self.choices, ModelChoiceIterator):
            self.choices = list(self.choices)  # whether there are any and which are read once a form
        return not any(value for value, _ in self.choices)

    def render(self, name, value, attrs=None, renderer=None):
        return "" if self.is_hidden else super().render(name, value, attrs, renderer)


class NamedApart(filters.fields.ModelChoiceIterator):
    """Places by name: one that ended with its last day, those of one name with where they lie. Read once."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        rows = list(self.queryset.select_related("province", "district"))
        names = names_apart(rows)
        for row in rows:
            yield (self.choice(row)[0], names[row.pk])


class LevelField(filters.fields.ModelChoiceField):
    iterator = NamedApart


class LevelFilter(filters.ModelChoiceFilter):
    """A choice among provinces, districts or communes."""

    field_class = LevelField


class OfLevels(filters.FilterSet):
    """With choices among provinces, districts or communes: drawn, and read, for those whose places, the ended ones they
    took over included, lie above the level or are several of it. Others have nothing to choose among, and their lists
    ask three queries less; what the address asks is read and refused as ever."""

    def __init__(self, *args, request=None, **kwargs):
        super().__init__(*args, request=request, **kwargs)
        if request is None:  # the API's schema
            return
        kinds = [place.kind for place in request.user.grounds()]
        for rank, level in enumerate(LEVELS):
            is_above = any(kind in LEVELS[:rank] for kind in kinds)
            if level.value in self.filters and not is_above and kinds.count(level) < 2:
                self.filters[level.value].extra["widget"] = AddressOnly


class OpenOrEnded(TextChoices):
    OPEN = "open", "Chỉ đang hoạt động"
    CLOSED = "closed", "Đã kết thúc"
    ALL = "all", "Tất cả"


def _visible(kind: str):
    def units(request):
        if request is None:  # the API's schema is drawn without a request
            return Unit.objects.none()
        return Unit.objects.visible_to(request.user).filter(kind=kind)

    return units


def by_relation(rows, value: str, user):
    """Rows of one relation to the user's places; units and files have the same scopes."""
    match value:
        case Relation.HOSTED:
            return rows.hosted_for(user)
        case Relation.ENTRUSTED:
            return rows.entrusted_to(user)
    return rows.counted_for(user)


class UnitFilterSet(OfLevels):
    """Without a search the list is in the order of the alphabet; with one, the nearest names come first."""

    q = filters.CharFilter(label="Tên hoặc mã số", method="filter_q", max_length=100)
    kind = filters.ChoiceFilter(label="Loại đơn vị", choices=UnitKind, empty_label="Tất cả các loại")
    subtype = filters.ChoiceFilter(label="Phân loại", choices=Subtype)
    province = LevelFilter(label="Tỉnh", queryset=_visible(UnitKind.PROVINCE))
    district = LevelFilter(
        label="Huyện", queryset=_visible(UnitKind.DISTRICT), empty_label="Tất cả", widget=DistrictSelect
    )
    commune = LevelFilter(label="Xã", queryset=_visible(UnitKind.COMMUNE))
    parent = WholeFilter(
        label="Đơn vị quản lý (mã trong cổng)", field_name="parent_id", min_value=1, max_value=2**63 - 1
    )
    hosted_in = WholeFilter(
        label="Đứng chân tại, do nơi khác quản lý (mã trong cổng)",
        method="filter_hosted_in",
        min_value=1,
        max_value=2**63 - 1,
    )
    relation = filters.ChoiceFilter(
        label="Quan hệ", choices=Relation, method="filter_relation", empty_label="Mọi quan hệ"
    )
    standing = filters.ChoiceFilter(
        label="Tình trạng",
        choices=OpenOrEnded,
        method="filter_standing",
        empty_label="Đang hoạt động; khi tìm thì cả đã kết thúc",
    )

    class Meta:
        model = Unit
        fields = (
            "q",
            "kind",
            "subtype",
            "province",
            "district",
            "commune",
            "parent",
            "hosted_in",
            "relation",
            "standing",
        )

    def filter_queryset(self, queryset):
        """Without words only units of today; a search also finds those that ended, under their old names and codes."""
        data = self.form.cleaned_data
        if not data.get("standing") and not data.get("q"):
            queryset = queryset.open_on()
        return super().filter_queryset(queryset)

    def filter_q(self, queryset, name, words):
        return queryset.search(words).nearest_first(words)

    def filter_hosted_in(self, queryset, name, ground):
        return queryset.filter(stands_in=ground).exclude(parent=ground)

    def filter_relation(self, queryset, name, value: str):
        return by_relation(queryset, value, self.request.user)

    def filter_standing(self, queryset, name, value: str):
        if value == OpenOrEnded.OPEN:
            return queryset.open_on()
        return queryset.filter(closed_on__lt=timezone.localdate()) if value == OpenOrEnded.CLOSED else queryset


class PlacementFilterSet(filters.FilterSet):
    """People by name of post or place, role and time."""

    q = filters.CharFilter(
        label="Chức danh, tài khoản, nơi công tác", method="filter_q", max_length=100, widget=TextInput
    )
    role = filters.ChoiceFilter(label="Vai trò", choices=Role, empty_label="Tất cả vai trò")
    standing = filters.ChoiceFilter(
        label="Tình trạng", choices=OpenOrEnded, method="filter_standing", empty_label="Đang giữ vai trò"
    )
    ends_within = WholeFilter(label="Hết hạn trong (ngày)", method="filter_ends_within", min_value=0, max_value=3660)

    class Meta:
        model = Placement
        fields = ("q", "role", "standing", "ends_within")

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data.get("standing"):
            queryset = self.filter_standing(queryset, "standing", OpenOrEnded.OPEN)
        return super().filter_queryset(queryset)

    def filter_q(self, queryset, name, words):

        key = text.search_key(words)
        return queryset.filter(Q(user__search_key__contains=key) | Q(unit__search_key__contains=key))

    def filter_ends_within(self, queryset, name, value):
        today = timezone.localdate()
        return queryset.filter(valid_to__range=(today, today + timedelta(days=int(value))), withdrawn_at=None)

    def filter_standing(self, queryset, name, value):
        today = timezone.localdate()
        coming = Q(valid_from__gt=today, withdrawn_at=None)
        if value == OpenOrEnded.OPEN:
            return queryset.filter(on() & Q(withdrawn_at=None) | coming)
        if value == OpenOrEnded.CLOSED:
            return queryset.filter(Q(valid_to__lt=today) | Q(withdrawn_at__isnull=False))
        return queryset


def register_filterset(register: Register) -> type[filters.FilterSet]:
    """The filters of one register's list, shared by its page, file and API."""
    place = register.place
    own: dict[str, filters.Filter] = {
        name: filters.ChoiceFilter(
            label=register.label(name), field_name=name, choices=register.field(name).choices, empty_label="Tất cả"
        )
        for name in register.choices
    }
    if register.is_yearly:
        own["year"] = WholeFilter(label="Năm", field_name="year", min_value=0, max_value=9999)
    for level, label, widget in ((UnitKind.DISTRICT, "Huyện", DistrictSelect), (UnitKind.COMMUNE, "Xã", Select)):
        own[level.value] = LevelFilter(
            label=label,
            field_name=f"{place}__{level.value}",
            queryset=_visible(level),
            empty_label="Tất cả",
            widget=widget,
        )
    own["unit"] = WholeFilter(label="Đơn vị (mã trong cổng)", field_name=place, min_value=1, max_value=2**63 - 1)
    own["q"] = filters.CharFilter(label="Tìm theo tên", method="filter_q", max_length=100)
    body = own | {
        "filter_q": lambda self, queryset, name, words: queryset.search(words),
        "Meta": type("Meta", (), {"model": register.model, "fields": tuple(own)}),
    }
    return type(f"{register.model.__name__}FilterSet", (OfLevels,), body)


REGISTER_FILTERS = {slug: register_filterset(register) for slug, register in REGISTERS.items()}
