"""Pages on units, files of units, people, committees and registers."""

from .as_of import as_of, unit_as_of
from .committees import (
    committee_changes,
    committee_detail,
    committee_list,
    seat_end,
    seat_export,
    seat_import,
    seat_preview,
)
from .delegations import delegation_add, delegation_end, delegation_list
from .files import import_preview, import_units, template_file, unit_export
from .intake import import_job, import_progress
from .people import password_reset, people, person_add, person_detail, placement_end
from .reform_effects import reform_files, reform_people, reform_trees
from .reforms import (
    change_add,
    change_drop,
    changes_export,
    changes_import,
    reform_act,
    reform_create,
    reform_detail,
    reform_list,
)
from .registers import (
    register_add,
    register_drop,
    register_edit,
    register_export,
    register_import,
    register_index,
    register_list,
    register_preview,
    register_template,
)
from .units import unit_detail, unit_list

__all__ = [
    "as_of",
    "change_add",
    "change_drop",
    "changes_export",
    "changes_import",
    "committee_changes",
    "committee_detail",
    "committee_list",
    "delegation_add",
    "delegation_end",
    "delegation_list",
    "import_job",
    "import_preview",
    "import_progress",
    "import_units",
    "password_reset",
    "people",
    "person_add",
    "person_detail",
    "placement_end",
    "reform_act",
    "reform_create",
    "reform_detail",
    "reform_files",
    "reform_list",
    "reform_people",
    "reform_trees",
    "register_add",
    "register_drop",
    "register_edit",
    "register_export",
    "register_import",
    "register_index",
    "register_list",
    "register_preview",
    "register_template",
    "seat_end",
    "seat_export",
    "seat_import",
    "seat_preview",
    "template_file",
    "unit_as_of",
    "unit_detail",
    "unit_export",
    "unit_list",
]
