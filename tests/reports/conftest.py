"""What the reports' tests lean on."""

import pytest


@pytest.fixture(autouse=True)
def printed_here(printed_here):
    """Every test of reports prints into a folder of its own."""


@pytest.fixture
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR
