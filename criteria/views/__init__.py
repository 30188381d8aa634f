"""Pages of the criteria app, by noun."""

from .documents import document_edit, document_file, document_list, programme_create
from .editing import part_act, part_edit, set_act, set_create, set_edit, set_publish
from .guide import guide, guide_begin, programme_list
from .sets import criteria_detail, criteria_list, import_preview, set_compare, set_export, set_import
from .streaks import rule_act, rule_detail, rule_edit, rule_export, rule_list

__all__ = [
    "criteria_detail",
    "criteria_list",
    "document_edit",
    "document_file",
    "document_list",
    "guide",
    "guide_begin",
    "import_preview",
    "part_act",
    "part_edit",
    "programme_create",
    "programme_list",
    "rule_act",
    "rule_detail",
    "rule_edit",
    "rule_export",
    "rule_list",
    "set_act",
    "set_compare",
    "set_create",
    "set_edit",
    "set_export",
    "set_import",
    "set_publish",
]
