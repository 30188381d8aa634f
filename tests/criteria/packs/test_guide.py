"""The guide to writing packs: its packs load, its sentences are the portal's own, its tables name every key."""

import json
import re

import pytest
from django.core.management import CommandError, call_command

from criteria.models import CriteriaSet
from criteria.packs.reading import SCHEMA, read_packs
from criteria.packs.stored import known
from criteria.services import load
from portal.settings import BASE_DIR

pytestmark = pytest.mark.django_db
GUIDE = (BASE_DIR / "docs" / "criteria-packs.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
WHOLE = [block for block in BLOCKS if block.startswith("documents:")]
# Sentence told in the guide -> how the worked example is broken to hear it.
BROKEN = {
    "thiếu mục “kinds”": ("      - kinds: [residential_area]\n        managed_at", "      - managed_at"),
    "không có mục tên “tieu_chi”": ("    criteria:\n", "    tieu_chi:\n"),
    "“1” phải là chữ (số thì đặt trong dấu nháy)": ('number: "1"\n', "number: 1\n"),
    "mã VD124-1 trùng với VD124-1 (không phân biệt dấu, hoa thường)": ("code: VD124-2\n", "code: VD124-1\n"),
    "có mức phải đạt thì phải nói cách so sánh: “từ” (at_least) hoặc “đúng” (exactly)": (
        "            comparison: exactly\n",
        "",
    ),
    "so sánh hai số thì phải gọi tên cả hai số": ("            denominator_label: hộ đang cư trú\n", ""),
    "không có văn bản mã “TT-SAI”": ("    document: VD-TT124\n", "    document: TT-SAI\n"),
    "hồ sơ chỉ đi từ cấp dưới lên cấp trên: nhập, thẩm định, công nhận": ("enter: commune", "enter: province"),
}


def write(folder, text):
    path = folder / "bo.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("place", range(len(WHOLE)))
def test_the_packs_of_the_guide_load_one_after_another(tmp_path, place):
    for block in WHOLE[: place + 1]:
        changes = load(read_packs([write(tmp_path, block)], known()))
        assert not [change for change in changes if change.is_refused]
    assert CriteriaSet.objects.exists()


def test_the_worked_example_is_published(tmp_path):
    call_command("load_criteria", write(tmp_path, WHOLE[0]), verbosity=0)
    (one,) = CriteriaSet.objects.all()
    assert (one.status, one.criteria.count(), one.routes.count()) == ("published", 5, 1)


@pytest.mark.parametrize("sentence", BROKEN)
def test_a_common_mistake_prints_what_the_guide_says(tmp_path, sentence):
    old, new = BROKEN[sentence]
    assert WHOLE[0].count(old) == 1
    with pytest.raises(CommandError) as refusal:
        call_command("load_criteria", write(tmp_path, WHOLE[0].replace(old, new)), verbosity=0)
    assert sentence in str(refusal.value) and f"`{sentence}`" in GUIDE
    assert not CriteriaSet.objects.exists()


def test_every_key_of_a_pack_is_in_the_guide():
    schema = json.loads(SCHEMA.read_text())
    keys = set(schema["properties"])
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", ()))
    assert sorted(key for key in keys if f"`{key}`" not in GUIDE) == []


def test_every_measure_outcome_and_mark_is_in_the_guide():
    schema = json.loads(SCHEMA.read_text())["$defs"]
    words = [*schema["criterion"]["properties"]["measure"]["enum"], *schema["set"]["properties"]["outcome"]["enum"]]
    words += [*schema["confidence"]["enum"], *schema["kind"]["enum"], *schema["level"]["enum"]]
    assert [word for word in words if f"`{word}`" not in GUIDE] == []
