"""A province moves in as docs/operations.md says: its commands to the letter, then pages and files, on empty tables.

Lào Cai and Yên Bái as they were before 1/7/2025, with real names: accounts, committees, five past years, the merger
carried through, a year opened after it, one recognition and its report. Nothing here is made another way.
"""

import csv
import io
import re
import shlex
import subprocess

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from criteria.models import LegalDocument, Programme, StreakRule
from evaluations.models import Cycle, Evaluation, Recognition
from portal.core import jobs
from portal.core.models import Job, JobState
from portal.core.sheets import writing
from portal.settings import BASE_DIR
from reports.models import ReportRun
from tests.evaluations.factories import GOOD, make_paper
from tests.matrix.cells import read_table
from units import reforms
from units.enums import UnitKind
from units.models import Committee, Reorganisation, Unit
from units.registers import REGISTERS

pytestmark = pytest.mark.django_db

OLD, NEW = ("10", "15"), "15"  # the codes of Lào Cai and Yên Bái before the reform, of Lào Cai after it
COMMUNE = "02923"  # xã Gia Phú: goes on under its code, grown by Thống Nhất and Xuân Giao
JOINED = "02659"  # xã Thống Nhất, which ends in it
AREAS = {COMMUNE: ["Thôn Bến Phà", "Thôn Nậm Hẻn"], JOINED: ["Thôn Tiến Thắng", "Thôn Tiến Cường"]}
PAST = range(2021, 2026)
YEAR = 2026
OWN = "Mat-khau-rieng-2026"


class Official:
    """A person at a browser: signs in with the one-time password, must choose another, then works by pages alone."""

    def __init__(self, username: str, slip: str):
        self.browser = Client()
        assert self.send("sign_in", username=username, password=slip).request["PATH_INFO"] == reverse("password_change")
        self.send("password_change", old_password=slip, new_password1=OWN, new_password2=OWN)

    def read(self, name: str, *args, **query) -> str:
        answer = self.browser.get(reverse(name, args=args), query, follow=True)
        assert answer.status_code == 200, (name, answer.status_code)
        return answer.content.decode()

    def rows(self, name: str, *args, **query) -> list[dict[str, str]]:
        """A list as it is given out as CSV."""
        data = self.browser.get(reverse(name, args=args), query).content
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))

    def send(self, name: str, /, *args, **typed):
        """Post a form; what was refused shows what the page said."""
        answer = self.browser.post(reverse(name, args=args), typed, follow=True)
        assert answer.status_code == 200, (name, told(answer))
        return answer

    def file(self, name: str, rows: list[dict[str, str]], *args) -> str:
        """Take a file in: upload, preview, yes, and the worker; returns what the job says at its end."""
        headings = list(rows[0])
        data = writing.as_csv(headings, [[row[heading] for heading in headings] for row in rows])
        preview = self.send(name, *args, file=SimpleUploadedFile("tep.csv", data))
        self.browser.post(preview.request["PATH_INFO"], follow=True)
        work()
        return Job.objects.latest("pk").message


def told(answer) -> list[str]:
    """What a page that refused says: of a file, and of the form's fields."""
    said = [*(answer.context or {}).get("messages", ()), *((answer.context or {}).get("problems") or ())]
    return [*map(str, said), *re.findall(r"errorlist.*?<li>(.*?)</li>", answer.content.decode(), re.DOTALL)]


def printed(pdf: bytes) -> str:
    """The words of a PDF."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


def work() -> None:
    """A worker does what waits."""
    for job in Job.objects.filter(state=JobState.QUEUED):
        jobs.run(job.pk)
        job.refresh_from_db()
        assert job.state == JobState.DONE, job.message


def commands_of(heading: str) -> list[list[str]]:
    """The portal's commands under a heading of docs/operations.md, as they are typed."""
    text = (BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    part = text.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [shlex.split(line, comments=True) for line in re.findall(r"manage\.py (.+)", part)]


def slips(admin: Official) -> dict[str, str]:
    """Username -> one-time password, read off the printed slips."""
    link = re.search(r'action="([^"]*phieu-mat-khau[^"]*)"', admin.read("units:people"))
    pdf = admin.browser.post(link[1]).content
    names, words = (
        re.findall(rf"{label}:?\s+(\S+)", printed(pdf)) for label in ("Tên đăng nhập", "Mật khẩu dùng một lần")
    )
    assert len(names) == len(words)
    return dict(zip(names, words, strict=True))


def installed(capsys) -> Official:
    for name, *words in commands_of("Install with the years before the reform"):
        call_command(name, *words)
    said = capsys.readouterr().out
    return Official("quantri", re.search(r"Mật khẩu dùng một lần: (\S+)", said)[1])


def units_arrive(admin: Official) -> None:
    row = {"kind": "residential_area", "subtype": "thon", "code": "", "opened_on": "01/01/2020", "closed_on": ""}
    rows = [
        {"key": f"{code}-{number}", **row, "name": name, "parent_key": code, "stands_in_key": ""}
        for code, names in AREAS.items()
        for number, name in enumerate(names)
    ]
    assert "4" in admin.file("units:import", rows)


def key_of(name: str, **of) -> str:
    """The key under which an export gives a unit out."""
    return f"DV{Unit.objects.open_on().get(name=name, **of).pk}"


def people_arrive(admin: Official) -> dict[str, Official]:
    posts = [
        ("canbo.tinh", "Cán bộ Phòng Xây dựng phong trào, Công an tỉnh", "10", "Cán bộ cấp tỉnh"),
        ("canbo.giaphu", "Cán bộ Công an xã Gia Phú", COMMUNE, "Cán bộ nhập liệu"),
        ("thuongtruc.giaphu", "Thường trực Ban Chỉ đạo xã Gia Phú", COMMUNE, "Thường trực Ban Chỉ đạo"),
        ("truongban.giaphu", "Trưởng Ban Chỉ đạo xã Gia Phú", COMMUNE, "Trưởng Ban Chỉ đạo"),
    ]
    heads = ("Tên đăng nhập", "Chức danh", "Khoá đơn vị", "Vai trò")
    rows = [dict(zip(heads, post, strict=True)) | {"Từ ngày": "01/01/2021"} for post in posts]
    assert "Đã cấp 4 mật khẩu" in admin.file("units:people_import", rows)
    return {username: Official(username, slip) for username, slip in slips(admin).items()}


def committees_arrive(admin: Official) -> None:
    rules = {"quorum_percent": 50, "approval_percent": 50, "majority_of": "all", "ground": "Quy chế 01/QC-BCĐ"}
    for code in ("15", "10"):  # each by its own paper: one province at a time
        admin.send("units:province_at_hand", province=Unit.objects.get(kind=UnitKind.PROVINCE, code=code).pk)
        for level in ("province", "district", "commune"):
            admin.send("units:committees_add", level=level, valid_from="2021-01-01", kind="138", called="", **rules)


def years_arrive(staff: Official, years) -> None:
    rows = [
        {
            "Khoá đơn vị": key_of(name),
            "Năm": year,
            "Chương trình": "safety",
            "Kết quả": "Đạt",
            "Quyết định, văn bản": f"QĐ {year - 2000}/QĐ-UBND",
            "Nguồn": f"Hồ sơ lưu năm {year} của Công an xã",
        }
        for names in AREAS.values()
        for name in names
        for year in years
    ]
    assert f"Đã nhập {len(rows)} kết quả" in staff.file("evaluations:past_import", rows)


def rule_arrives(staff: Official) -> None:
    """The province's own rule of years running, out of its signed decision."""
    document = {"number": "12/QĐ-UBND", "cite": "QĐ 12/2026", "title": "Khen thưởng phong trào", "issuer": "UBND tỉnh"}
    staff.send("criteria:document_add", **document, code="LC-QD12", issued_on="05/01/2026", scan=make_paper())
    written = {
        "name": "Khu dân cư an toàn nhiều năm liền",
        "programme": "safety",
        "document": LegalDocument.objects.get(number="12/QĐ-UBND").code,
        "article": "QĐ 12/2026, Điều 5",
        "valid_from": "01/02/2026",
        "unit_kinds": ["residential_area"],
        "counts": ["safety"],
        "missing_year": "breaks",
        "statement": "Các năm liền được công nhận.",
        "confidence": "T",
    }
    first = {"years": "5", "level": "province", "title": "Bằng khen", "article": "Điều 5"}
    rows = {f"moc-0-{name}": value for name, value in first.items()}
    staff.send("criteria:rule_add", **written, **rows, **{"moc-TOTAL_FORMS": "1", "moc-INITIAL_FORMS": "0"})
    rule = StreakRule.objects.get(document__number="12/QĐ-UBND")
    seen = re.search(r'name="seen" value="(\w+)"', staff.read("criteria:rule", rule.pk))
    staff.send("criteria:rule_act", rule.pk, action="publish", password=OWN, seen=seen[1])


def merged(admin: Official) -> None:
    """The resolution's lines out of the State's lineage, looked at, carried through."""
    provinces = list(Unit.objects.filter(kind=UnitKind.PROVINCE).values_list("pk", flat=True))
    admin.send(
        "units:reform_create",
        number="1673/NQ-UBTVQH15",
        title="Sắp xếp các đơn vị hành chính cấp xã của tỉnh Lào Cai năm 2025",
        issuer="Uỷ ban Thường vụ Quốc hội",
        signed_on="2025-06-16",
        effective_on="2025-07-01",
        provinces=provinces,
        streaks="lowest",
        open_files="carry",
    )
    reform = Reorganisation.objects.get()
    admin.send("units:reform_act", reform.pk, action="lineage", code=NEW, seen=reforms.print_of(reform))
    admin.send("units:reform_act", reform.pk, action="apply", password=OWN, checked="on", seen=reforms.print_of(reform))
    reform.refresh_from_db()
    assert reform.status == "applied"


def placed_anew(admin: Official) -> None:
    """Everybody at the heir of their place, the new places' committees, and who sits in one."""
    reform = Reorganisation.objects.get()
    answer = admin.send("units:reform_people", reform.pk, all="1", on="01/07/2025")
    assert [str(one) for one in answer.context["messages"]] == ["Đã phân công lại 4 người vào đơn vị kế thừa."]
    rules = {"quorum_percent": 50, "approval_percent": 50, "majority_of": "all", "ground": "Quy chế 02/QC-BCĐ"}
    for level in ("province", "commune"):
        admin.send("units:committees_add", level=level, valid_from="2025-07-01", kind="138", called="", **rules)
    board = Committee.objects.get(unit__code=COMMUNE, valid_to=None)
    seats = [
        ("Trưởng Ban", "Chủ tịch Uỷ ban nhân dân xã"),
        ("Phó Trưởng Ban Thường trực", "Trưởng Công an xã"),
        ("Uỷ viên", "Chủ tịch Uỷ ban Mặt trận Tổ quốc Việt Nam xã"),
    ]
    heads = ("Chức vụ trong Ban", "Chức vụ ở cơ quan")
    place = {"Khoá đơn vị": key_of("Xã Gia Phú"), "Tên Ban Chỉ đạo": board.name, "Từ ngày": "01/07/2025"}
    said = admin.file("units:seat_import", [dict(zip(heads, posts, strict=True)) | place for posts in seats])
    assert "3" in said


def year_opened(staff: Official) -> Cycle:
    programme = Programme.objects.get(code="safety")
    staff.send("evaluations:cycle_open", programme=programme.pk, year=YEAR, as_of="30/06/2026")
    return Cycle.objects.get(year=YEAR)


def entered(officer: Official, dossier: Evaluation) -> None:
    """Registered, every criterion answered, the dates of its papers, a paper for all of it; sent to be appraised."""
    officer.send("evaluations:act", dossier.pk, action="register")
    entries = officer.browser.get(reverse("evaluations:entry", args=[dossier.pk])).context["entries"]
    asked = [one for one in entries if one.form is not None]
    typed: dict[str, str] = {}
    for one in asked:
        typed |= {one.form.add_prefix("version"): "0"} | one.form.filled_with(GOOD[one.criterion.measure])
    days = {"signed_up_on": "05/03/2026", "resolution_on": "20/02/2026", "resolution_by": "Hội nghị thôn"}
    officer.send("evaluations:entry", dossier.pk, **typed, **days)
    codes = [one.criterion.code for one in asked]
    officer.send("evaluations:evidence_add", dossier.pk, file=make_paper(), title="Hồ sơ của thôn", codes=codes)
    officer.send("evaluations:act", dossier.pk, action="submit")


def recognised(standing: Official, chair: Official, dossier: Evaluation) -> None:
    """Appraised, before the committee, every vote for it, the decision signed."""
    standing.send("evaluations:accept", dossier.pk)
    standing.send("evaluations:act", dossier.pk, action="appraise")
    board = Committee.objects.get(unit__code=COMMUNE, valid_to=None)
    meeting = {"committee": board.pk, "held_on": "10/11/2026", "place": "Trụ sở xã"}
    standing.send("evaluations:sitting_create", cycle=dossier.cycle_id, **meeting)
    sitting = board.sittings.get()
    standing.send("evaluations:agenda_add", sitting.pk, all="1")
    seats = list(board.seats.values_list("pk", flat=True))
    standing.send("evaluations:sitting_attendance", sitting.pk, present=seats, minutes="Nhất trí.")
    for seat in seats:
        standing.send("evaluations:sitting_vote", sitting.pk, seat=seat, every="for")
    chair.send("evaluations:sitting_close", sitting.pk, password=OWN)
    signed = {"number": 1, "symbol": "QĐ-UBND", "signed_on": "12/11/2026", "capacity": "chair"}
    decision = sitting.decisions.get()
    chair.send("evaluations:decision_issue", decision.pk, **signed, signer="Chủ tịch UBND xã", password=OWN)
    assert Recognition.objects.get().evaluation == dossier


def reported(staff: Official, cycle: Cycle) -> str:
    """The year's report of the province, printed by the worker and read as text."""
    staff.send("reports:rollup_print", cycle.pk, "pdf", don_vi=str(cycle.province_id))
    work()
    run = ReportRun.objects.get()
    pdf = b"".join(staff.browser.get(reverse("reports:download", args=[run.pk])).streaming_content)
    return printed(pdf)


def nothing_is_a_sample() -> None:
    marked = [model for model in apps.get_models() if any(field.name == "is_demo" for field in model._meta.fields)]
    assert marked
    assert not [model.__name__ for model in marked if model.objects.filter(is_demo=True).exists()]


# Rows a province need not make on its first day, and the page that makes them; registers have one page for all.
MADE_LATER = {
    "criteria.AwardBar": "evaluations:award_bars",
    "criteria.Cap": "criteria:part_add",
    "evaluations.CycleEvent": "evaluations:cycle_close",
    "evaluations.PastTotal": "evaluations:past_totals_add",
    "evaluations.PastTotalEvent": "evaluations:past_totals_add",
    "reports.Schedule": "reports:schedule_create",
    "units.Delegation": "units:delegation_add",
    "units.Handover": "units:handover_make",
    "units.UnitEvent": "units:correct",
    "units.PostCorrection": "units:post_correct",
}
OWN_WORK = {"core.Heartbeat", "core.OnceToken"}  # of the worker, and of a form that is sent twice


def every_row_has_a_door() -> None:
    """What was made here was made by commands, pages and files; what was not has a page that lets somebody make it."""
    empty = {
        model._meta.label
        for model in apps.get_models()
        if model._meta.app_label in ("core", "units", "criteria", "evaluations", "reports")
        and not model._base_manager.exists()
    }
    registers = {register.model._meta.label for register in REGISTERS.values()}
    assert empty - registers - OWN_WORK == set(MADE_LATER)
    writing = {
        row.route
        for row in read_table()
        if row.method == "POST" and any(answer.wrote for by_role in row.cells.values() for answer in by_role.values())
    }
    assert {*MADE_LATER.values(), "units:register_add"} <= writing


def test_a_province_moves_in(capsys):
    call_command("load_criteria")  # what `up --prepare-only` does in production, and nothing else
    admin = installed(capsys)
    units_arrive(admin)
    people = people_arrive(admin)
    committees_arrive(admin)
    years_arrive(people["canbo.tinh"], range(2021, 2025))
    merged(admin)
    placed_anew(admin)
    years_arrive(people["canbo.tinh"], [2025])
    cycle = year_opened(people["canbo.tinh"])
    dossier = cycle.evaluations.get(unit_name=AREAS[COMMUNE][0])
    entered(people["canbo.giaphu"], dossier)
    recognised(people["thuongtruc.giaphu"], people["truongban.giaphu"], dossier)
    rule_arrives(people["canbo.tinh"])
    counted = " ".join(re.sub(r"<[^>]+>", " ", people["canbo.tinh"].read("evaluations:streak_list")).split())
    assert "4 đạt từ 5 năm liên tục" in counted
    assert f"{AREAS[COMMUNE][0]} Xã Gia Phú 6 mốc 5 năm" in counted  # five from papers, over the merger, and this one
    report = " ".join(reported(people["canbo.tinh"], cycle).split())
    assert f"{cycle.evaluations.count()} đơn vị thuộc diện xét; 1 đã đăng ký" in report
    nothing_is_a_sample()
    every_row_has_a_door()
