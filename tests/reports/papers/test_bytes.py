"""One paper makes the same bytes whenever and in whatever process it is printed: no clock, no chance in the file."""

import hashlib
import os
import subprocess
import sys
import time

import pytest
from django.conf import settings

from reports.papers import pdf, xlsx
from tests.reports.printed import long_paper, paper, text_of

PRINT = """
import hashlib, django; django.setup()
from reports.papers import pdf, xlsx
from tests.reports import printed
print(hashlib.sha256({way}.render(printed.{of}()).read_bytes()).hexdigest())
"""


@pytest.mark.parametrize("of", [paper, long_paper], ids=lambda of: of.__name__)
@pytest.mark.parametrize("way", [pdf, xlsx], ids=lambda way: way.__name__.rpartition(".")[2])
def test_printed_again_elsewhere_and_later_the_bytes_are_equal(way, of, tmp_path):
    path = way.render(of())
    here = hashlib.sha256(path.read_bytes()).hexdigest()
    if way is pdf:
        assert (text_of(path).count("\f") > 2) == (of is long_paper)  # numbers are laid over pages after the first
    path.unlink()
    time.sleep(2.1)  # an archive keeps moments of two seconds
    told = subprocess.run(
        [sys.executable, "-c", PRINT.format(way=way.__name__.rpartition(".")[2], of=of.__name__)],
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
