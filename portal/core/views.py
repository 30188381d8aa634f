"""Health for the balancer, and the pages for what went wrong."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.models.functions import Now
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from .models import Heartbeat


@login_not_required
@require_safe
def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_safe
def readyz(request):
    """Database, broker and a worker seen in the last two minutes; 503 with the names of what is missing."""
    parts = {"database": _database(), "broker": _broker()}
    parts["worker"] = parts["database"] and _worker()
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _broker() -> bool:
    from portal.celery import app  # noqa: PLC0415 -- the app loads the settings

    if not settings.REDIS_URL:
        return settings.BROKER_DIR.is_dir()
    try:
        with app.connection_for_read(connect_timeout=2) as link:
            link.ensure_connection(max_retries=1, timeout=2)
    except OSError:
        return False
    return True


def _worker() -> bool:
    return Heartbeat.objects.filter(name="worker", at__gte=Now() - timedelta(minutes=2)).exists()


def csrf_failure(request, reason=""):
    return render(request, "403_csrf.html", status=403)
