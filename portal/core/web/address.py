"""Where a request comes from, the peer itself or the one our own proxy names, and where the portal stands."""

import os

from django.conf import settings


def client_address(request) -> str:
    """The address sign-in throttling counts by.

    In production the proxy is the only peer and sets X-Forwarded-For to one address (deploy/nginx.conf); the last
    entry is the one it wrote, whatever the client sent before it. Elsewhere the header is not believed at all.
    """
    if settings.PRODUCTION and (named := request.META.get("HTTP_X_FORWARDED_FOR", "")):
        return named.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def portal_address() -> str:
    """Where people open the portal, for papers printed without a request at hand: the first of ALLOWED_HOSTS."""
    host = (settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "127.0.0.1").lstrip(".")
    if settings.PRODUCTION:
        return f"https://{host}"
    port = os.environ.get("PORT", "")  # no proxy stands in front: the portal's own, as `up` hands it to the worker
    return f"http://{host}:{port}" if port else f"http://{host}"
