"""The places the demo plays in: real districts and communes out of their files, and what stands in them made up."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction

from units.enums import UnitKind
from units.files.loading import load_file
from units.models import Unit
from units.services import lock_tree

from . import units

FOLDER = settings.BASE_DIR / "fixtures" / "units"
FILES = ("bac-giang-2020", "bac-ninh-2025", "nga-son-2018", "dong-nai-2023", "dong-trieu-2023")


@transaction.atomic
def load_places(say: Callable[[str], None] = lambda line: None) -> None:
    """The demo's units, those that are not here yet; a line for each file and province. All of them or none."""
    lock_tree()
    for name in FILES:
        new, known = load_file(FOLDER / f"{name}.csv")
        say(f"{name}.csv: thêm {new} đơn vị, {known} đã có.")
    for province in Unit.objects.filter(kind=UnitKind.PROVINCE, code__in=units.AREAS):
        say(f"{province}: thêm {len(units.add(province))} khu dân cư và tổ chức mẫu.")
