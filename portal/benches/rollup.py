"""The roll-up of a province-year against the same SQL by hand and against a walk up the tree."""

from datetime import date

from django.db import connection

from criteria.models import CriteriaSet, LegalDocument, Programme
from evaluations.models import Cycle
from reports.datasets import Boundaries, Counts, yearly_rollup
from reports.datasets.rollup import count, tally
from units.models import Unit

from . import Measured, Options, at_most, bench, count_the_tables, faster, only_on_postgresql, rolled_back, timed

NATION = """
WITH first AS (SELECT coalesce(max(id), 0) AS id FROM units_unit),
tree AS (
  -- 34 provinces, 10 districts each, 20 communes a district, and units below the communes
  SELECT p, NULL::int AS d, NULL::int AS c, NULL::int AS u, 'province' AS kind FROM generate_series(1, {provinces}) p
  UNION ALL SELECT p, d, NULL, NULL, 'district' FROM generate_series(1, {provinces}) p, generate_series(1, 10) d
  UNION ALL SELECT p, d, c, NULL, 'commune' FROM generate_series(1, {provinces}) p, generate_series(1, 10) d,
    generate_series(1, 20) c
  UNION ALL SELECT p, d, c, u, (ARRAY['residential_area','residential_area','residential_area','residential_area',
    'residential_area','residential_area','agency','enterprise','school'])[1 + u % 9]
    FROM generate_series(1, {provinces}) p, generate_series(1, 10) d, generate_series(1, 20) c,
    generate_series(1, {below}) u
),
numbered AS (
  SELECT tree.*, first.id + row_number() OVER (ORDER BY u NULLS FIRST, c NULLS FIRST, d NULLS FIRST, p, d, c, u) AS id
  FROM tree, first
)
INSERT INTO units_unit (id, kind, subtype, code, name, search_key, match_key, sort_key, opened_on, is_demo,
  parent_id, province_id, district_id, commune_id)
SELECT n.id, n.kind, 'khong_ro', '', 'Đơn vị ' || n.id, 'don vi ' || n.id, 'don vi ' || n.id, n.id::text, '2000-01-01',
  true, coalesce(c.id, d.id, p.id),
  CASE WHEN n.kind = 'province' THEN n.id ELSE p.id END,
  CASE WHEN n.kind = 'district' THEN n.id ELSE d.id END,
  CASE WHEN n.kind = 'commune' THEN n.id ELSE c.id END
FROM numbered n
LEFT JOIN numbered p ON p.kind = 'province' AND p.p = n.p AND n.kind <> 'province'
LEFT JOIN numbered d ON d.kind = 'district' AND d.p = n.p AND d.d = n.d AND n.kind NOT IN ('province', 'district')
LEFT JOIN numbered c ON c.kind = 'commune' AND c.p = n.p AND c.d = n.d AND c.c = n.c
  AND n.kind NOT IN ('province', 'district', 'commune')
"""
FILES = """
INSERT INTO evaluations_evaluation (cycle_id, unit_id, criteria_set_id, origin, state, unit_name, unit_sort_key,
  unit_search_key, kind, subtype, managed_at, province_id, district_id, commune_id, paper, paper_title, paper_source,
  resolution_by, timing_reason, kept_ground)
SELECT y.id, u.id, %s, 'history',
  (ARRAY['expected','registered','submitted','appraised','recognised','recognised','recognised','declined'])
    [1 + (u.id * 7919) %% 101 %% 8],
  u.name, u.sort_key, u.search_key, u.kind, u.subtype, 'commune', u.province_id, u.district_id, u.commune_id,
  '', '', '', '', '', '{}'
FROM units_unit u JOIN evaluations_cycle y ON y.province_id = u.province_id AND y.year = 1900 AND y.programme_id = %s
WHERE u.id > %s AND u.kind NOT IN ('province', 'district')
"""
RAW = """
SELECT district_id, commune_id, state, count(*) FROM evaluations_evaluation
WHERE cycle_id = %s GROUP BY district_id, commune_id, state
"""
VERSIONS = """
INSERT INTO units_unitversion (unit_id, kind, name, subtype, code, parent_id, province_id, district_id, commune_id,
  valid_from, search_key, match_key, sort_key)
SELECT id, kind, name, subtype, code, parent_id, province_id, district_id, commune_id, opened_on, search_key, match_key,
  sort_key FROM units_unit WHERE id > %s
"""
UP_THE_TREE = """
SELECT CASE 'district' WHEN u.kind THEN u.id WHEN p.kind THEN p.id WHEN g.kind THEN g.id END AS district,
  CASE 'commune' WHEN u.kind THEN u.id WHEN p.kind THEN p.id END AS commune, e.state, count(*)
FROM evaluations_evaluation e
JOIN units_unit u ON u.id = e.unit_id
LEFT JOIN units_unit p ON p.id = u.parent_id
LEFT JOIN units_unit g ON g.id = p.parent_id
WHERE e.cycle_id = %s
GROUP BY 1, 2, 3
"""


@bench
def roll_up(options: Options) -> list[Measured]:
    """A province-year by commune: our count, the same SQL by hand, and joins up the tree.

    The tree's way finds the district and commune of each dossier of the cycle through its unit's managers, as one does
    where facts carry no place.

    The rows live in one transaction, so PostgreSQL has not marked them visible to all: no way gets its index-only
    scan here (a test proves that plan), and all of them are a little slower than on a settled table.
    """
    if only_on_postgresql("Tổng hợp năm"):
        return []
    with rolled_back():
        cycle = _nation(options)
        place = cycle.province
        with connection.cursor() as cursor:

            def raw():
                cursor.execute(RAW, [cycle.pk])
                return cursor.fetchall()

            def up_the_tree():
                cursor.execute(UP_THE_TREE, [cycle.pk])
                return cursor.fetchall()

            def by_ids():
                return count({"cycle": cycle.pk}, "district_id", "commune_id")

            def whole():
                return yearly_rollup(cycle, place=place, by="commune")

            def today():
                return yearly_rollup(cycle, place=place, by="commune", boundaries=Boundaries.TODAY)

            if not sorted(raw(), key=str) == sorted(up_the_tree(), key=str) == sorted(by_ids(), key=str):
                raise AssertionError("the three ways do not count alike")
            counted = sum(tally(raw()).values(), Counts())
            if whole().total != counted or not counted.recognised:
                raise AssertionError("the roll-up does not add up to its rows")
            if today().total != counted:
                raise AssertionError("today's boundaries do not count every dossier once")
            ways = (by_ids, raw, up_the_tree, whole, today)
            ids_ms, raw_ms, tree_ms, whole_ms, today_ms = timed(*ways, rounds=5 * options.rounds)
    size = f"{counted.roster} hồ sơ của {options.provinces * counted.roster}"
    return [
        at_most(f"Câu đếm của bảng tổng hợp tỉnh-năm so SQL thô, {size}", ids_ms, raw_ms, 1.1),
        faster(f"Câu đếm của bảng tổng hợp tỉnh-năm so leo cây đơn vị, {size}", ids_ms, tree_ms, 5),
        faster("Bảng tổng hợp đầy đủ (đếm, tên theo ngày chốt, xếp, cộng) so leo cây chỉ đếm", whole_ms, tree_ms, 1),
        at_most("Bảng tổng hợp theo ranh giới hiện nay so với ranh giới của năm đó", today_ms, whole_ms, 4),
    ]


def _nation(options: Options):
    """Units and one year's dossiers for all provinces; returns one province's cycle."""
    below = max(1, (options.files - 200) // 200)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM units_unit")
        before = cursor.fetchone()[0]
        cursor.execute(NATION.format(provinces=options.provinces, below=below))
        programme = Programme.objects.create(code="do-toc-do", name="Đo tốc độ", title="Đo tốc độ")
        document = LegalDocument.objects.create(code="do-toc-do", number="0", title="0", issuer="0")
        criteria_set = CriteriaSet.objects.create(
            programme=programme, document=document, code="do-toc-do", name="0", unit_kinds=[], first_year=1900
        )
        provinces = Unit.objects.filter(pk__gt=before, kind="province")
        cycles = Cycle.objects.bulk_create(
            Cycle(programme=programme, province=unit, year=1900, as_of=date(2000, 6, 30)) for unit in provinces
        )
        cursor.execute(FILES, [criteria_set.pk, programme.pk, before])
        cursor.execute(VERSIONS, [before])
    count_the_tables()
    return cycles[len(cycles) // 2]
