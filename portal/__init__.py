"""The project: settings, routes, workers. The Celery app loads with it so that tasks find it."""

from .celery import app as celery_app

__all__ = ["celery_app"]
