"""`manage.py` where something is missing: one sentence with the remedy, exit code 1, no traceback."""

import os
import subprocess
import sys

import pytest

from portal.core.management.entry import NOT_READY
from portal.settings import BASE_DIR


def said_by(*words: str, **environment: str) -> tuple[int, str]:
    unset = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SECRET_KEY_FILE", "PRODUCTION", "DJANGO_SETTINGS_MODULE"}
    env = {name: value for name, value in os.environ.items() if name not in unset} | environment
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    "words", [("load_province", "15"), ("first_admin", "quantri", "--post", "Quản trị", "--province", "15")]
)
def test_an_empty_database_is_told_with_its_remedy(tmp_path, words):
    assert said_by(*words, VAR_DIR=str(tmp_path)) == (1, NOT_READY)


def test_a_missing_secret_key_is_told_in_a_sentence(tmp_path):
    code, said = said_by("load_province", "15", VAR_DIR=str(tmp_path), PRODUCTION="1")
    assert (code, said) == (1, "Thiếu SECRET_KEY (hoặc SECRET_KEY_FILE): hãy đặt một khoá bí mật riêng.")
