"""What is sent to each route of the table: the object of the address and the data of the form."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from criteria import services
from criteria.models import Programme
from criteria.packs.content import content_of, digest
from criteria.packs.rules import content_of_bar, content_of_rule
from criteria.services import documents
from evaluations.models import Evaluation
from evaluations.services import print_of_attendance
from tests.criteria.factories import SMALL
from tests.evaluations import factories
from units import reforms
from units.enums import Role
from units.registers import REGISTERS, print_of_row

from .world import (
    OLD_YEAR,
    PASSWORD,
    World,
    committee_file,
    import_file,
    past_file,
    people_file,
    register_file,
    seat_file,
    total_file,
)

FILE_OF_ROUTE = {
    "evaluations:detail": "registered",
    "evaluations:entry": "registered",
    "evaluations:cell": "registered",
    "evaluations:timing": "submitted",
    "evaluations:accept": "submitted",
    "evaluations:confirm": "registered",
    "evaluations:remark": "submitted",
    "evaluations:evidence_add": "registered",
    "evaluations:evidence_shelf": "registered",
    "api:evaluation-detail": "registered",
}
FILE_OF_ACTION = {
    "register": "expected",
    "submit": "ready",
    "withdraw": "expected",
    "exclude": "withdrawn",
    "restore": "withdrawn",
    "recall": "submitted",
    "return": "submitted",
    "appraise": "judged",
    "reconsider": "declined",
    "recognise": "proposed",
}
SIGNED = {"symbol": "QĐ-UBND", "signed_on": "20/11/2024", "signer": "Nguyễn Văn Mẫu", "password": PASSWORD}
DAY = "2026-01-01"
UNIT = {"name": "Thôn Thử Thêm", "subtype": "thon", "ground": "Quyết định số 1"}
RULES = {"quorum_percent": 50, "approval_percent": 50, "majority_of": "all", "ground": "Quy chế số 1"}
REPORT = {"programme": "safety", "year": "2024", "kind": "", "format": "xlsx"}
DOCUMENT = {"number": "15/QĐ-UBND", "cite": "QĐ 15/2026", "title": "Quyết định", "issuer": "Uỷ ban nhân dân tỉnh"}
PAPER = factories.make_paper("Minh chứng của ma trận").read()


def asked(world: World, route: str, method: str, case: str) -> tuple[dict, dict | None]:
    """(arguments of the address, data); the data are None where nothing is sent."""
    home = world.home
    address, data = ADDRESSES.get(route, lambda home, case: {})(home, case), None
    if method == "POST" or (route, method) in WITH_QUERY:
        data = DATA.get(route, lambda home, case: {})(home, case)
    return address, data


def dossier_of(home, route: str, case: str) -> dict:
    return {"pk": (home.candidate if case == "hosted" else home.dossiers[_named(case) or FILE_OF_ROUTE[route]]).pk}


def _named(case: str) -> str:
    return "commune" if case == "commune" else ""


def _acted_on(home, case: str) -> dict:
    action, _, place = case.partition(" ")
    if place == "hosted":
        return {"pk": home.candidate.pk}
    return {"pk": home.dossiers[_named(place) or FILE_OF_ACTION.get(action, "expected")].pk}


def _set_of(home, case: str) -> dict:
    return {"pk": home.own_set.pk if case == "the province's" else home.dossiers["expected"].criteria_set_id}


def _document(home, case: str):
    return home.own_set.document if case == "the province's" else home.dossiers["expected"].criteria_set.document


def _row(home, **fields) -> dict:
    """A row of the draft's as its form sends it, with the hash of the draft the page was made from."""
    return fields | {"article": "Điều 1", "confidence": "T", "seen": digest(content_of(home.own_set))}


def _rule(home, **fields) -> dict:
    """A rule of years running as its form sends it."""
    document = home.dossiers["expected"].criteria_set.document.code
    return fields | {
        "name": "Quy tắc mới",
        "programme": "safety",
        "document": document,
        "article": "Điều 5",
        "valid_from": "01/01/2032",
        "unit_kinds": ["commune"],
        "counts": ["safety"],
        "missing_year": "breaks",
        "statement": "Tính các năm liền.",
        "confidence": "T",
        "moc-TOTAL_FORMS": "1",
        "moc-INITIAL_FORMS": "0",
        "moc-0-years": "3",
        "moc-0-level": "province",
        "moc-0-title": "Ba năm",
        "moc-0-article": "Điều 5",
    }


def _must(dossier):
    return next(line for line in factories.answered(dossier) if line.measure == "must")


def _form_of(dossier) -> dict:
    """The entry form as the browser sends it, with one answer changed."""
    versions = dict(dossier.answers.values_list("criterion__code", "version"))
    data = {
        f"{line.code.replace('.', '_')}-version": versions.get(line.code, 0) for line in factories.answered(dossier)
    }
    return data | {f"{_must(dossier).code.replace('.', '_')}-met": "yes"}


def _cell(home, case: str) -> dict:
    dossier = home.dossiers["submitted" if case == "appraised" else "registered"]
    code = _must(dossier).code
    version = dossier.answers.get(criterion__code=code).version
    return {"code": code, "text": "Đ", "version": version, "side": case}


def _block(home, case: str) -> dict:
    dossier = home.dossiers["registered"]
    asked = _cell(home, case)
    return {"block": asked["text"], "code": asked["code"], "row": f"{dossier.pk} {asked['version']}"}


def _evidence(home, case: str) -> dict:
    code = _must(home.dossiers["registered"]).code
    held = SimpleUploadedFile("minh-chung.pdf", PAPER, "application/pdf")
    return {"file": held, "title": "Báo cáo", "codes": [code]}


def _acting(route: str):
    return lambda home, case: dossier_of(home, route, case)


def _cell_address(home, case: str) -> dict:
    return {"pk": home.dossiers["submitted" if case == "appraised" else "registered"].pk}


ADDRESSES = {
    **{route: _acting(route) for route in FILE_OF_ROUTE},
    "evaluations:act": _acted_on,
    "evaluations:cell": _cell_address,
    "evaluations:evidence_file": lambda home, case: {"pk": home.evidence.pk},
    "evaluations:evidence_edit": lambda home, case: {"pk": home.evidence.pk},
    "evaluations:evidence_remove": lambda home, case: {"pk": home.evidence.pk},
    **dict.fromkeys(
        [f"evaluations:{name}" for name in ("cycle_roster", "cycle_refreeze", "cycle_delete", "late_unit_add")],
        lambda home, case: {"pk": (home.own_year if case == "own year" else home.cycle).pk},
    ),
    "evaluations:late_unit_drop": lambda home, case: {
        "pk": home.cycle.pk,
        "dossier": Evaluation.objects.get(cycle=home.cycle, unit=home.areas["expected"]).pk,
    },
    "evaluations:cycle_close": lambda home, case: {
        "pk": {"old year": home.old, "own year": home.own_year}.get(case, home.cycle).pk
    },
    "evaluations:cycle_reopen": lambda home, case: {"pk": (home.locked if case == "locked year" else home.cycle).pk},
    "evaluations:grid": lambda home, case: {"cycle": (home.own_year if case == "own year" else home.cycle).pk},
    "evaluations:grid_act": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_block": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_confirm": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_book": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_import": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_left": lambda home, case: {"cycle": home.cycle.pk, "token": "khong-co"},
    "evaluations:grid_preview": lambda home, case: {"cycle": home.cycle.pk, "token": "khong-co"},
    "evaluations:evidence_share": lambda home, case: {
        "cycle": home.cycle.pk,
        "bo": home.dossiers["registered"].criteria_set_id,
    },
    "evaluations:selection": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:award_bar_end": lambda home, case: {"pk": home.bar.pk},
    **dict.fromkeys(
        ["evaluations:award_bar_edit", "evaluations:award_bar_act"], lambda home, case: {"pk": home.bar_draft.pk}
    ),
    "evaluations:sitting_detail": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:agenda_add": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:agenda_remove": lambda home, case: {"pk": home.sitting.pk, "item": home.item.pk},
    "evaluations:sitting_attendance": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:sitting_vote": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:sitting_edit": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:sitting_drop": lambda home, case: {"pk": home.empty_sitting.pk},
    "evaluations:sitting_close": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:decision_detail": lambda home, case: {"pk": (home.draft if case == "draft" else home.decision).pk},
    "evaluations:decision_issue": lambda home, case: {"pk": home.draft.pk},
    "evaluations:recognition_revoke": lambda home, case: {"pk": home.recognition.pk},
    "evaluations:keep": lambda home, case: {"pk": home.recognition.evaluation_id},
    "units:delegation_add": lambda home, case: {"pk": home.school.pk},
    "units:delegation_end": lambda home, case: {"pk": home.delegation.pk},
    "api:committee-detail": lambda home, case: {"pk": home.committee.pk},
    "api:delegation-detail": lambda home, case: {"pk": home.delegation.pk},
    "units:correct": lambda home, case: {"pk": home.areas["expected"].pk},
    "units:end": lambda home, case: {"pk": home.areas["expected"].pk},
    "units:detail": lambda home, case: {"pk": _unit(home, case).pk},
    "units:detail_as_of": lambda home, case: {"pk": _unit(home, case).pk},
    "units:import_preview": lambda home, case: {"token": home.import_token},
    "units:marked_file": lambda home, case: {"token": home.marked_token},
    "units:import_undo": lambda home, case: {"pk": home.record.pk},
    **dict.fromkeys(["list_file", "list_file_progress", "list_file_take"], lambda home, case: {"pk": home.list_job.pk}),
    "units:import_job": lambda home, case: {"pk": home.job.pk},
    "units:import_progress": lambda home, case: {"pk": home.job.pk},
    "units:person_detail": lambda home, case: {"pk": home.clerk.pk},
    "units:handover_make": lambda home, case: {"pk": home.placement.pk},
    **dict.fromkeys(
        ["units:handover_detail", "units:handover_acknowledge"], lambda home, case: {"pk": home.handover.pk}
    ),
    **dict.fromkeys(["units:password_reset", "units:post_correct"], lambda home, case: {"pk": home.clerk.pk}),
    "units:placement_end": lambda home, case: {"pk": (home.admins if case == "the reader's" else home.placement).pk},
    "units:committee_detail": lambda home, case: {"pk": home.committee.pk},
    "units:committee_edit": lambda home, case: {"pk": home.committee.pk},
    "units:committee_end": lambda home, case: {"pk": home.committee.pk},
    "units:seat_end": lambda home, case: {"pk": home.seats[2].pk},
    **dict.fromkeys(
        [
            f"units:{name}"
            for name in (
                "reform_detail",
                "reform_correct",
                "reform_trees",
                "reform_people",
                "reform_files",
                "reform_namesakes",
                "change_add",
                "changes_import",
                "changes_export",
                "reform_act",
            )
        ],
        lambda home, case: {"pk": home.reform.pk},
    ),
    "units:change_drop": lambda home, case: {"pk": home.reform.changes.get().pk},
    **dict.fromkeys(
        [f"units:register_{name}" for name in ("list", "export", "add", "import", "template")],
        lambda home, case: {"slug": "to-tu-quan"},
    ),
    "evaluations:past_add": lambda home, case: {"unit": home.areas["registered"].pk},
    **dict.fromkeys(["evaluations:past_edit", "evaluations:past_drop"], lambda home, case: {"pk": home.past.pk}),
    "evaluations:past_preview": lambda home, case: {"token": "khong-co"},
    "units:committee_preview": lambda home, case: {"token": home.committee_token},
    "units:seat_preview": lambda home, case: {"token": home.seat_token},
    "units:people_preview": lambda home, case: {"token": home.people_token},
    "units:slips_take": lambda home, case: {"pk": home.sheet.pk},
    "units:register_preview": lambda home, case: {"slug": "to-tu-quan", "token": home.register_token},
    **dict.fromkeys(["units:register_edit", "units:register_drop"], lambda home, case: _row_of(home, "to-tu-quan")),
    **{
        f"api:register-{register.api}-detail": lambda home, case, slug=slug: {"pk": home.rows[slug].pk}
        for slug, register in REGISTERS.items()
    },
    "criteria:detail": _set_of,
    "criteria:export": lambda home, case: _set_of(home, case) | {"form": "yaml"},
    "criteria:edit": _set_of,
    "criteria:publish": _set_of,
    "criteria:guide": _set_of,
    "criteria:guide_begin": lambda home, case: {"pk": home.own_set.programme_id},
    "criteria:act": _set_of,
    "criteria:part_add": lambda home, case: _set_of(home, case) | {"part": "papers"},
    "criteria:part_edit": lambda home, case: _set_of(home, case) | {"part": "grades", "place": 0},
    "criteria:part_act": lambda home, case: _set_of(home, case) | {"part": "grades", "place": 0},
    "criteria:import_preview": lambda home, case: {"token": home.pack_token},
    "criteria:document_edit": lambda home, case: {"pk": _document(home, case).pk},
    "criteria:rule_export": lambda home, case: {"form": "yaml"},
    "criteria:rule": lambda home, case: {"pk": home.rule_draft.pk if case == "a draft" else home.rule.pk},
    **dict.fromkeys(["criteria:rule_edit", "criteria:rule_act"], lambda home, case: {"pk": home.rule_draft.pk}),
    "criteria:document_file": lambda home, case: {"pk": home.own_set.document_id},
    "evaluations:preview": _set_of,
    "reports:rollup": lambda home, case: {"pk": home.cycle.pk},
    "reports:decision_print": lambda home, case: {"pk": home.draft.pk},
    "reports:rollup_print": lambda home, case: {"pk": home.cycle.pk, "format": "pdf"},
    "reports:ask": lambda home, case: {"slug": "yearly"},
    "reports:run_detail": lambda home, case: {"pk": home.run.pk},
    "reports:run_progress": lambda home, case: {"pk": home.run.pk},
    "reports:download": lambda home, case: {"pk": home.run.pk},
    "reports:run_again": lambda home, case: {"pk": home.run.pk},
    "reports:schedule_create": lambda home, case: {"slug": "yearly"},
    "reports:schedule_toggle": lambda home, case: {"pk": home.schedule.pk},
    "reports:schedule_delete": lambda home, case: {"pk": home.schedule.pk},
    "api:unit-detail": lambda home, case: {"pk": _unit(home, case).pk},
    "api:criteria-set-detail": _set_of,
    "api:programme-detail": lambda home, case: {"pk": home.cycle.programme_id},
    "api:cycle-detail": lambda home, case: {"pk": home.cycle.pk},
    "api:sitting-detail": lambda home, case: {"pk": home.sitting.pk},
    "api:decision-detail": lambda home, case: {"pk": (home.draft if case == "draft" else home.decision).pk},
    "api:recognition-detail": lambda home, case: {"pk": home.recognition.pk},
    "evaluations:past_totals_add": lambda home, case: {"place": home.commune.pk},
    "evaluations:past_totals_preview": lambda home, case: {"token": "khong-co"},
    **dict.fromkeys(
        [f"evaluations:past_totals_{name}" for name in ("detail", "edit", "drop")],
        lambda home, case: {"pk": home.total.pk},
    ),
}


def _unit(home, case: str):
    units = {"area": home.areas["expected"], "district": home.district, "hosted": home.candidate.unit}
    return units.get(case, home.commune)


def _row_of(home, slug: str) -> dict:
    return {"slug": slug, "pk": home.rows[slug].pk}


def _seen_row(home, slug: str) -> dict:
    return {"seen": print_of_row(REGISTERS[slug], home.rows[slug])}


COUNTS = {"year": "2022", "groups": "4", "leaders": "4", "deputies": "4", "members": "120"}
TOTAL = {"total": "12", "met": "8", "source": "Báo cáo số 3"}
DATA = {
    "units:import_undo": lambda home, case: {"reason": "Gửi nhầm tệp"},
    "list_file_ask": lambda home, case: {
        "address": reverse("units:reform_detail", args=[home.reform.pk]) if case else reverse("units:export"),
        "ending": "xlsx",
    },
    "evaluations:past_totals_add": lambda home, case: (
        TOTAL | {"programme": Programme.objects.get(code="safety").pk, "year": "2020", "kind": "school"}
    ),
    "evaluations:past_totals_edit": lambda home, case: (
        TOTAL | {"reason": "Ghi nhầm", "seen": home.total.events.latest("pk").pk}
    ),
    "evaluations:grid_book": lambda home, case: {"bo": home.dossiers["expected"].criteria_set_id},
    "evaluations:past_totals_drop": lambda home, case: {
        "reason": "Nhầm nơi",
        "seen": home.total.events.latest("pk").pk,
    },
    "evaluations:past_totals_import": lambda home, case: {
        "file": SimpleUploadedFile("so-tong.csv", total_file(home.commune).encode(), "text/csv")
    },
    "units:seat_import": lambda home, case: {
        "file": SimpleUploadedFile("ghe.csv", seat_file(home.commune).encode(), "text/csv")
    },
    "evaluations:past_import": lambda home, case: {
        "file": SimpleUploadedFile("kq.csv", past_file(home.areas["expected"]).encode(), "text/csv")
    },
    "evaluations:past_add": lambda home, case: {
        "programme": Programme.objects.get(code="safety").pk,
        "year": "2020",
        "result": "Đạt",
        "source": "Báo cáo số 3",
    },
    "evaluations:past_edit": lambda home, case: {
        "result": "Không đạt",
        "source": "Báo cáo số 4",
        "reason": "Ghi nhầm",
        "seen": home.past.events.latest("pk").pk,
    },
    "evaluations:past_drop": lambda home, case: {
        "reason": "Nhầm đơn vị",
        "seen": home.past.events.latest("pk").pk,
    },
    "units:province_at_hand": lambda home, case: {"province": home.province.pk},
    "units:people_import": lambda home, case: {
        "file": SimpleUploadedFile("nguoi.csv", people_file(home.commune).encode(), "text/csv")
    },
    "units:committee_import": lambda home, case: {
        "file": SimpleUploadedFile("ban.csv", committee_file(home.commune).encode(), "text/csv")
    },
    "units:register_add": lambda home, case: COUNTS | {"unit": home.areas["expected"].pk},
    "units:register_edit": lambda home, case: COUNTS | _seen_row(home, "to-tu-quan"),
    "units:register_drop": lambda home, case: _seen_row(home, "to-tu-quan"),
    "units:register_import": lambda home, case: {
        "file": SimpleUploadedFile("so.csv", register_file(home.areas["expected"]).encode(), "text/csv")
    },
    "sign_in": lambda home, case: {"username": "khong-co", "password": "khong-dung"},
    "password_change": lambda home, case: {
        "old_password": PASSWORD,
        "new_password1": "bien-ban-so-mot-2024",
        "new_password2": "bien-ban-so-mot-2024",
    },
    "evaluations:act": lambda home, case: {"action": case.split()[0], "comment": "Theo biên bản kiểm tra."},
    "evaluations:entry": lambda home, case: _form_of(home.dossiers["registered"]),
    "evaluations:cell": _cell,
    "evaluations:remark": lambda home, case: {"code": _must(home.dossiers["submitted"]).code, "note": "Thiếu chữ ký"},
    "evaluations:keep": lambda home, case: {"decided_on": "20/11/2024", "reason": "Đã xem lại."},
    "evaluations:timing": lambda home, case: {"accepted": "yes", "reason": "Đã xác minh."},
    "evaluations:evidence_add": _evidence,
    "evaluations:evidence_edit": lambda home, case: {
        "title": "Báo cáo đã sửa",
        "codes": [_must(home.dossiers["registered"]).code],
    },
    "evaluations:evidence_share": lambda home, case: (
        _evidence(home, case) | {"dossiers": [home.dossiers["registered"].pk]}
    ),
    "evaluations:cycle_open": lambda home, case: {
        "programme": home.cycle.programme_id,
        "year": OLD_YEAR + 1,
        "as_of": "30/06/2023",
    },
    "evaluations:cycle_refreeze": lambda home, case: {"as_of": DAY, "reason": "Chọn nhầm ngày"},
    "evaluations:late_unit_add": lambda home, case: {"unit": home.areas["expected"].pk, "reason": "Mới thành lập"},
    "evaluations:late_unit_drop": lambda home, case: {"reason": "Nhầm"},
    "evaluations:cycle_close": lambda home, case: {"reason": "Đã báo cáo tổng kết."},
    "evaluations:cycle_reopen": lambda home, case: {"reason": "Còn hồ sơ phải sửa."},
    "evaluations:grid_act": lambda home, case: {"action": "register"},
    "evaluations:grid_block": _block,
    "evaluations:grid_confirm": _block,
    "evaluations:confirm": lambda home, case: {"cell": "{code} {version}".format(**_cell(home, case))},
    "evaluations:selection": lambda home, case: {"dossier": [home.candidate.pk]},
    "evaluations:award_bars": lambda home, case: {
        "bar": "unmet",
        "programme": Programme.objects.get(code="da375").pk,
        "first_year": "2024",
        "ground": "Đề án của tỉnh",
    },
    "evaluations:award_bar_end": lambda home, case: {"last_year": "2024"},
    "evaluations:award_bar_edit": lambda home, case: {
        "bar": "unmet",
        "programme": home.bar_draft.programme_id,
        "first_year": "2026",
        "ground": "Đề án mới",
        "seen": digest(content_of_bar(home.bar_draft)),
    },
    "evaluations:award_bar_act": lambda home, case: {
        "action": "drop",
        "seen": digest(content_of_bar(home.bar_draft)),
    },
    "evaluations:sitting_create": lambda home, case: {
        "cycle": home.cycle.pk,
        "committee": home.committee.pk,
        "held_on": "20/11/2024",
    },
    "evaluations:agenda_add": lambda home, case: {"dossier": home.dossiers["appraised"].pk},
    "evaluations:sitting_attendance": lambda home, case: {
        "present": [seat.pk for seat in home.seats],
        "minutes": "Đã họp.",
        "seen": print_of_attendance(home.sitting),
    },
    "evaluations:sitting_vote": lambda home, case: {"seat": home.seats[2].pk, f"item_{home.item.pk}": "against"},
    "evaluations:sitting_edit": lambda home, case: {"held_on": "21/11/2024", "place": "Phòng họp khác"},
    "evaluations:sitting_drop": lambda home, case: {},
    "evaluations:sitting_close": lambda home, case: {"password": PASSWORD},
    "evaluations:decision_issue": lambda home, case: SIGNED | {"number": 7, "capacity": "tm"},
    "evaluations:recognition_revoke": lambda home, case: SIGNED | {"number": 8, "reason": "Vi phạm tiêu chí."},
    "units:import": lambda home, case: {
        "file": SimpleUploadedFile("don-vi.csv", import_file(home.commune).encode(), "text/csv")
    },
    "units:as_of": lambda home, case: {"duoi": home.commune.pk} if case == "a place" else {},
    "units:reform_create": lambda home, case: {
        "number": "2/NQ",
        "title": "Sắp xếp",
        "issuer": "Quốc hội",
        "effective_on": DAY,
        "provinces": [home.province.pk],
        "streaks": "carry",
        "open_files": "finish",
    },
    "units:reform_correct": lambda home, case: {
        "number": "3/NQ",
        "title": "Sắp xếp lại",
        "issuer": "Quốc hội",
        "effective_on": DAY,
        "seen": reforms.print_of(home.reform),
    },
    "units:change_add": lambda home, case: {"action": "rename", "unit": f"DV{home.commune.pk}", "name": "Xã Mới"},
    "units:changes_import": lambda home, case: {
        "file": SimpleUploadedFile(
            "phuong-an.csv",
            f"Việc,Đơn vị,Tên mới,Về đơn vị\nĐổi tên,DV{home.commune.pk},Xã Mới,\n".encode(),
            "text/csv",
        ),
        "seen": reforms.print_of(home.reform),
    },
    "units:reform_act": lambda home, case: {
        "action": "apply",
        "password": PASSWORD,
        "seen": reforms.print_of(home.reform),
    },
    "units:person_add": lambda home, case: {
        "username": "nguoi.moi",
        "post": "Cán bộ mới",
        "unit": home.commune.pk,
        "role": Role.OFFICER,
        "valid_from": DAY,
    },
    "units:person_detail": lambda home, case: {"unit": home.commune.pk, "role": Role.LEADER, "valid_from": DAY},
    "units:post_correct": lambda home, case: {"post": "Cán bộ sửa lại", "ground": "Gõ sai tên xã"},
    "units:placement_end": lambda home, case: {"ngay": "1"},
    "units:handover_make": lambda home, case: {
        "successor": home.handover.started.user.username,
        "last_day": timezone.localdate().isoformat(),
    },
    "units:placements_prolong": lambda home, case: {"placement": home.placement.pk, "until": "2040-12-31"},
    "units:passwords_reissue": lambda home, case: {"placement": home.placement.pk},
    "units:committee_detail": lambda home, case: {"user": home.clerk.pk, "post": "Uỷ viên", "valid_from": DAY},
    "units:seat_end": lambda home, case: {"on": DAY},
    "units:add": lambda home, case: UNIT | {"parent": home.commune.pk, "opened_on": DAY},
    "units:correct": lambda home, case: UNIT,
    "units:end": lambda home, case: {"on": timezone.localdate().isoformat(), "ground": "Quyết định 1"},
    "units:committee_add": lambda home, case: RULES | {"unit": home.commune.pk, "kind": "05", "valid_from": DAY},
    "units:committees_add": lambda home, case: RULES | {"level": "district", "kind": "05", "valid_from": DAY},
    "units:committee_edit": lambda home, case: RULES | {"name": "Ban Chỉ đạo tên mới", "kind": "05"},
    "units:committee_end": lambda home, case: {"on": timezone.localdate().isoformat(), "ground": "Quyết định 1"},
    "units:delegation_add": lambda home, case: {
        "receiver": home.commune.pk,
        "valid_from": "2040-01-01",
        "valid_to": "2040-12-31",
        "number": "9/QĐ-UBND",
        "signed_on": DAY,
    },
    "units:delegation_end": lambda home, case: {"on": timezone.localdate().isoformat()},
    "criteria:create": lambda home, case: {
        "way": "empty",
        "code": "BO-MOI",
        "name": "Bộ mới",
        "first_year": "2031",
        "programme": home.own_set.programme_id,
        "document": home.dossiers["expected"].criteria_set.document_id,
        "unit_kinds": ["commune"],
    },
    "criteria:guide_begin": lambda home, case: {
        "name": "Bộ mới",
        "first_year": "2031",
        "unit_kinds": ["commune"],
        "outcome": "all_met",
        "number": "9/QĐ-BCĐ",
        "issued_on": DAY,
        "issuer": "Ban Chỉ đạo",
        "title": "Quyết định",
    },
    "criteria:act": lambda home, case: _row(home, action="drop"),
    "criteria:publish": lambda home, case: {
        "seen": digest(services.to_publish(home.own_set)),
        "password": PASSWORD,
    },
    "criteria:import_preview": lambda home, case: {"seen": digest({})},
    "criteria:part_add": lambda home, case: _row(home, order="1", name="Tờ trình"),
    "criteria:part_edit": lambda home, case: _row(home, rank="1", label="Khá", lower_bound="80"),
    "criteria:part_act": lambda home, case: _row(home, action="drop"),
    "criteria:import": lambda home, case: {"file": SimpleUploadedFile("bo.yaml", SMALL.encode(), "text/yaml")},
    "criteria:document_add": lambda home, case: DOCUMENT,
    "criteria:document_edit": lambda home, case: DOCUMENT | {"seen": digest(documents.facts_of(_document(home, case)))},
    "criteria:rule_add": lambda home, case: _rule(home),
    "criteria:rule_edit": lambda home, case: _rule(home, seen=digest(content_of_rule(home.rule_draft))),
    "criteria:rule_act": lambda home, case: {"action": "drop", "seen": digest(content_of_rule(home.rule_draft))},
    "criteria:programme_add": lambda home, case: {"code": "moi", "name": "Chương trình mới", "title": "Đạt"},
    "reports:rollup": lambda home, case: {"don_vi": home.commune.pk} if case else {},
    "reports:rollup_print": lambda home, case: {"don_vi": home.commune.pk},
    "reports:ask": lambda home, case: REPORT | {"place": home.commune.pk},
    "reports:schedule_create": lambda home, case: (
        REPORT | {"place": home.commune.pk, "every": "month", "month": 1, "day": 1, "time": "07:00", "save": "1"}
    ),
    "api:rollup": lambda home, case: {"cycle": home.cycle.pk, "place": home.commune.pk},
}
WITH_QUERY = {
    ("units:as_of", "GET"),
    ("evaluations:grid_book", "GET"),
    ("reports:rollup", "GET"),
    ("api:rollup", "GET"),
}
