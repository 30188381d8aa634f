"""Units in by file: one django-import-export resource for the page and the command."""

from functools import partial

from django.db import transaction
from import_export import resources, widgets
from import_export.fields import Field

from portal.core.sheets.cells import read_choice, read_date
from portal.core.sheets.reading import Problem

from .. import services
from ..enums import SUBTYPES, Subtype, UnitKind
from ..models import Unit
from ..services import NewUnit
from .keys import Here
from .units import COLUMNS, UnitFile, UnitRow, check, read_code, read_name


class WordWidget(widgets.Widget):
    """A choice written as its value or its Vietnamese label, with or without tone marks."""

    def __init__(self, choices, column: str):
        super().__init__()
        self.choices, self.column = choices, column

    def clean(self, value, row=None, **kwargs):
        return read_choice(self.choices, value, self.column, offered=partial(self.offered, row))

    def offered(self, row):
        return None


class SubtypeWidget(WordWidget):
    """Names, in a refusal, the subtypes of the row's own kind."""

    def offered(self, row):
        try:
            return SUBTYPES[UnitKind(read_choice(UnitKind, row["kind"], ""))]
        except ValueError:
            return None


class DayWidget(widgets.Widget):
    """A date as 31/01/2020 or 2020-01-31."""

    def __init__(self, column: str, *, required: bool):
        super().__init__()
        self.column, self.required = column, required

    def clean(self, value, row=None, **kwargs):
        return read_date(value, self.column, required=self.required)


class TextWidget(widgets.Widget):
    def __init__(self, read):
        super().__init__()
        self.read = read

    def clean(self, value, row=None, **kwargs):
        return self.read(value)


class UnitResource(resources.ModelResource):
    """One row is one unit. Importing checks every row first and writes through `services.place_units` or not at all."""

    kind = Field("kind", "kind", widget=WordWidget(UnitKind, COLUMNS["kind"]))
    subtype = Field("subtype", "subtype", widget=SubtypeWidget(Subtype, COLUMNS["subtype"]))
    code = Field("code", "code", widget=TextWidget(read_code))
    name = Field("name", "name", widget=TextWidget(read_name))
    opened_on = Field("opened_on", "opened_on", widget=DayWidget(COLUMNS["opened_on"], required=True))
    closed_on = Field("closed_on", "closed_on", widget=DayWidget(COLUMNS["closed_on"], required=False))

    class Meta:
        model = Unit
        fields = ("kind", "subtype", "code", "name", "opened_on", "closed_on")
        import_id_fields = ()
        use_bulk = True
        batch_size = None
        skip_diff = True
        force_init_instance = True

    def __init__(self, file: str = "", *, user=None):
        """`user` imports below the places they administer; None is the command line, which may open provinces."""
        super().__init__()
        self.user = user
        self.file = UnitFile(file)
        reachable = Unit.objects.all() if user is None else Unit.objects.administered_by(user)
        self.here = Here(reachable=reachable, all=Unit.objects.all())
        self.placed: list[Unit] = []

    def before_import(self, dataset, **kwargs):
        self.file = UnitFile(self.file.file, keys=set(filter(None, map(str.strip, dataset["key"]))))

    def save_instance(self, instance, is_create, row, **kwargs):
        """Keep the row; nothing is written before all rows are checked against one another."""
        key, parent_key, stands_in_key = (row[name].strip() for name in ("key", "parent_key", "stands_in_key"))
        self.file.rows.append(UnitRow(row["row"], key, parent_key, stands_in_key, unit=instance))

    def after_import(self, dataset, result, **kwargs):
        numbers = dataset["row"]
        for invalid in result.invalid_rows:
            for sentence in invalid.error.messages:
                self.file.problems.append(Problem(self.file.file, numbers[invalid.number - 1], sentence))
        check(self.file, self.here, roots=self.user is None)
        if not self.dry and not self.file.problems:
            self.placed = services.place_units(
                [_new_unit(row) for row in self.file.new_rows], on=self.file.rows[0].unit.opened_on
            )

    def _run(self, dataset, *, dry: bool) -> list[Problem]:
        self.dry = dry
        result = self.import_data(dataset, dry_run=dry, use_transactions=True, raise_errors=False)
        for failure in [*result.base_errors, *(error for _, errors in result.row_errors() for error in errors)]:
            raise failure.error
        return self.file.problems

    def check(self, dataset) -> list[Problem]:
        """Every problem of the file; writes nothing."""
        return self._run(dataset, dry=True)

    def apply(self, dataset) -> list[Problem]:
        """Place the new units of the file in one transaction, or none of them when there is a problem."""
        with transaction.atomic():
            services.lock_tree()
            return self._run(dataset, dry=False)


def _new_unit(row: UnitRow) -> NewUnit:
    unit = row.unit
    return NewUnit(
        kind=unit.kind,
        subtype=unit.subtype,
        name=unit.name,
        code=unit.code,
        key=f"{row.number}",
        parent=_named(row.parent),
        stands_in=_named(row.stands_in),
        opened_on=unit.opened_on,
        closed_on=unit.closed_on,
    )


def _named(named: UnitRow | Unit | None) -> Unit | str | None:
    if isinstance(named, UnitRow):
        return named.existing or f"{named.number}"
    return named
