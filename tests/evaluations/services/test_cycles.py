"""Opening a year over real units, its frozen roster, its routes on both sides of 1/7/2025; closing; old results."""

from collections import Counter
from datetime import date, timedelta
from math import ceil

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext

from criteria.enums import SetStatus
from criteria.models import CriteriaSet, Programme
from evaluations import services, workflow
from evaluations.enums import Action, CycleStatus, Origin, State
from evaluations.models import Cycle, CycleEvent, Evaluation, Sitting, triggers
from evaluations.services.roster import RosterUnit, without_route
from portal.core.errors import Refused
from portal.demo.loading import load_places
from tests.evaluations.factories import dossier_of, open_year, published_sets, register
from tests.evaluations.world import put
from tests.units.factories import make_committee, make_province, make_tree, make_units, make_user
from units.enums import JUDGED, Subtype, UnitKind
from units.models import Unit, UnitVersion

pytestmark = pytest.mark.both  # a roster written in bulk from SQL


@pytest.fixture(scope="module")
def bac_giang(module_rows):
    """The real units of both places with their demo areas and organisations."""
    published_sets()
    load_places()
    return Unit.objects.get(kind=UnitKind.PROVINCE, code="24")


@pytest.fixture(scope="module")
def thanh_hoa(bac_giang):
    return Unit.objects.get(kind=UnitKind.PROVINCE, code="38")


@pytest.fixture(scope="module")
def roster(bac_giang):
    return open_cycle(bac_giang)


def open_cycle(province: Unit, year: int = 2024, as_of: date = date(2024, 1, 2)) -> Cycle:
    return services.open_cycle(Programme.objects.get(code="safety"), province, year, as_of=as_of, by=None)


def refused(province: Unit, **changes) -> str:
    with pytest.raises(Refused) as refusal:
        open_cycle(province, **changes)
    return refusal.value.sentence


# --- the roster ------------------------------------------------------------------------------------------------


def test_the_roster_of_bac_giang_is_every_unit_judged(roster, db):
    assert Counter(roster.evaluations.values_list("kind", "managed_at")) == {
        ("commune", "district"): 209,
        ("residential_area", "commune"): 2300,
        ("agency", "commune"): 418,
        ("agency", "district"): 280,
        ("agency", "province"): 27,
        ("enterprise", "commune"): 518,
        ("enterprise", "district"): 236,
        ("enterprise", "province"): 108,
        ("school", "commune"): 182,
        ("school", "district"): 37,
        ("school", "province"): 56,
    }
    assert Counter(roster.evaluations.values_list("state", "origin")) == {("expected", "worked"): 4371}
    assert Counter(roster.evaluations.values_list("criteria_set__code", flat=True)) == {
        "TT124-KDC": 2300,
        "TT124-XA": 209,
        "TT124-CQDN": 1587,
        "TT124-CSGD": 275,
    }


def test_who_acts_comes_from_the_route(roster, db):
    """Areas stay in their commune, communes go to their district, bodies to whoever manages them."""
    rows = roster.evaluations.values_list(
        "kind", "managed_at", "entry_unit__kind", "appraisal_unit__kind", "decision_unit__kind"
    )
    expected = {
        ("residential_area", "commune", *["commune"] * 3),
        ("commune", "district", "commune", *["district"] * 2),
    }
    expected |= {
        (kind, level, *[level] * 3)
        for kind in ("agency", "enterprise", "school")
        for level in ("commune", "district", "province")
    }
    assert set(rows) == expected
    own = Q(entry_unit=F("commune")) | Q(entry_unit=F("district")) | Q(entry_unit=F("province"))
    strays = roster.evaluations.exclude(own & (Q(decision_unit=F("entry_unit")) | Q(decision_unit=F("district"))))
    assert strays.count() == 0


def test_the_real_tan_dinh_goes_its_way(roster, db):
    dossier = roster.evaluations.select_related("entry_unit", "appraisal_unit", "district", "route").get(
        unit_name="Xã Tân Dĩnh", kind="commune"
    )
    assert (dossier.unit_name, dossier.entry_unit.name, dossier.appraisal_unit.name, dossier.district.name) == (
        "Xã Tân Dĩnh",
        "Xã Tân Dĩnh",
        "Huyện Lạng Giang",
        "Huyện Lạng Giang",
    )
    assert {step: dossier.last_day(step) for step in ("register", "submit", "appraise", "decide")} == {
        "register": date(2024, 3, 31),
        "submit": None,
        "appraise": None,
        "decide": date(2024, 11, 19),
    }


def test_kindergartens_and_primary_schools_of_nga_son_are_left_out(thanh_hoa, db):
    """TT 124/2021, Điều 1.2.b: of 89 schools 27 kindergartens and 27 primary schools are not judged."""
    cycle = open_cycle(thanh_hoa)
    assert Counter(cycle.evaluations.values_list("kind", flat=True)) == {
        "residential_area": 234,
        "commune": 27,
        "school": 35,
        "agency": 14,
        "enterprise": 6,
    }
    assert set(cycle.evaluations.filter(kind="school").values_list("subtype", flat=True)) == {
        Subtype.LOWER_SECONDARY,
        Subtype.UPPER_SECONDARY,
        Subtype.COLLEGE,
    }


@pytest.mark.parametrize(
    ("kind", "subtype"),
    [
        (UnitKind.AGENCY, Subtype.ARMED_FORCES),
        (UnitKind.ENTERPRISE, Subtype.SMALL_ENTERPRISE),
        (UnitKind.SCHOOL, Subtype.KINDERGARTEN),
        (UnitKind.SCHOOL, Subtype.PRIMARY),
    ],
)
def test_excluded_subtypes_are_not_expected(bac_giang, db, kind, subtype):
    tree = make_tree("L")
    left_out = make_units(tree.communes[0], kind, subtype, ["Đơn vị không xét"])[0]
    cycle = open_year(tree)
    assert (cycle.evaluations.filter(unit=left_out).count(), cycle.evaluations.count()) == (0, 15)


def test_units_of_another_time_are_not_expected(bac_giang, db):
    tree = make_tree("T")
    area = {"kind": UnitKind.RESIDENTIAL_AREA, "subtype": Subtype.VILLAGE}
    late = make_units(tree.communes[0], names=["Thôn lập sau"], opened_on=date(2024, 7, 1), **area)[0]
    gone = make_units(tree.communes[0], names=["Thôn đã giải thể"], closed_on=date(2024, 6, 29), **area)[0]
    last = make_units(tree.communes[0], names=["Thôn ngày cuối"], closed_on=date(2024, 6, 30), **area)[0]
    judged = set(open_year(tree, as_of=date(2024, 6, 30)).evaluations.values_list("unit", flat=True))
    assert (late.pk in judged, gone.pk in judged, last.pk in judged) == (False, False, True)


# --- the place stays -------------------------------------------------------------------------------------------


def move(area: Unit, to: Unit, name: str, day: date) -> None:
    """The area renamed and given to another commune, with its history, as a reorganisation does."""
    area.versions.filter(valid_to=None).update(valid_to=day - timedelta(days=1))
    area.name, area.parent = name, to
    area.province_id, area.district_id, area.commune_id = to.province_id, to.district_id, to.pk
    area.save()
    UnitVersion.objects.create(
        unit=area,
        name=name,
        subtype=area.subtype,
        parent=to,
        valid_from=day,
        **{f"{level}_id": pk for level, pk in area.ancestor_ids.items()},
    )


PLACE = ("unit_name", "subtype", "managed_at", "province", "district", "commune", "entry_unit", "decision_unit")


def test_history_never_moves(bac_giang, db):
    tree = make_tree("H")
    area, new_home = tree.areas[0], tree.communes[2]
    before = open_year(tree, 2024)
    kept = Evaluation.objects.filter(cycle=before, unit=area).values(*PLACE)[0]
    here, there = make_user(unit=tree.communes[0]), make_user(unit=new_home)
    move(area, new_home, "Thôn tên mới", date(2024, 9, 1))
    assert Evaluation.objects.filter(cycle=before, unit=area).values(*PLACE)[0] == kept
    seen = [Evaluation.objects.visible_to(user).filter(unit=area).count() for user in (here, there)]
    assert seen == [1, 0]
    # the next year's roster stands where the unit stands then, and a roster "as of" the past where it stood
    after = dossier_of(open_year(tree, 2025, as_of=date(2025, 1, 2)), area)
    assert (after.unit_name, after.commune, after.district, after.entry_unit) == (
        "Thôn tên mới",
        new_home,
        tree.districts[1],
        new_home,
    )
    past = dossier_of(open_year(tree, 2023, as_of=date(2024, 8, 31)), area)
    assert (past.unit_name, past.commune, past.unit_search_key) == (
        kept["unit_name"],
        tree.communes[0],
        "thon 1 h1 1",
    )


# --- routes on both sides of 1/7/2025 --------------------------------------------------------------------------


def two_tiers(letter: str) -> Unit:
    province = make_province(f"Tỉnh {letter}")
    communes = make_units(province, UnitKind.COMMUNE, Subtype.COMMUNE, [f"Xã {letter}1", f"Xã {letter}2"])
    make_units(communes[0], UnitKind.RESIDENTIAL_AREA, Subtype.VILLAGE, [f"Thôn {letter}"])
    make_units(communes[0], UnitKind.SCHOOL, Subtype.LOWER_SECONDARY, [f"Trường {letter}"])
    make_units(province, UnitKind.AGENCY, Subtype.STATE_BODY, [f"Sở {letter}"])
    return province


def test_a_commune_file_goes_to_the_province_once_districts_are_gone(bac_giang, db):
    cycle = open_cycle(two_tiers("H"), 2025, date(2025, 7, 1))
    rows = cycle.evaluations.values_list("kind", "entry_unit__kind", "appraisal_unit__kind", "decision_unit__kind")
    assert Counter(rows) == {
        ("commune", "commune", "province", "province"): 2,
        ("residential_area", "commune", "commune", "commune"): 1,
        ("school", "commune", "commune", "commune"): 1,
        ("agency", "province", "province", "province"): 1,
    }
    assert set(cycle.evaluations.filter(kind="commune").values_list("district", "managed_at")) == {(None, "province")}


def test_the_last_day_of_districts(bac_giang, db):
    tree = make_tree("K")
    cycle = open_year(tree, 2025, as_of=date(2025, 6, 30))
    dossier = dossier_of(cycle, tree.communes[0])
    assert (dossier.appraisal_unit, dossier.decision_unit) == (tree.districts[0], tree.districts[0])
    assert "Chưa có tuyến xét duyệt cho 2 đơn vị: Xã S1, Xã S2." in refused(
        two_tiers("S"), year=2025, as_of=date(2025, 6, 30)
    )


def test_units_without_a_route_are_named_and_nothing_is_kept(bac_giang, db):
    """A district that outlived its level: its four communes and its school have nowhere to go."""
    tree = make_tree("M")
    cycles = Cycle.objects.count()
    sentence = refused(tree.province, year=2025, as_of=date(2025, 7, 1))
    assert sentence.startswith(
        "Chưa có tuyến xét duyệt cho 5 đơn vị: Xã M1.1, Xã M1.2, Xã M2.1, Xã M2.2, Trường M. Bộ “"
    )
    assert sentence.endswith(
        "” có tuyến cho loại đơn vị này nhưng không áp dụng ngày 01/07/2025. Hãy chọn ngày chốt danh sách khác, hoặc "
        "ghi việc sắp xếp đơn vị rồi làm lại."
    )
    assert Cycle.objects.count() == cycles


@pytest.mark.parametrize(
    ("province_code", "remedy"),
    [
        ("", "mở trang của bộ, bấm “Lập bản của tỉnh từ bộ này”, thêm tuyến rồi ban hành; sau đó làm lại."),
        ("24", "mở trang của bộ, lập phiên bản tiếp theo, thêm tuyến, cho bản này hết áp dụng rồi ban hành bản mới;"),
    ],
)
def test_a_published_set_without_a_route_is_followed_by_another(bac_giang, db, province_code, remedy):
    """It cannot be corrected: nobody is told to. The remedy is one the reader's pages offer."""
    like = CriteriaSet.objects.published().first()
    made = CriteriaSet.objects.create(
        code="khong-tuyen",
        name="Bộ không tuyến",
        province_code=province_code,
        programme=like.programme,
        document=like.document,
        unit_kinds=["school"],
        first_year=2024,
    )
    school = RosterUnit(1, "Trường A", "", "", "school", "thcs", "commune", {}, None)
    told = without_route([(made, school)], date(2024, 6, 30))
    assert told.startswith("Chưa có tuyến xét duyệt cho 1 đơn vị: Trường A. Bộ “Bộ không tuyến” đã ban hành nên không")
    assert remedy in told


def test_a_long_list_of_problems_is_cut(thanh_hoa, db):
    sentence = refused(thanh_hoa, year=2025, as_of=date(2025, 7, 1))
    head = sentence.partition("…")[0]
    assert head.startswith("Chưa có tuyến xét duyệt cho 55 đơn vị: ") and head.count(",") == 4 and "…" in sentence


# --- what stands in the way of opening -------------------------------------------------------------------------


def test_a_year_opens_once(roster, bac_giang, db):
    dossiers = Evaluation.objects.count()
    assert refused(bac_giang) == "“An toàn về an ninh, trật tự” năm 2024 của Tỉnh Bắc Giang đã được mở từ trước."
    assert Evaluation.objects.count() == dossiers


def test_a_programme_without_a_published_set_does_not_open(bac_giang, db):
    with pytest.raises(Refused) as refusal:
        services.open_cycle(Programme.objects.get(code="da375"), bac_giang, 2024, as_of=date(2024, 1, 2), by=None)
    assert "được ban hành cho năm 2024." in refusal.value.sentence
    assert "được ban hành cho năm 2021." in refused(bac_giang, year=2021, as_of=date(2021, 1, 2))


def test_a_province_without_units_does_not_open(bac_giang, db):
    province = make_province("Tỉnh Trống")
    assert refused(province) == "Không có đơn vị nào của Tỉnh Trống thuộc diện xét tính đến ngày 02/01/2024."


def test_two_sets_for_one_kind_are_named(bac_giang, db):
    like = CriteriaSet.objects.get(code="TT124-KDC", version=1)
    CriteriaSet.objects.bulk_create(
        [
            CriteriaSet(
                programme=like.programme,
                document=like.document,
                code="TINH-KDC",
                name="Bộ của tỉnh",
                unit_kinds=["residential_area"],
                first_year=2024,
                status=SetStatus.PUBLISHED,
            )
        ]
    )
    sentence = refused(make_tree("D").province)
    assert "Hai bộ tiêu chí cùng áp dụng cho khu dân cư:" in sentence and "“Bộ của tỉnh” (TINH-KDC)" in sentence
    assert not Cycle.objects.filter(province__name="Tỉnh D").exists()


def test_the_statements_of_opening_grow_with_batches_only(bac_giang, thanh_hoa, db):
    """4,371 units against 316: the difference is what the database needs to take the rows in, and no more."""

    def statements(province) -> tuple[int, int]:
        with CaptureQueriesContext(connection) as captured:
            cycle = open_cycle(province, 2023, date(2023, 1, 2))
        inserts = [query for query in captured if query["sql"].startswith('INSERT INTO "evaluations_evaluation"')]
        assert len(inserts) == ceil(cycle.evaluations.count() / rows_an_insert())
        return len(captured) - len(inserts), cycle.evaluations.count()

    (many, large), (few, small) = statements(bac_giang), statements(thanh_hoa)
    assert (many, large, small) == (few, 4371, 316)


def rows_an_insert() -> int:
    fields = [field for field in Evaluation._meta.concrete_fields if not field.primary_key]
    return min(1000, connection.ops.bulk_batch_size(fields, range(5000)))


# --- closing ---------------------------------------------------------------------------------------------------


def test_a_locked_year_refuses_all_until_it_is_opened_again(world):
    services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)
    assert Cycle.objects.get(pk=world.cycle.pk).status == CycleStatus.CLOSED
    with pytest.raises(Refused) as refusal:
        services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)
    assert refusal.value.sentence == "Kỳ đánh giá đã khoá sổ từ trước."
    with pytest.raises(Refused):
        register(world.area, by=world.officer)
    world.cycle.refresh_from_db()
    with pytest.raises(Refused) as refusal:
        services.create_sitting(
            world.council.committee,
            world.cycle,
            held_on=date(2024, 11, 4),
            place="",
            chair=None,
            secretary=None,
            by=world.standing,
        )
    assert (refusal.value.sentence, Sitting.objects.count()) == ("Kỳ đánh giá năm 2024 đã khoá sổ.", 0)


def test_locks_are_told_with_who_when_and_why(world):
    for turn, sentence in (
        (services.close_cycle, "“Khoá sổ” phải ghi rõ lý do."),
        (services.reopen_cycle, "Kỳ đánh giá đang mở, không cần mở lại."),
    ):
        with pytest.raises(Refused) as refusal:
            turn(world.cycle, reason=" ", by=world.staff)
        assert refusal.value.sentence == sentence
    services.close_cycle(world.cycle, reason=" Đã tổng kết ", by=world.staff)
    kept = Cycle.objects.get(pk=world.cycle.pk)
    assert (kept.status, kept.locked_by, kept.lock_reason) == ("closed", world.staff, "Đã tổng kết")
    assert kept.locked_at is not None
    with pytest.raises(Refused) as refusal:
        services.reopen_cycle(world.cycle, reason="", by=world.staff)
    assert refusal.value.sentence == "“Mở lại sổ” phải ghi rõ lý do."
    services.reopen_cycle(world.cycle, reason="Còn hồ sơ sót", by=world.staff)
    kept = Cycle.objects.get(pk=world.cycle.pk)
    assert (kept.status, kept.locked_by, kept.locked_at, kept.lock_reason) == ("open", None, None, "")
    register(world.area, by=world.officer)
    log = CycleEvent.objects.values_list("action", "by_post", "reason")
    assert list(log) == [("lock", str(world.staff), "Đã tổng kết"), ("unlock", str(world.staff), "Còn hồ sơ sót")]


@pytest.mark.parametrize(
    "sql", ["UPDATE evaluations_cycleevent SET reason = 'Khác'", "DELETE FROM evaluations_cycleevent"]
)
def test_the_log_of_locks_only_grows(world, sql):
    services.close_cycle(world.cycle, reason="Đã tổng kết", by=world.staff)
    connection.check_constraints()  # PostgreSQL drops no trigger while checks of the transaction are pending
    with connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match=triggers.SENTENCE), transaction.atomic():
            cursor.execute(sql)
        triggers.remove(connection, triggers.CYCLE_EVENTS)  # the control
        cursor.execute(sql)
    assert not CycleEvent.objects.filter(reason="Đã tổng kết").exists()


@pytest.mark.parametrize("state", [State.TABLED, State.PROPOSED])
def test_a_year_with_files_under_way_is_not_locked(world, state):
    put([world.area], state)
    with pytest.raises(Refused) as refusal:
        services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)
    assert refusal.value.sentence == (
        "Còn 1 hồ sơ đang ở phiên họp hoặc chờ quyết định. Hãy giải quyết xong rồi khoá sổ."
    )
    put([world.area], State.APPRAISED)
    services.close_cycle(world.cycle, reason="Đã tổng kết năm", by=world.staff)


# --- years before the portal -----------------------------------------------------------------------------------


def record(tree, year: int = 2019, **changes) -> Cycle:
    sets = dict.fromkeys(JUDGED, CriteriaSet.objects.filter(status=SetStatus.DRAFT).first())
    states = {tree.areas[0].pk: State.RECOGNISED, tree.areas[1].pk: State.DECLINED}
    arguments = {"as_of": date(2020, 1, 1), "source": "Báo cáo 55", "states": states, "sets": sets} | changes
    return services.record_results(Programme.objects.get(code="safety"), tree.province, year, **arguments)


def test_results_taken_from_documents_are_not_opened(bac_giang, db):
    with pytest.raises(Refused) as refusal:
        services.reopen_cycle(record(make_tree("C")), reason="Sửa", by=None)
    assert refusal.value.sentence == "Kết quả kỳ này lấy từ tài liệu (Báo cáo 55), không có hồ sơ để làm tiếp."


def test_old_results_are_kept_closed_and_without_answers(bac_giang, db):
    tree = make_tree("C")
    cycle = record(tree)
    assert (cycle.status, cycle.source) == (CycleStatus.CLOSED, "Báo cáo 55")
    rows = cycle.evaluations.values_list("unit", "state", "origin", "route", "commune", "managed_at", "entry_unit")
    home = tree.communes[0].pk
    assert list(rows) == [
        (tree.areas[0].pk, State.RECOGNISED, Origin.HISTORY, None, home, "commune", None),
        (tree.areas[1].pk, State.DECLINED, Origin.HISTORY, None, home, "commune", None),
    ]
    with pytest.raises(Refused) as refusal:
        record(tree)
    assert refusal.value.sentence == "Kết quả “An toàn về an ninh, trật tự” năm 2019 của Tỉnh C đã có."


def test_nobody_moves_an_old_result(bac_giang, db):
    tree = make_tree("C")
    cycle = record(tree)
    chair = make_committee(tree.communes[0]).chair
    with pytest.raises(Refused) as refusal:
        workflow.advance(cycle.evaluations.get(state="recognised"), Action.RECONSIDER, by=chair, comment="Lý do")
    assert refusal.value.sentence == "Kỳ đánh giá năm 2019 đã khoá sổ."


def test_the_statements_of_recording_do_not_grow_with_the_units(bac_giang, thanh_hoa, db):
    def statements(province) -> int:
        units = Unit.objects.filter(province=province, kind__in=JUDGED).values_list("pk", flat=True)
        states = dict.fromkeys(units, State.RECOGNISED)
        sets = dict.fromkeys(JUDGED, CriteriaSet.objects.first())
        with CaptureQueriesContext(connection) as captured:
            services.record_results(
                Programme.objects.get(code="safety"),
                province,
                2018,
                as_of=date(2020, 1, 1),
                source="",
                states=states,
                sets=sets,
            )
        return len([query for query in captured if not query["sql"].startswith("INSERT")])

    assert statements(bac_giang) == statements(thanh_hoa)
