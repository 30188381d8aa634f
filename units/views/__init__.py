"""Pages on units, files of units, people and committees."""

from .committees import committee_detail, committee_list, seat_end
from .files import import_job, import_preview, import_progress, import_units, template_file, unit_export
from .people import password_reset, people, person_add, person_detail, placement_end
from .units import unit_detail, unit_list

__all__ = [
    "committee_detail",
    "committee_list",
    "import_job",
    "import_preview",
    "import_progress",
    "import_units",
    "password_reset",
    "people",
    "person_add",
    "person_detail",
    "placement_end",
    "seat_end",
    "template_file",
    "unit_detail",
    "unit_export",
    "unit_list",
]
