"""The act: cycles, evaluations, answers, evidence, sittings, decisions, recognitions."""

from django.apps import AppConfig


class EvaluationsConfig(AppConfig):
    name = "evaluations"
    verbose_name = "Đánh giá"

    def ready(self):
        from units.files.intakes import PLACES, WORDS  # noqa: PLC0415 -- as above
        from units.reforms import FOLLOWERS  # noqa: PLC0415 -- models are ready only now
        from units.services import OPEN_MATTERS, OPEN_WORK, TAKEN_BACK  # noqa: PLC0415 -- as above

        from . import tasks  # noqa: F401, PLC0415 -- registers the job kind in every process
        from .queries import under_way  # noqa: PLC0415 -- as above
        from .services import sits_after  # noqa: PLC0415 -- as above
        from .services.reforms import DossiersFollow  # noqa: PLC0415 -- as above
        from .services.undoing import KINDS  # noqa: PLC0415 -- as above

        PLACES["import_past"] = ("evaluations:past_list", "evaluations:past_import")
        WORDS["import_past"] = "Kết quả năm trước"
        PLACES["import_past_totals"] = ("evaluations:past_totals_list", "evaluations:past_totals_import")
        WORDS["import_past_totals"] = "Số tổng của năm trước"
        PLACES["import_grid"] = ("evaluations:grid", "evaluations:grid_import")
        WORDS["import_grid"] = "Bảng nhập đã điền"
        TAKEN_BACK.update(KINDS)
        FOLLOWERS.append(DossiersFollow())
        OPEN_WORK.append(sits_after)
        OPEN_MATTERS.append(under_way)
