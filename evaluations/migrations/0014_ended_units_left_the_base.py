"""Dossiers that a reorganisation stopped leave the base: until now they shared a state with units taken out by hand."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def leave(apps, schema_editor):
    events = apps.get_model("evaluations", "Event").objects.filter(evaluation=OuterRef("pk")).order_by("-at", "-pk")
    dossiers = apps.get_model("evaluations", "Evaluation").objects.filter(state="withdrawn")
    stopped = dossiers.alias(last=Subquery(events.values("action")[:1])).filter(last="reform")
    dossiers.filter(pk__in=list(stopped.values_list("pk", flat=True))).update(state="excluded")


def back(apps, schema_editor):
    apps.get_model("evaluations", "Evaluation").objects.filter(state="excluded").update(state="withdrawn")


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0013_units_may_leave_the_base")]

    operations = [migrations.RunPython(leave, back)]
