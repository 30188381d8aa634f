"""One paper makes the same bytes whenever and in whatever process it is printed: no clock, no chance in the file."""

import hashlib
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings

from reports.papers import pdf, xlsx
from tests.reports.printed import paper

PRINT = """
import hashlib, django; django.setup()
from reports.papers import pdf, xlsx
from tests.reports.printed import paper
print(hashlib.sha256({way}.render(paper()).read_bytes()).hexdigest())
"""


@pytest.mark.parametrize("way", [pdf, xlsx], ids=lambda way: way.__name__.rpartition(".")[2])
def test_printed_again_elsewhere_and_later_the_bytes_are_equal(way, tmp_path):
    path = way.render(paper())
    here = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    time.sleep(2.1)  # an archive keeps moments of two seconds
    told = subprocess.run(
        [sys.executable, "-c", PRINT.format(way=way.__name__.rpartition(".")[2])],
        cwd=settings.BASE_DIR,
        env=os.environ | {"PYTHONHASHSEED": "7", "DJANGO_SETTINGS_MODULE": "tests.settings", "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == here


def test_a_clock_in_the_file_would_be_noticed(monkeypatch):
    """The control: saved as openpyxl saves, two moments differ."""
    monkeypatch.setattr(xlsx, "save_without_clock", lambda book, file: book.save(file))
    papers = []
    for _ in range(2):
        path = xlsx.render(paper())
        papers.append(path.read_bytes())
        path.unlink()
        time.sleep(2.1)
    assert papers[0] != papers[1]
