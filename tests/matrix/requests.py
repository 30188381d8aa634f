"""What is sent to each route of the table: the object of the address and the data of the form."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.evaluations import factories
from units.enums import Role

from .world import OLD_YEAR, PASSWORD, World, import_file

FILE_OF_ROUTE = {
    "evaluations:detail": "registered",
    "evaluations:entry": "registered",
    "evaluations:cell": "registered",
    "evaluations:accept": "submitted",
    "evaluations:evidence_add": "registered",
    "api:evaluation-detail": "registered",
}
FILE_OF_ACTION = {
    "register": "expected",
    "submit": "ready",
    "withdraw": "expected",
    "restore": "withdrawn",
    "return": "submitted",
    "appraise": "judged",
    "reconsider": "declined",
    "recognise": "proposed",
}
SIGNED = {"symbol": "QĐ-UBND", "signed_on": "20/11/2024", "signer": "Nguyễn Văn Mẫu", "password": PASSWORD}
DAY = "2026-01-01"
REPORT = {"programme": "safety", "year": "2024", "kind": "", "format": "xlsx"}
PAPER = factories.make_paper("Minh chứng của ma trận").read()


def asked(world: World, route: str, method: str, case: str) -> tuple[dict, dict | None]:
    """(arguments of the address, data); the data are None where nothing is sent."""
    home = world.home
    address, data = ADDRESSES.get(route, lambda home, case: {})(home, case), None
    if method == "POST" or (route, method) in WITH_QUERY:
        data = DATA.get(route, lambda home, case: {})(home, case)
    return address, data


def file_of(home, route: str, case: str) -> dict:
    return {"pk": home.files["commune" if case == "commune" else FILE_OF_ROUTE[route]].pk}


def _acted_on(home, case: str) -> dict:
    action, _, place = case.partition(" ")
    return {"pk": home.files["commune" if place == "commune" else FILE_OF_ACTION.get(action, "expected")].pk}


def _must(file):
    return next(line for line in factories.answered(file) if line.measure == "must")


def _form_of(file) -> dict:
    """The entry form as the browser sends it, with one answer changed."""
    versions = dict(file.answers.values_list("criterion__code", "version"))
    data = {f"{line.code.replace('.', '_')}-version": versions.get(line.code, 0) for line in factories.answered(file)}
    return data | {f"{_must(file).code.replace('.', '_')}-met": "yes"}


def _cell(home, case: str) -> dict:
    file = home.files["submitted" if case == "appraised" else "registered"]
    code = _must(file).code
    version = file.answers.get(criterion__code=code).version
    return {"code": code, "text": "Đ", "version": version, "side": case}


def _evidence(home, case: str) -> dict:
    code = _must(home.files["registered"]).code
    held = SimpleUploadedFile("minh-chung.pdf", PAPER, "application/pdf")
    return {"file": held, "title": "Báo cáo", "codes": [code]}


def _acting(route: str):
    return lambda home, case: file_of(home, route, case)


def _cell_address(home, case: str) -> dict:
    return {"pk": home.files["submitted" if case == "appraised" else "registered"].pk}


ADDRESSES = {
    **{route: _acting(route) for route in FILE_OF_ROUTE},
    "evaluations:act": _acted_on,
    "evaluations:cell": _cell_address,
    "evaluations:evidence_file": lambda home, case: {"pk": home.evidence.pk},
    "evaluations:evidence_remove": lambda home, case: {"pk": home.evidence.pk},
    "evaluations:cycle_close": lambda home, case: {"pk": (home.old if case == "old year" else home.cycle).pk},
    "evaluations:grid": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:grid_act": lambda home, case: {"cycle": home.cycle.pk},
    "evaluations:evidence_share": lambda home, case: {
        "cycle": home.cycle.pk,
        "bo": home.files["registered"].criteria_set_id,
    },
    "evaluations:sitting_detail": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:agenda_add": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:agenda_remove": lambda home, case: {"pk": home.sitting.pk, "item": home.item.pk},
    "evaluations:sitting_attendance": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:sitting_vote": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:sitting_close": lambda home, case: {"pk": home.sitting.pk},
    "evaluations:decision_detail": lambda home, case: {"pk": (home.draft if case == "draft" else home.decision).pk},
    "evaluations:decision_issue": lambda home, case: {"pk": home.draft.pk},
    "evaluations:recognition_revoke": lambda home, case: {"pk": home.recognition.pk},
    "units:detail": lambda home, case: {"pk": _unit(home, case).pk},
    "units:import_preview": lambda home, case: {"token": home.import_token},
    "units:import_job": lambda home, case: {"pk": home.job.pk},
    "units:import_progress": lambda home, case: {"pk": home.job.pk},
    "units:person_detail": lambda home, case: {"pk": home.clerk.pk},
    "units:password_reset": lambda home, case: {"pk": home.clerk.pk},
    "units:placement_end": lambda home, case: {"pk": (home.admins if case == "the reader's" else home.placement).pk},
    "units:committee_detail": lambda home, case: {"pk": home.committee.pk},
    "units:seat_end": lambda home, case: {"pk": home.seats[2].pk},
    "criteria:detail": lambda home, case: {"pk": home.files["expected"].criteria_set_id},
    "reports:rollup": lambda home, case: {"pk": home.cycle.pk},
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
    "api:criteria-set-detail": lambda home, case: {"pk": home.files["expected"].criteria_set_id},
    "api:recognition-detail": lambda home, case: {"pk": home.recognition.pk},
}


def _unit(home, case: str):
    return {"area": home.areas["expected"], "district": home.district}.get(case, home.commune)


DATA = {
    "sign_in": lambda home, case: {"username": "khong-co", "password": "khong-dung"},
    "password_change": lambda home, case: {
        "old_password": PASSWORD,
        "new_password1": "bien-ban-so-mot-2024",
        "new_password2": "bien-ban-so-mot-2024",
    },
    "evaluations:act": lambda home, case: {"action": case.split()[0], "comment": "Theo biên bản kiểm tra."},
    "evaluations:entry": lambda home, case: _form_of(home.files["registered"]),
    "evaluations:cell": _cell,
    "evaluations:evidence_add": _evidence,
    "evaluations:evidence_share": lambda home, case: _evidence(home, case) | {"files": [home.files["registered"].pk]},
    "evaluations:cycle_open": lambda home, case: {
        "programme": home.cycle.programme_id,
        "year": OLD_YEAR + 1,
        "as_of": "30/06/2023",
    },
    "evaluations:grid_act": lambda home, case: {"action": "register"},
    "evaluations:sitting_create": lambda home, case: {
        "cycle": home.cycle.pk,
        "committee": home.committee.pk,
        "held_on": "20/11/2024",
    },
    "evaluations:agenda_add": lambda home, case: {"file": home.files["appraised"].pk},
    "evaluations:sitting_attendance": lambda home, case: {
        "present": [seat.pk for seat in home.seats],
        "minutes": "Đã họp.",
    },
    "evaluations:sitting_vote": lambda home, case: {"seat": home.seats[2].pk, f"item_{home.item.pk}": "against"},
    "evaluations:sitting_close": lambda home, case: {"password": PASSWORD},
    "evaluations:decision_issue": lambda home, case: SIGNED | {"number": 7, "capacity": "tm"},
    "evaluations:recognition_revoke": lambda home, case: SIGNED | {"number": 8, "reason": "Vi phạm tiêu chí."},
    "units:import": lambda home, case: {
        "file": SimpleUploadedFile("don-vi.csv", import_file(home.commune).encode(), "text/csv")
    },
    "units:person_add": lambda home, case: {
        "username": "nguoi.moi",
        "post": "Cán bộ mới",
        "unit": home.commune.pk,
        "role": Role.OFFICER,
        "valid_from": DAY,
    },
    "units:person_detail": lambda home, case: {"unit": home.commune.pk, "role": Role.LEADER, "valid_from": DAY},
    "units:placement_end": lambda home, case: {"ngay": "1"},
    "units:committee_detail": lambda home, case: {"user": home.clerk.pk, "post": "Uỷ viên", "valid_from": DAY},
    "units:seat_end": lambda home, case: {"on": DAY},
    "reports:rollup": lambda home, case: {"don_vi": home.commune.pk} if case else {},
    "reports:rollup_print": lambda home, case: {"don_vi": home.commune.pk},
    "reports:ask": lambda home, case: REPORT | {"place": home.commune.pk},
    "reports:schedule_create": lambda home, case: (
        REPORT | {"place": home.commune.pk, "every": "month", "month": 1, "day": 1, "time": "07:00", "save": "1"}
    ),
    "api:rollup": lambda home, case: {"cycle": home.cycle.pk, "place": home.commune.pk},
}
WITH_QUERY = {("reports:rollup", "GET"), ("api:rollup", "GET")}
