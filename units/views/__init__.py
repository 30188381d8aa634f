"""Pages on units, files of units, people, committees and registers."""

from .as_of import as_of, unit_as_of
from .committee_acts import committee_add, committee_edit, committee_end, committees_add
from .committee_files import (
    committee_export,
    committee_import,
    committee_preview,
    seat_export,
    seat_import,
    seat_preview,
)
from .committees import (
    committee_changes,
    committee_detail,
    committee_list,
    seat_end,
)
from .delegations import delegation_add, delegation_end, delegation_list
from .file_imports import import_list, import_undo
from .handovers import handover_acknowledge, handover_detail, handover_make
from .intake import import_job, import_progress
from .marked import marked_file
from .people import (
    password_reset,
    passwords_reissue,
    people,
    person_add,
    person_detail,
    placement_end,
    placements_prolong,
    post_correct,
)
from .people_files import people_export, people_import, people_preview, slips_take
from .provinces import province_at_hand
from .reform_effects import reform_files, reform_namesakes, reform_people, reform_trees
from .reforms import (
    change_add,
    change_drop,
    changes_export,
    changes_import,
    reform_act,
    reform_correct,
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
from .unit_acts import unit_add, unit_correct, unit_end
from .unit_files import import_preview, import_units, template_file, unit_export
from .units import unit_detail, unit_list

__all__ = [
    "province_at_hand",
    "unit_add",
    "unit_correct",
    "unit_end",
    "committee_add",
    "committee_export",
    "committee_import",
    "committee_preview",
    "committee_edit",
    "committee_end",
    "committees_add",
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
    "handover_acknowledge",
    "handover_detail",
    "handover_make",
    "import_job",
    "import_list",
    "import_preview",
    "import_progress",
    "import_undo",
    "import_units",
    "marked_file",
    "password_reset",
    "passwords_reissue",
    "people",
    "people_export",
    "people_import",
    "people_preview",
    "person_add",
    "person_detail",
    "placement_end",
    "placements_prolong",
    "post_correct",
    "reform_act",
    "reform_correct",
    "reform_create",
    "reform_detail",
    "reform_files",
    "reform_namesakes",
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
    "slips_take",
    "template_file",
    "unit_as_of",
    "unit_detail",
    "unit_export",
    "unit_list",
]
