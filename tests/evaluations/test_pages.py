"""The pages: each for whom it is, what they say when there is nothing, searching, the inbox, bulk moves, junk."""

import html
import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localtime

from criteria.judging.values import Value
from criteria.models import CriteriaSet
from evaluations import queries, services, urls, workflow
from evaluations.enums import CycleStatus, Side, State
from evaluations.judging.dossiers import judged_dossier
from evaluations.models import Cycle, Decision, Evaluation, Evidence, Recognition, Sitting
from tests.evaluations.factories import open_year
from tests.evaluations.page_list import PAGES, make_bar, make_past, person
from tests.ids import ids_twice
from units.enums import Role

from ..units.factories import make_province, make_tree, make_user
from .factories import attach, dossier_of, hold_sitting, make_total, recognise, register, submit
from .world import decided, fill, more_dossiers, put

pytestmark = pytest.mark.both  # search and order


def said(response) -> str:
    return " ".join(html.unescape(response.content.decode()).split())


def address(name: str, *args) -> str:
    return reverse(f"evaluations:{name}", args=args)


@pytest.fixture
def walked(world, settings, tmp_path):
    """A year under way: a recognised dossier, a revoked one, a draft decision, an open sitting, one with evidence."""
    settings.FILES_DIR = tmp_path / "dossiers"
    dossiers = decided(world, ("Thôn Họp",))
    tabled = dossiers[-1]
    hold_sitting(world.council.committee, [tabled], by=world.standing)
    register(world.area, by=world.officer)
    attach(world.area, world.officer)
    return {dossier.unit_name: dossier for dossier in dossiers}


# --- every page for whom it is ---------------------------------------------------------------------------------

POSTS = {
    "act",
    "award_bar_act",
    "award_bar_end",
    "cell",
    "grid_block",
    "grid_confirm",
    "confirm",
    "accept",
    "remark",
    "timing",
    "keep",
    "evidence_remove",
    "past_drop",
    "past_export",
    "past_preview",
    "cycle_refreeze",
    "cycle_delete",
    "late_unit_add",
    "late_unit_drop",
    "grid_act",
    "grid_book",
    "grid_left",
    "grid_preview",
    "agenda_add",
    "agenda_remove",
    "sitting_attendance",
    "sitting_vote",
    "sitting_close",
    "sitting_drop",
    "decision_issue",
    "past_totals_export",
    "past_totals_preview",
    "past_totals_drop",
}


def test_every_page_is_walked_here():
    assert set(PAGES) | POSTS == {route.name for route in urls.urlpatterns}


@pytest.fixture
def things(world, walked):
    past = make_past(world)
    named = {
        "past": past,
        "past_unit": past.unit,
        "area": world.area,
        "cycle": world.cycle,
        "set": world.area.criteria_set,
        "paper": Evidence.objects.get(evaluation=world.area),
        "open": Sitting.objects.get(closed_at=None),
        "closed": Sitting.objects.exclude(closed_at=None).latest("pk"),
        "draft": Decision.objects.get(issued_at=None),
        "issued": Decision.objects.get(number=1),
        "revoking": Decision.objects.get(kind="revoke"),
        "bar": make_bar(world),
        "recognition": Recognition.objects.get(evaluation=walked["Thôn Được"]),
        "total": make_total(world.commune),
        "place": world.commune,
    }
    return named | walked


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_for_whom_they_are(client, world, things, name):
    for who, args, text in PAGES[name]:
        client.force_login(person(world, who))
        response = client.get(address(name, *[things[arg].pk for arg in args]))
        assert (response.status_code, ids_twice(response)) == (200, []), (name, who)
        if text:
            page = said(response)
            assert text in page
            assert "<style" not in page and "onclick" not in page  # the content policy forbids them


@pytest.mark.parametrize("name", [name for name, rows in PAGES.items() if rows[0][1] not in ((), ("cycle",), ("set",))])
def test_pages_are_not_there_for_the_next_commune(client, world, things, name):
    client.force_login(world.sister)
    for _, args, _ in PAGES[name]:
        assert client.get(address(name, *[things[arg].pk for arg in args])).status_code == 404
    for missing in (10**9, 10**30):
        assert client.get(address(name, *[missing for _ in PAGES[name][0][1]])).status_code == 404


def test_pages_ask_who_is_there(client, world, things):
    for name, rows in PAGES.items():
        response = client.get(address(name, *[things[arg].pk for arg in rows[0][1]]))
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("sign_in"))


def test_a_list_shows_only_ones_own_place(client, world, walked):
    client.force_login(world.officer)
    page = said(client.get(address("list")))
    assert "Thôn 1 (A1.1)" in page and "Xã A1.1" in page and "A1.2" not in page and "A2." not in page
    client.force_login(world.sister)
    page = said(client.get(address("list")))
    assert "Thôn 1 (A1.2)" in page and "A1.1" not in page
    for name in ("sitting_list", "decision_list", "recognition_list"):
        page = said(client.get(address(name)))
        assert "A1.1" not in page and "Thôn Được" not in page and "QĐ-UBND" not in page


@pytest.mark.parametrize("state", State)
def test_a_file_shows_itself_in_every_state(client, world, state):
    dossier = world.area
    fill([dossier], world.officer, failing={"TT124-KDC-2"})
    put([dossier], state, submitted_by=world.officer)
    if state in (State.RECOGNISED, State.REVOKED):
        decision = Decision.objects.create(issuer=world.commune, number=1, symbol="QĐ", signed_on=date(2024, 11, 8))
        Recognition.objects.create(evaluation=dossier, decision=decision, certificate="AAAA-BBBB-CCCC")
    for user in (world.officer, world.leader, world.standing, world.chair, world.inspector):
        client.force_login(user)
        page = said(client.get(address("detail", dossier.pk)))
        moves = workflow.available(world.area, user, judged_dossier(world.area))
        assert State(state).label in page and dossier.unit_name in page
        for step in workflow.TRANSITIONS.values():
            shown = f'name="action" value="{step.action}"' in page
            assert shown == (step in moves), (state, user.post, step.action)
        editing = address("entry", dossier.pk) in page
        assert editing == (state in ("registered", "returned") and user in (world.officer, world.leader))
        assert ('data-side="appraised"' in page) == (state == "submitted" and user == world.standing)


def test_differences_only(client, world):
    submit(dossier := world.area, by=world.officer)
    services.save_answer(dossier, "TT124-KDC-1.1", Value(met=False), version=1, by=world.standing, side=Side.APPRAISED)
    client.force_login(world.standing)
    whole, differing = (said(client.get(address("detail", dossier.pk) + query)) for query in ("", "?lech=1"))
    assert (whole.count('scope="row"'), differing.count('scope="row"')) == (17, 1)
    assert (whole.count("<span data-differs>"), whole.count("<span data-differs hidden>")) == (1, 16)


def test_a_move_through_its_button(client, world):
    dossier = world.area
    client.force_login(world.officer)
    assert client.post(address("act", dossier.pk), {"action": "register"}).url == address("detail", dossier.pk)
    late = client.post(address("act", dossier.pk), {"action": "register"})
    assert late.status_code == 422 and "đang ở tình trạng “Đã đăng ký” (đăng ký lúc " in said(late)
    put([dossier], State.SUBMITTED)
    client.force_login(world.standing)
    bare = client.post(address("act", dossier.pk), {"action": "return", "comment": " "})
    assert bare.status_code == 422 and "“Trả lại” phải ghi rõ lý do." in said(bare)
    long = "Thiếu biên bản. " * 200
    cut = client.post(address("act", dossier.pk), {"action": "return", "comment": long})  # not stored without its end
    assert cut.status_code == 422 and "dài 3.200 ký tự; ô này nhận tối đa 2.000 ký tự" in said(cut)
    assert long.strip() in said(cut) and not dossier.events.filter(action="return").exists()
    done = client.post(address("act", dossier.pk), {"action": "return", "comment": "Thiếu\0 biên bản"}, follow=True)
    assert "Đã trả lại hồ sơ Thôn 1 (A1.1)." in said(done) and "Thiếu biên bản" in said(done)
    kept = client.post(address("act", dossier.pk), {"action": "return", "comment": "Lý do đã gõ"})
    assert kept.status_code == 422
    for action in ("table", "propose", "recognise", "revoke", "", "x", "\0"):
        assert client.post(address("act", dossier.pk), {"action": action, "comment": "x"}).status_code == 404


def test_a_result_of_old_says_where_it_comes_from(client, world):
    Evaluation.objects.filter(pk=world.area.pk).update(origin="history", route=None, state="recognised")
    Cycle.objects.filter(pk=world.cycle.pk).update(source="Báo cáo 55/BC-BCĐ", status=CycleStatus.CLOSED)
    client.force_login(world.inspector)
    page = said(client.get(address("detail", world.area.pk)))
    assert "Kết quả nhập lại từ tài liệu: Báo cáo 55/BC-BCĐ." in page and "Tự đánh giá" not in page


def test_the_units_page_shows_its_years(client, world, walked):
    client.force_login(world.inspector)
    page = said(client.get(reverse("units:detail", args=[walked["Thôn Mất"].unit_id])))
    assert "ký ngày 08/11/2024; thu hồi theo số 02/QĐ-UBND" in page and "Bị thu hồi công nhận" in page


# --- when there is nothing -------------------------------------------------------------------------------------


def test_empty_pages_say_so(client, world):
    province = make_province("Tỉnh Vắng")
    staff, standing = make_user(Role.STAFF, province), make_user(Role.STANDING, province)
    client.force_login(staff)
    expected = {
        reverse("home"): "Chưa có kỳ đánh giá nào đang mở.",
        address("list"): "Không có hồ sơ nào khớp bộ lọc.",
        address("cycle_list"): "Chưa có kỳ đánh giá nào.",
        address("sitting_list"): "Chưa có phiên họp nào.",
        address("decision_list"): "Chưa có quyết định nào.",
        address("recognition_list"): "Không có công nhận nào khớp bộ lọc.",
    }
    for page, sentence in expected.items():
        assert sentence in said(client.get(page)), page
    assert "Mở kỳ đánh giá" in said(client.get(reverse("home")))
    client.force_login(standing)
    assert "Mở kỳ đánh giá" not in said(client.get(reverse("home")))
    client.force_login(world.inspector)
    assert "Đồng chí không có đơn vị nào phải nhập trong kỳ này." in said(client.get(address("grid", world.cycle.pk)))
    client.force_login(world.officer)
    assert "Không có hồ sơ nào khớp “xyz”." in said(client.get(address("grid", world.cycle.pk), {"q": "xyz"}))


def test_people_of_an_area_or_a_school_have_pages_too(client, world):
    for unit in (world.tree.areas[0], world.tree.agency, world.tree.school):
        client.force_login(make_user(Role.OFFICER, unit))
        for page in (
            reverse("home"),
            address("list"),
            address("cycle_list"),
            address("sitting_list"),
            address("decision_list"),
            address("recognition_list"),
            address("grid", world.cycle.pk),
        ):
            assert client.get(page).status_code == 200, (unit, page)
        page = said(client.get(address("list")))
        assert unit.name in page and "1 hồ sơ" in page


def test_an_account_placed_nowhere_sees_nothing(client, world):
    client.force_login(make_user())
    for name in ("list", "cycle_list", "sitting_list", "decision_list", "recognition_list"):
        assert "A1.1" not in said(client.get(address(name)))
    assert client.get(reverse("home")).status_code == 200


# --- finding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["thon duoc", "THÔN ĐƯỢC", "Thôn được", "  duoc ", "Đươc"])
def test_names_are_found_without_tone_marks(client, world, walked, words):
    client.force_login(world.officer)
    for name, args in (("list", ()), ("grid", (world.cycle.pk,)), ("recognition_list", ())):
        page = said(client.get(address(name, *args), {"q": words}))
        assert "Thôn Được" in page and "Thôn Mất" not in page, name


def test_filters_narrow_the_list(client, world, walked):
    client.force_login(world.staff)

    def found(**query) -> int:
        return client.get(address("list"), query).context["page"].paginator.count

    cycle, district = world.cycle.pk, world.district.pk
    assert found() == 19
    assert found(cycle=cycle, kind="commune") == 4
    assert found(cycle=cycle, district=district) == 13
    assert found(cycle=cycle, commune=world.commune.pk, kind="residential_area") == 6
    assert found(cycle=cycle, state="recognised") == 1
    assert found(state="revoked") == 1
    client.force_login(world.standing)
    assert [found(mine=desk) for desk in ("entry_unit", "appraisal_unit", "decision_unit")] == [9, 8, 8]


def test_a_certificate_is_found_by_its_code(client, world, walked):
    certificate = Recognition.objects.get(evaluation=walked["Thôn Được"]).certificate
    client.force_login(world.officer)
    page = client.get(address("recognition_list"), {"q": f" {certificate.lower()} "})
    assert [row.certificate for row in page.context["page"]] == [certificate]


JUNK = [
    "",
    "x",
    "²",
    "-1",
    "0",
    "1e9",
    "9" * 40,
    "\0",
    "a\0b",
    "%",
    "'",
    "ữ" * 300,
    "<script>alert(1)</script>",
    "../..",
]
QUERIES = {
    "list": ("q", "cycle", "kind", "district", "commune", "state", "mine", "relation", "page"),
    "grid": ("q", "bo", "page"),
    "recognition_list": ("q", "year", "kind", "district", "relation", "page"),
    "decision_list": ("year", "kind", "number", "page"),
    "streak_list": ("q", "rule", "year", "near", "district", "commune", "province", "page"),
    "award_barred": ("q", "year", "district", "commune", "page"),
    "sitting_list": ("page",),
    "cycle_list": ("page",),
    "detail": ("lech",),
    "sitting_detail": ("page",),
}


@pytest.mark.parametrize("name", QUERIES)
def test_junk_in_an_address_is_no_error(client, world, things, name):
    args = {"grid": [world.cycle.pk], "detail": [world.area.pk], "sitting_detail": [things["open"].pk]}.get(name, [])
    client.force_login(world.standing if name == "sitting_detail" else world.officer)
    for key in QUERIES[name]:
        for junk in JUNK:
            response = client.get(address(name, *args), {key: junk})
            assert response.status_code == 200, (key, junk)
            assert b"<script>alert" not in response.content


# --- what waits for whom ---------------------------------------------------------------------------------------


def piles(user, world, today=date(2024, 3, 1)) -> dict[str, int]:
    user.__dict__.pop("_placements", None)
    return {pile.label: pile.count for pile in queries.waiting_for(user, [world.cycle], today)[0][1]}


def test_the_inbox_counts_as_one_counts_by_hand(client, world):
    """Commune A1.1 enters two areas, its agency, its enterprise and itself."""
    first, second = world.areas
    agency = dossier_of(world.cycle, world.tree.agency)
    assert piles(world.officer, world) == {
        "Chờ đăng ký": 5,
        "Đang nhập, chưa gửi": 0,
        "Bị trả lại, cần sửa": 0,
    }
    put([first], State.REGISTERED)
    put([second], State.RETURNED)
    put([agency], State.SUBMITTED)
    counted = {"Chờ đăng ký": 2, "Đang nhập, chưa gửi": 1, "Bị trả lại, cần sửa": 1}
    assert piles(world.officer, world) == piles(world.leader, world) == counted
    assert piles(world.standing, world) == {"Chờ thẩm định": 1, "Chờ đưa vào phiên họp": 0}
    put([first, second], State.APPRAISED)
    assert piles(world.standing, world) == {"Chờ thẩm định": 1, "Chờ đưa vào phiên họp": 2}
    assert piles(world.sister, world)["Chờ đăng ký"] == 3
    assert piles(world.district_council.people[1], world) == {"Chờ thẩm định": 0, "Chờ đưa vào phiên họp": 0}
    assert piles(world.inspector, world) == piles(world.chair, world) == {}
    client.force_login(world.standing)
    page = client.get(reverse("home"))
    (desk,) = page.context["desks"]
    assert desk.cycle == world.cycle and len(desk.piles) == 2
    for pile in desk.piles:
        listed = client.get(f"{address('list')}?{pile.query}").context["page"].paginator.count
        assert listed == pile.count


@pytest.mark.parametrize(
    ("state", "user", "label", "due"),
    [
        (State.EXPECTED, "officer", "Chờ đăng ký", date(2024, 3, 31)),  # in quarter I
        (State.APPRAISED, "standing", "Chờ đưa vào phiên họp", date(2024, 11, 14)),  # before 15 November
        (State.SUBMITTED, "standing", "Chờ thẩm định", None),  # the law names no day
    ],
)
def test_late_from_the_day_after_the_last(world, state, user, label, due):
    put(world.areas, state)

    def pile(today):
        piles = queries.waiting_for(getattr(world, user), [world.cycle], today)[0][1]
        return next(one for one in piles if one.label == label)

    days = (date(2024, 3, 31), date(2024, 4, 1), date(2024, 11, 14), date(2024, 11, 15))
    assert pile(days[0]).due == due
    assert [pile(day).late for day in days] == [due is not None and day > due for day in days]


def test_a_pile_without_work_is_never_late(client, world):
    put(list(world.cycle.evaluations.all()), State.REGISTERED)
    pile = queries.waiting_for(world.officer, [world.cycle], date(2030, 1, 1))[0][1][0]
    assert (pile.label, pile.count, pile.late) == ("Chờ đăng ký", 0, False)
    client.force_login(world.officer)
    assert "Quá hạn" not in said(client.get(reverse("home")))


def test_the_home_page_shows_what_is_late_and_what_to_sign(client, world, walked):
    client.force_login(world.officer)
    page = said(client.get(reverse("home")))
    assert "hết 31/03/2024" in page and "Quá hạn" in page
    client.force_login(world.standing)
    page = client.get(reverse("home"))
    assert [sitting.closed_at for sitting in page.context["sittings"]] == [None]
    assert [decision.issued_at for decision in page.context["decisions"]] == [None]
    client.force_login(world.sister)
    page = client.get(reverse("home"))
    assert (list(page.context["sittings"]), list(page.context["decisions"])) == ([], [])


# --- the grid --------------------------------------------------------------------------------------------------


def test_the_grid_shows_one_set_at_a_time_with_its_verdicts(client, world):
    first, second = world.areas
    put([first, second], State.REGISTERED)
    fill([first], world.officer)
    fill([second], world.officer, failing={"TT124-KDC-1.3"})
    client.force_login(world.officer)
    page = client.get(address("grid", world.cycle.pk))
    assert [row.dossier.unit_name for row in page.context["rows"]] == [first.unit_name, second.unit_name]
    assert [row.verdict.outcome for row in page.context["rows"]] == ["met", "not_met"]
    text = said(page)
    assert text.count('class="cell') == 34 and 'value="100/100"' in text
    assert "Mới 1/100 hộ đăng ký tham gia (cần đúng 100%, tức đủ 100); còn thiếu 99 hộ" in text
    sets = {one.code: one.pk for one in page.context["sets"]}
    assert list(sets) == ["TT124-KDC", "TT124-XA", "TT124-CQDN"]
    communes = client.get(address("grid", world.cycle.pk), {"bo": sets["TT124-XA"]})
    cells = {cell.line.number: (cell.derived, cell.text) for cell in communes.context["rows"][0].cells}
    assert (cells["4.1"], cells["4.2"], cells["1.1"]) == ((True, "2/4"), (True, ""), (False, ""))


def test_a_sent_file_is_read_only_in_the_grid(client, world):
    put(world.areas[:1], State.SUBMITTED)
    put(world.areas[1:], State.REGISTERED)
    client.force_login(world.officer)
    rows = client.get(address("grid", world.cycle.pk)).context["rows"]
    assert [row.editable for row in rows] == [False, True]


def link_to(dossier) -> str:
    return f'<a href="{address("detail", dossier.pk)}">{dossier.listed_name}</a>'


def notices(page: str) -> list[str]:
    """The tones of the messages a page shows."""
    return re.findall(r'<div class="notice notice--(\w+)">', page)


def bulk(client, world, action, code="TT124-KDC"):
    chosen = {one.code: one.pk for one in world.cycle.evaluations.first().cycle.programme.sets.all()}[code]
    data = {"action": action, "bo": chosen}
    return said(client.post(address("grid_act", world.cycle.pk), data, follow=True))


def test_register_all_of_a_set(client, world):
    client.force_login(world.officer)
    page = bulk(client, world, "register")
    first, second = world.areas
    assert f"Đã đăng ký 2 đơn vị: {link_to(first)}; {link_to(second)}." in page.replace("</strong>", "")
    assert "Chưa đăng ký: 2 khu dân cư" not in page
    states = dict(world.cycle.evaluations.values_list("unit", "state"))
    tree = world.tree
    assert [states[unit.pk] for unit in (*tree.areas[:4], tree.agency)] == ["registered"] * 2 + ["expected"] * 3


def test_all_kinds_are_registered_at_once_after_their_number_is_shown(client, world):
    client.force_login(world.officer)
    address_of_grid = address("grid", world.cycle.pk)
    page = said(client.get(address_of_grid))
    count = Evaluation.objects.entered_by(world.officer).filter(cycle=world.cycle, state="expected").count()
    assert f"Đăng ký {count} đơn vị chưa đăng ký" in page and "2 khu dân cư; " in page
    client.post(address("grid_act", world.cycle.pk), {"action": "register"})
    assert "Bước 1: đăng ký." not in said(client.get(address_of_grid))
    left = Evaluation.objects.entered_by(world.officer).filter(cycle=world.cycle, state="expected")
    assert count > 2 and not left.exists()


def test_the_grid_shows_only_what_is_asked_for(client, world):
    ready, empty, failing, returned = more_dossiers(
        world, ["Thôn Đủ", "Thôn Trống", "Thôn Chưa đạt", "Thôn Trả lại"], state=State.REGISTERED
    )
    fill([ready], world.officer)
    fill([failing, returned], world.officer, failing={"TT124-KDC-1.1"})
    put([returned], State.RETURNED)
    client.force_login(world.officer)

    def shown(word):
        page = client.get(address("grid", world.cycle.pk), {"loc": word})
        return {row.dossier.unit_name for row in page.context["rows"]}

    everything = shown("")
    assert {"Thôn Đủ", "Thôn Trống", "Thôn Chưa đạt", "Thôn Trả lại"} < everything
    assert shown("tra-lai") == {"Thôn Trả lại"}
    assert shown("chua-dat") == {"Thôn Chưa đạt", "Thôn Trả lại"}
    assert shown("thieu") & {one.unit_name for one in (ready, empty, failing, returned)} == {"Thôn Trống"}
    assert shown("khong-co") == everything
    page = said(client.get(address("grid", world.cycle.pk)))
    assert "1 hồ sơ bị trả lại, cần sửa." in page
    assert page.count('<span class="brief">1.1</span>') == 2 and '<span class="brief">còn 17</span>' in page
    line = next(line for line in world.area.criteria_set.criteria.all() if line.number == "1.3")
    assert f'1.3</span> <span class="words">{line.label}</span> <small>a/b</small>' in page
    assert '<small>Đ/K <abbr title="cần minh chứng">MC</abbr>' in page


def test_submit_all_tells_who_could_not_go_and_why(client, world):
    ready, unproved, empty = more_dossiers(world, ["Thôn Đủ", "Thôn Thiếu giấy", "Thôn Trống"])
    fill([ready, unproved], world.officer)
    unproved.evidence.all().delete()
    put([ready, unproved, empty], State.REGISTERED)
    client.force_login(world.leader)
    page = bulk(client, world, "submit")
    assert f"Đã gửi thẩm định 1 hồ sơ: {link_to(ready)}." in page.replace("</strong>", "")
    assert "Chưa gửi được 2 hồ sơ:" in page and notices(page) == ["warn"]
    lacks = "Còn thiếu minh chứng cho tiêu chí 1.1, 1.2, 2, 4c, 5.1. Hãy đính kèm rồi gửi."
    assert f"{link_to(unproved)}: {lacks}" in page
    assert f"{link_to(empty)}: Còn 17 tiêu chí chưa có số liệu: 1.1," in page


def test_one_reason_of_many_is_told_once_and_those_past_fifty_are_counted(client, world):
    many = more_dossiers(world, [f"Thôn số {number:02}" for number in range(53)])
    put(many, State.REGISTERED)
    client.force_login(world.leader)
    page = bulk(client, world, "submit")
    assert "Chưa gửi được 53 hồ sơ:" in page and page.count("Còn 17 tiêu chí chưa có số liệu") == 1
    assert f"{link_to(many[0])}; {link_to(many[1])};" in page
    rest = f"{address('list')}?cycle={world.cycle.pk}&mine=entry_unit"
    assert f'… và <a href="{rest}">3 hồ sơ khác</a>.' in page
    assert len(client.get(rest).context["page"].object_list) >= 50


@pytest.mark.parametrize(
    ("action", "said_so"), [("register", "không còn đơn vị nào"), ("submit", "không có hồ sơ nào")]
)
def test_a_bulk_move_of_none_is_no_success(client, world, action, said_so):
    put(world.areas, State.SUBMITTED)
    client.force_login(world.officer)
    page = bulk(client, world, action)
    assert notices(page) == ["warn"] and f"Trong bảng này {said_so}" in page and "0 hồ sơ" not in page


@pytest.mark.parametrize("action", ["withdraw", "appraise", "recognise", "", "\0", "x" * 99])
def test_other_moves_are_not_made_in_bulk(client, world, action):
    client.force_login(world.officer)
    assert "Việc này không làm hàng loạt được." in bulk(client, world, action)
    assert set(world.cycle.evaluations.values_list("state", flat=True)) == {"expected"}


@pytest.mark.parametrize("chosen", ["²", "x", "9" * 40, "-1", "\0"])
def test_a_bulk_move_of_no_set_moves_nothing(client, world, chosen):
    client.force_login(world.officer)
    response = client.post(address("grid_act", world.cycle.pk), {"action": "register", "bo": chosen}, follow=True)
    assert response.status_code == 200
    moved = world.cycle.evaluations.exclude(state="expected").count()
    assert moved == (5 if chosen == "\0" else 0)


def test_nobody_moves_files_they_do_not_enter(client, world):
    for user in (world.standing, world.inspector, world.staff):
        client.force_login(user)
        bulk(client, world, "register")
    assert set(world.cycle.evaluations.filter(commune__in=world.tree.communes[1:]).values_list("state")) == {
        ("expected",)
    }
    assert world.cycle.evaluations.exclude(state="expected").count() == 0


# --- what pages cost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["list", "grid", "home", "recognition_list", "sitting_detail"])
def test_statements_of_a_page_do_not_grow_with_its_rows(client, world, walked, name):
    user = world.standing if name == "sitting_detail" else world.officer
    sitting = Sitting.objects.get(closed_at=None)
    args = {"grid": [world.cycle.pk], "sitting_detail": [sitting.pk]}.get(name, [])
    page = reverse("home") if name == "home" else address(name, *args)
    client.force_login(user)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    put(more_dossiers(world, ["Thôn chờ họp"]), State.APPRAISED)
    statements()  # the session's first request
    few = statements()
    dossiers = more_dossiers(world, [f"Thôn số {number}" for number in range(45)])
    fill(dossiers, world.officer)
    put(dossiers, State.APPRAISED, submitted_by=world.officer)
    services.add_to_agenda(sitting, dossiers[:20], by=world.standing)
    if name == "recognition_list":
        recognise(world.council.committee, dossiers[20:], by=world.standing, number=30)
    assert statements() == few


def test_the_inbox_and_the_years_ask_as_often_for_many_years_as_for_one(client, world):
    def statements(page: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        return len(captured)

    people, pages = (world.officer, world.staff, world.chair), (reverse("home"), address("cycle_list"))

    def every() -> list[list[int]]:
        counts = []
        for user in people:
            client.force_login(user)
            client.get(pages[0])  # the session's first request
            counts.append([statements(page) for page in pages])
        return counts

    few = every()
    for year in (2022, 2023):
        open_year(world.tree, year)
    assert Cycle.objects.filter(status=CycleStatus.OPEN).count() == 3
    assert every() == few
    assert all(home <= 12 and years <= 8 for home, years in few)


# --- opening and locking the year ------------------------------------------------------------------------------


def test_a_year_is_opened_through_the_page(client, world):
    client.force_login(world.staff)
    programme = world.cycle.programme_id
    page = address("cycle_open")
    good = {"programme": programme, "year": "2023", "as_of": "30/06/2023"}
    bad = {
        "year": ("2024", "đã được mở từ trước."),
        "as_of": ("30/02/2023", "ngày"),
        "as_of ": ("30/06/2021", "Ngày 30/06/2021 không thuộc năm 2023 hoặc năm trước."),
        "programme": ("9" * 30, "Mở kỳ đánh giá"),
    }
    for name, (value, sentence) in bad.items():
        response = client.post(page, good | {name.strip(): value})
        assert response.status_code == 422 and sentence in said(response), name
    assert client.post(page, good | {"year": "hai nghìn"}).status_code == 422
    done = client.post(page, good | {"once": "m" * 20}, follow=True)
    assert "Đã mở An toàn về an ninh, trật tự năm 2023, danh sách có 15 đơn vị thuộc diện xét." in said(done)
    assert client.post(page, good | {"once": "m" * 20}).status_code == 302
    assert Cycle.objects.filter(year=2023).count() == 1


def test_a_year_that_drafts_wait_for_says_which_set_judges_it(client, world):
    """The circular of 2025 stands as drafts from 2026 on: nothing is decided for the reader, and nothing kept from
    them. A year before it has none."""
    client.force_login(world.staff)
    typed = {"programme": world.cycle.programme_id, "year": "2026", "as_of": ""}
    page = said(client.post(address("cycle_open"), typed))
    assert "Năm 2026 còn bộ tiêu chí đang là bản thảo" in page
    year = timezone.localdate().year  # the page opens with today's
    assert (f"Năm {year} còn bộ" in said(client.get(address("cycle_open")))) == (year >= 2026)
    old, new = (CriteriaSet.objects.filter(document__number=number) for number in ("124/2021/TT-BCA", "48/2025/TT-BCA"))
    assert old.exists() and new.exists()
    for one in (*old, *new):
        assert one.name in page
    assert "chỗ chưa đọc được trong văn bản" in page
    assert "đang là bản thảo" not in said(client.post(address("cycle_open"), typed | {"year": "2023"}))
    typed |= {"as_of": "30/06/2025", "once": "n" * 20}  # the last day of this tree's districts
    done = said(client.post(address("cycle_open"), typed, follow=True))
    assert "Kỳ này xét theo bộ đã ban hành: " in done and ". Còn là bản thảo: " in done
    assert "(48/2025/TT-BCA)." in done


def test_a_year_is_locked_and_opened_again_through_the_page(client, world, walked):
    page, typed = address("cycle_close", world.cycle.pk), {"reason": "Đã báo cáo tổng kết"}
    client.force_login(world.staff)
    assert "Còn 2 hồ sơ đang ở phiên họp hoặc chờ quyết định." in said(client.post(page, typed))
    put([walked["Thôn Chờ"], walked["Thôn Họp"]], State.APPRAISED)
    for user in (world.officer, world.inspector, world.chair):
        client.force_login(user)
        assert client.post(page, typed).status_code == 404
    client.force_login(make_user(Role.STAFF, make_tree("Z").province))
    assert client.post(page, typed).status_code == 404
    client.force_login(world.staff)
    assert "Hãy ghi rõ lý do." in said(client.post(page, {"reason": "  "}))
    listed = said(client.post(page, typed, follow=True))
    assert "Đã khoá sổ An toàn về an ninh, trật tự năm 2024." in listed
    locked = Cycle.objects.get(pk=world.cycle.pk)
    assert f"{localtime(locked.locked_at):%H:%M %d/%m/%Y}, {world.staff}: Đã báo cáo tổng kết" in " ".join(
        listed.split()
    )
    client.force_login(world.officer)
    assert 'name="action"' not in said(client.get(address("detail", world.area.pk)))
    client.force_login(world.staff)
    page = address("cycle_reopen", world.cycle.pk)
    told = said(client.get(page))
    assert f"<td>{world.staff}</td><td>Đã báo cáo tổng kết</td>" in told
    listed = said(client.post(page, {"reason": "Sửa số liệu theo kết luận thanh tra"}, follow=True))
    assert "Đã mở lại sổ An toàn về an ninh, trật tự năm 2024." in listed and "Đã báo cáo tổng kết" not in listed
    client.force_login(world.officer)
    assert 'name="action"' in said(client.get(address("detail", world.area.pk)))


def test_a_dossier_says_that_its_route_was_inferred(client, world):
    """The routes after 1/7/2025 are read out of the amendment, not in it: a dossier cites them as such."""
    dossier = world.area
    inferred = dossier.criteria_set.routes.get(kind="residential_area", confidence="I")
    assert inferred.article == dossier.route.article
    client.force_login(world.officer)
    page = reverse("evaluations:detail", args=[dossier.pk])
    assert f"({inferred.article})" in client.get(page).content.decode()
    Evaluation.objects.filter(pk=dossier.pk).update(route=inferred)
    assert f"({inferred.article}; suy ra, cần xác nhận)" in client.get(page).content.decode()
