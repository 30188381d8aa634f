"""The grid as a workbook: taken along, filled, sent back; each cell as the grid would take it, nothing unseen lost."""

import html
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from evaluations import services
from evaluations.enums import Filled, Side, State
from evaluations.files.grid.lines import ORIGIN, entry_lines
from evaluations.models import Answer, Evaluation
from portal.core import jobs
from portal.core.models import Job, JobState
from portal.core.web.once import new_token
from tests.evaluations.factories import register
from tests.evaluations.world import fill
from units.models import FileImport

pytestmark = [pytest.mark.both, pytest.mark.django_db]  # versions and locks decide what is taken


@pytest.fixture
def dossier(world):
    register(world.area, by=world.officer)
    world.area.refresh_from_db()
    return world.area


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.FILES_DIR = tmp_path


def address(world, name: str, *more) -> str:
    return reverse(f"evaluations:{name}", args=[world.cycle.pk, *more])


def taken_along(client, world, dossier):
    answer = client.get(address(world, "grid_book"), {"bo": dossier.criteria_set_id})
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.content))


def column_of(book, dossier, code: str) -> int:
    return 4 + [line.code for line in entry_lines(dossier.criteria_set)].index(code)


def row_of(book, dossier) -> int:
    keys = [cell.value for cell in book.worksheets[0]["A"]]
    return keys.index(f"HS{dossier.pk}") + 1


def put(book, dossier, code: str, text) -> None:
    book.worksheets[0].cell(row_of(book, dossier), column_of(book, dossier, code), text)


def sent(client, world, book):
    held = io.BytesIO()
    book.save(held)
    return client.post(address(world, "grid_import"), {"file": SimpleUploadedFile("bang.xlsx", held.getvalue())})


def previewed(client, answer):
    assert answer.status_code == 302, [str(one) for one in answer.context["problems"]]
    return client.get(answer.url)


def written(client, answer) -> Job:
    client.post(answer.url, {"once": new_token()})
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def told(response) -> list[str]:
    return [problem.sentence for problem in response.context["problems"]]


def codes(dossier) -> list[str]:
    return [line.code for line in entry_lines(dossier.criteria_set)]


def save(dossier, by, code: str, text: str, version: int = 0):
    return services.save_cell(dossier, code, text, version=version, by=by, note=None, side=Side.OWN)


def must_of(dossier) -> list[str]:
    return [line.code for line in entry_lines(dossier.criteria_set) if line.measure == "must"]


def test_what_is_typed_offline_is_stored_as_the_grid_would(client, world, dossier):
    client.force_login(world.officer)
    first, second, third = must_of(dossier)[:3]
    save(dossier, world.officer, first, "Đ")
    save(dossier, world.officer, third, "Đ")
    book = taken_along(client, world, dossier)
    assert book.worksheets[0].cell(row_of(book, dossier), column_of(book, dossier, first)).value == "Đ"
    put(book, dossier, first, "K")
    put(book, dossier, second, "đạt")
    put(book, dossier, third, "xoá")
    answer = sent(client, world, book)
    page = previewed(client, answer)
    assert [(cell.line.code, cell.stored, cell.typed) for cell in page.context["taken"]] == [
        (first, "Đ", "K"),
        (second, "", "Đ"),
        (third, "Đ", ""),
    ]
    assert Answer.objects.filter(evaluation=dossier).count() == 2  # nothing before the yes
    assert "Đã ghi 3 ô." in written(client, answer).message
    stored = {one.criterion.code: one.met for one in Answer.objects.filter(evaluation=dossier)}
    assert stored == {first: False, second: True, third: None}
    jobs.run(Job.objects.latest("pk").pk)
    assert previewed(client, answer).context["many"] == 0  # sent again it changes nothing


def test_an_untouched_workbook_changes_nothing(client, world, dossier):
    fill([dossier], world.officer, appraised=False)
    client.force_login(world.officer)
    page = previewed(client, sent(client, world, taken_along(client, world, dossier)))
    assert (page.context["many"], page.context["many_left"]) == (0, 0)


def test_what_was_filled_in_and_not_confirmed_is_marked_and_stays_so_untouched(client, world, dossier):
    left, mended, typed = must_of(dossier)[:3]
    asked = [services.AskedCell(dossier.pk, code, "Đ", 0) for code in (left, mended)]
    services.save_cells(asked, {dossier.pk: dossier}, by=world.officer, filled=Filled.DEFAULT)
    save(dossier, world.officer, typed, "Đ")
    client.force_login(world.officer)
    book = taken_along(client, world, dossier)
    page, row = book.worksheets[0], row_of(book, dossier)
    cells = {code: page.cell(row, column_of(book, dossier, code)) for code in (left, mended, typed)}
    for code in (left, mended):
        cell = cells[code]
        assert (cell.value, cell.font.italic, cell.border.left.style) == ("Đ", True, "mediumDashed")
        assert cells[code].comment.text.startswith("Điền mặc định, chưa xác nhận. Để nguyên thì vẫn chưa xác nhận")
    assert (cells[typed].comment, cells[typed].font.italic, cells[typed].border.left.style) == (None, False, None)
    put(book, dossier, mended, "K")
    put(book, dossier, typed, "K")
    assert written(client, sent(client, world, book)).state == JobState.DONE
    held = {one.criterion.code: (one.met, one.filled_from) for one in dossier.answers.select_related("criterion")}
    assert held == {left: (True, "default"), mended: (False, ""), typed: (False, "")}


def test_an_emptied_cell_keeps_what_is_stored(client, world, dossier):
    client.force_login(world.officer)
    (first,) = must_of(dossier)[:1]
    save(dossier, world.officer, first, "Đ")
    book = taken_along(client, world, dossier)
    put(book, dossier, first, None)
    assert previewed(client, sent(client, world, book)).context["many"] == 0


def test_what_somebody_saved_meanwhile_is_told_and_not_written_over(client, world, dossier):
    client.force_login(world.officer)
    first, second = must_of(dossier)[:2]
    book = taken_along(client, world, dossier)
    save(dossier, world.leader, first, "K")
    put(book, dossier, first, "Đ")
    put(book, dossier, second, "Đ")
    answer = sent(client, world, book)
    page = previewed(client, answer)
    (left,) = page.context["left"]
    assert (left.line.code, left.stored, left.typed) == (first, "K", "Đ")
    assert left.sentence.startswith(f"{world.leader} đã ghi “K” lúc ") and "không ghi đè" in left.sentence
    assert "1 ô chưa ghi" in written(client, answer).message
    stored = {one.criterion.code: one.met for one in Answer.objects.filter(evaluation=dossier)}
    assert stored == {first: False, second: True}


def test_what_is_saved_between_preview_and_job_is_not_written_over(client, world, dossier):
    client.force_login(world.officer)
    (first,) = must_of(dossier)[:1]
    book = taken_along(client, world, dossier)
    put(book, dossier, first, "Đ")
    answer = sent(client, world, book)
    assert previewed(client, answer).context["many"] == 1
    save(dossier, world.leader, first, "K")
    assert "Chưa ghi được ô nào. 1 ô chưa ghi" in written(client, answer).message
    assert Answer.objects.get(evaluation=dossier).met is False


def test_cells_that_cannot_be_read_come_back_marked_and_the_others_are_written(client, world, dossier):
    client.force_login(world.officer)
    first, second = must_of(dossier)[:2]
    book = taken_along(client, world, dossier)
    put(book, dossier, first, "có lẽ")
    put(book, dossier, second, "Đ")
    answer = sent(client, world, book)
    page = previewed(client, answer)
    (left,) = page.context["left"]
    assert "không hiểu “có lẽ”" in left.sentence and left.sentence in html.unescape(page.content.decode())
    assert "Đã ghi 1 ô. 1 ô chưa ghi" in written(client, answer).message
    token = answer.url.rstrip("/").rpartition("/")[2]
    marked = client.get(address(world, "grid_left", token))
    again = load_workbook(io.BytesIO(marked.content))
    cell = again.worksheets[0].cell(row_of(again, dossier), column_of(again, dossier, first))
    assert (cell.value, cell.fill.fgColor.rgb, cell.comment.text) == ("có lẽ", "FFFFF3C4", left.sentence)
    put(again, dossier, first, "K")  # mended in the marked file and sent
    assert "Đã ghi 1 ô." in written(client, sent(client, world, again)).message


def test_a_dossier_that_was_sent_on_takes_no_cell(client, world, dossier):
    fill([dossier], world.officer, appraised=False)
    client.force_login(world.officer)
    book = taken_along(client, world, dossier)
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.SUBMITTED)
    put(book, dossier, must_of(dossier)[0], "K")
    page = previewed(client, sent(client, world, book))
    assert page.context["many"] == 0
    assert [cell.sentence for cell in page.context["left"]] == [
        "Hồ sơ đang “Đã gửi, chờ thẩm định” nên không ghi được."
    ]


def test_what_is_no_grid_of_this_year_is_refused(client, world, dossier):
    client.force_login(world.officer)
    book = taken_along(client, world, dossier)
    book[ORIGIN]["B1"] = "999999"
    assert told(sent(client, world, book))[0].startswith("Tệp là bảng nhập của kỳ khác")
    del book[ORIGIN]
    assert told(sent(client, world, book)) == [
        "Tệp không phải bảng nhập tải từ cổng. Hãy tải bảng nhập về, điền vào rồi gửi lại."
    ]
    book = taken_along(client, world, dossier)
    book[ORIGIN]["C1"] = "9" * 30
    assert told(sent(client, world, book))[0].startswith("Tệp là bảng nhập của bộ tiêu chí không dùng")


def test_rows_of_others_and_rows_twice_are_refused(client, world, dossier):
    client.force_login(world.officer)
    book = taken_along(client, world, dossier)
    page = book.worksheets[0]
    page.append([f"HS{dossier.pk}", "", "", "Đ"])
    page.append(["HS999999999", "", "", "Đ"])
    page.append(["HS" + "9" * 40, "", "", "Đ"])
    first = row_of(book, dossier)
    sentences = told(sent(client, world, book))
    assert f"Hồ sơ của {dossier.unit_name} đã có ở dòng {first}. Hãy bỏ một dòng." in sentences
    assert len([one for one in sentences if one.startswith("Không thấy hồ sơ “HS999")]) == 2


def test_nobody_takes_or_sends_the_grid_of_another_place(client, world, dossier):
    client.force_login(world.officer)
    book = taken_along(client, world, dossier)
    for person in (world.sister, world.inspector):
        client.force_login(person)
        answer = client.get(address(world, "grid_book"), {"bo": dossier.criteria_set_id})
        assert answer.status_code in (302, 404) or f"HS{dossier.pk}" not in str(
            [cell.value for cell in load_workbook(io.BytesIO(answer.content)).worksheets[0]["A"]]
        )
        put(book, dossier, must_of(dossier)[0], "Đ")
        sentences = sent(client, world, book)
        assert sentences.status_code == 404 or any("Không thấy hồ sơ" in one for one in told(sentences))


def test_the_same_grid_makes_the_same_bytes_and_says_how_its_cells_are_written(client, world, dossier):
    client.force_login(world.officer)
    query = {"bo": dossier.criteria_set_id}
    one, other = (client.get(address(world, "grid_book"), query).content for _ in range(2))
    assert one == other
    page = load_workbook(io.BytesIO(one)).worksheets[0]
    line = entry_lines(dossier.criteria_set)[0]
    assert line.article in page.cell(1, 4).comment.text
    assert page.cell(2, 4).number_format == "@"
    assert {rule.formula1 for rule in page.data_validations.dataValidation} == {'"Đ,K,KAD"'}


# --- taken back ---------------------------------------------------------------------------------------------------
def filled(client, world, dossier) -> FileImport:
    """A grid written: the first cell changed, the second new, the third taken away."""
    client.force_login(world.officer)
    first, second, third = must_of(dossier)[:3]
    save(dossier, world.officer, first, "Đ")
    save(dossier, world.officer, third, "Đ")
    book = taken_along(client, world, dossier)
    for code, text in ((first, "K"), (second, "Đ"), (third, "xoá")):
        put(book, dossier, code, text)
    job = written(client, sent(client, world, book))
    return FileImport.objects.get(job=job)


def undone(client, record: FileImport) -> Job:
    address = reverse("units:import_undo", args=[record.pk])
    answer = client.post(address, {"reason": "Nhầm tệp.", "once": new_token()})
    assert answer.status_code == 302, answer.text
    job = Job.objects.latest("pk")
    jobs.run(job.pk)
    job.refresh_from_db()
    return job


def met(dossier) -> dict:
    return {one.criterion.code: one.met for one in dossier.answers.select_related("criterion")}


def test_a_filled_grid_is_taken_back_and_the_log_tells_each_cell(client, world, dossier):
    record = filled(client, world, dossier)
    first, second, third = must_of(dossier)[:3]
    assert (record.made, record.changed, record.place) == (1, 2, world.commune)
    page = client.get(address(world, "grid_import"))
    assert reverse("units:import_undo", args=[record.pk]) in page.text
    assert undone(client, record).message == "Đã hoàn tác lần nhập: trả lại 3 ô như trước khi nhập."
    assert met(dossier) == {first: True, second: None, third: True}
    numbers = dict(Answer.objects.values_list("criterion__code", "criterion__number"))
    lines = dossier.events.order_by("-pk").values_list("comment", flat=True)[:3]
    why = "Hoàn tác lần nhập từ tệp “bang.xlsx”. Nhầm tệp."
    assert sorted(lines) == sorted(
        f"Tiêu chí {numbers[code]}: {way}. {why}"
        for code, way in ((first, "K → Đ"), (second, "Đ → để trống"), (third, "để trống → Đ"))
    )
    page = client.get(reverse("units:import_undo", args=[record.pk]))
    assert "Đã hoàn tác" in page.text and "Hoàn tác lần nhập này" not in page.text


def test_a_cell_written_since_is_left_and_told(client, world, dossier):
    record = filled(client, world, dossier)
    first, second, third = must_of(dossier)[:3]
    numbers = dict(Answer.objects.values_list("criterion__code", "criterion__number"))
    save(dossier, world.officer, second, "K", version=1)
    address = reverse("units:import_undo", args=[record.pk])
    told = f"{dossier.unit_name}, tiêu chí {numbers[second]}: {world.officer} đã ghi lại lúc "
    page = html.unescape(client.get(address).text)
    assert "Hoàn tác sẽ để nguyên những chỗ này:" in page and told in page
    job = undone(client, record)
    assert job.message.startswith("Đã hoàn tác lần nhập: trả lại 2 ô như trước khi nhập. 1 ô để nguyên")
    assert met(dossier) == {first: True, second: False, third: True}
    page = html.unescape(client.get(address).text)
    assert "Khi hoàn tác, những chỗ này được để nguyên:" in page and told in page


def test_where_every_cell_was_written_since_nothing_is_taken_back(client, world, dossier):
    record = filled(client, world, dossier)
    before = met(dossier)
    Answer.objects.filter(evaluation=dossier).update(version=9)
    page = client.get(reverse("units:import_undo", args=[record.pk]))
    assert len([one for one in page.context["in_the_way"] if "đã ghi lại lúc" in one]) == 3
    assert met(dossier) == before


def test_a_dossier_sent_on_keeps_its_cells(client, world, dossier):
    record = filled(client, world, dossier)
    before = met(dossier)
    Evaluation.objects.filter(pk=dossier.pk).update(state=State.SUBMITTED)
    job = undone(client, record)
    assert job.state == JobState.FAILED
    assert job.error.startswith("Không hoàn tác được, chưa đổi gì:")
    assert job.error.count("nên không sửa được. Hãy tải lại trang.") == 3
    record.refresh_from_db()
    assert (record.is_undone, met(dossier)) == (False, before)
