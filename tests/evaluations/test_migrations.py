"""Migrations that move rows: what was there before keeps its meaning."""

from importlib import import_module

import pytest
from django.apps import apps

from evaluations.enums import State
from evaluations.models import Answer, Evaluation
from tests.evaluations.world import fill, more_dossiers, put

pytestmark = pytest.mark.both  # conditions over rows in SQL


def test_a_sent_dossier_the_appraisers_wrote_to_is_being_appraised(world):
    """With its controls: one nobody wrote to, and those that were not sent, are not."""
    written, blank, dated, noted, back = more_dossiers(world, ["Ghi", "Trống", "Thời hạn", "Ghi chú", "Trả lại"])
    fill([written, blank, dated, noted, back], world.officer, failing={})
    put([written, blank, dated, noted], State.SUBMITTED, submitted_by=world.officer)
    put([back], State.RETURNED, submitted_by=world.officer)
    Answer.objects.update(appraised_met=None, appraised_value=None, appraised_numerator=None, appraised_excuse="")
    Answer.objects.update(appraised_denominator=None, appraised_not_applicable=False, appraised_note="")
    for dossier in (written, back):
        Answer.objects.filter(pk=dossier.answers.first().pk).update(appraised_met=False)
    Answer.objects.filter(pk=noted.answers.first().pk).update(appraised_note="Thiếu bản ký.")
    Evaluation.objects.filter(pk=dated.pk).update(timing_accepted=False)
    Evaluation.objects.update(is_being_appraised=False)
    import_module("evaluations.migrations.0026_appraisals_begun").begun(apps, None)
    marked = Evaluation.objects.filter(is_being_appraised=True).values_list("unit_name", flat=True)
    assert set(marked) == {"Ghi", "Thời hạn", "Ghi chú"}
