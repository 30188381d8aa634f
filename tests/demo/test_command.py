"""The demo's command on an empty database."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.both  # `make up` runs it on SQLite


@pytest.mark.django_db
def test_without_units_the_command_says_what_to_do():
    with pytest.raises(CommandError) as error:
        call_command("demo", stdout=StringIO())
    assert str(error.value) == "Chưa có bộ tiêu chí. Hãy chạy load_criteria trước."
