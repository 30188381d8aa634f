from django.db import migrations
from django.db.models import Exists, OuterRef, Q

UNWRITTEN = Q(
    appraised_met=None,
    appraised_value=None,
    appraised_numerator=None,
    appraised_denominator=None,
    appraised_not_applicable=False,
    appraised_excuse="",
    appraised_note="",
)


def begun(apps, schema_editor):
    """Sent dossiers the appraisers have written to are being appraised: in which round is not known of the past."""
    answers = apps.get_model("evaluations", "Answer").objects.exclude(UNWRITTEN)
    sent = apps.get_model("evaluations", "Evaluation").objects.filter(state="submitted")
    wrote = Exists(answers.filter(evaluation=OuterRef("pk")))
    sent.filter(Q(wrote) | Q(timing_accepted__isnull=False)).update(is_being_appraised=True)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0025_appraisal_of_this_round")]

    operations = [migrations.RunPython(begun, migrations.RunPython.noop)]
