"""What the reports' tests lean on."""

import tempfile

import pytest


@pytest.fixture(autouse=True)
def printed_here(monkeypatch, tmp_path_factory):
    """Whoever prints a paper owns its temporary file; a test's goes with the test's folder."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.mktemp("printed")))


@pytest.fixture
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR
