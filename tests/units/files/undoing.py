"""Files taken in and taken back, by the pages and the worker."""

from typing import Any

from django.apps import apps
from django.urls import reverse

from portal.core.models import Job
from portal.core.web.once import new_token
from units.models import FileImport

from .sending import Sent, asked, previewed, run

LOGS = {"FileImport", "CommitteeEvent", "SlipSheet", "User_groups", "User_user_permissions"}


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every stored row of the app, but the logs."""
    models = [model for model in apps.get_app_config("units").get_models() if model.__name__ not in LOGS]
    return {model.__name__: list(model._base_manager.order_by("pk").values()) for model in models}


def taken_in(client, sent: Sent) -> FileImport:
    job = run(asked(client, previewed(client, sent)))
    return FileImport.objects.get(job=job)


def address(record: FileImport) -> str:
    return reverse("units:import_undo", args=[record.pk])


def undoing(client, record: FileImport, reason: str = "Gửi nhầm tệp.") -> Job:
    """The job a person asked for on the file's page."""
    answer = client.post(address(record), {"reason": reason, "once": new_token()})
    assert answer.status_code == 302, answer.context["in_the_way"]
    return Job.objects.filter(kind="undo_import").latest("pk")
