"""Queries of every page that posts of the demo reach by links, a line a page: post, route, queries, address.

Run from the root of any checkout, so that two commits can be compared: `python .ci/page_queries.py >now.txt`. The demo
is made anew in a folder of its own. A route is asked at one address: the first that links lead to; pages of a dossier
also for the newest one of each kind. What a process reads once and keeps is read before.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

POSTS = ("canbo.xa", "truongban.xa", "thuongtruc.huyen", "canbo.tinh", "quantri")
LINK = re.compile(r'href="(/[^"#]*)"')
MOST = 400  # pages opened for one post


def start() -> None:
    sys.path.insert(0, str(Path.cwd()))
    os.environ |= {"VAR_DIR": tempfile.mkdtemp(), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)

    import django  # noqa: PLC0415 -- only after the settings are named
    from django.conf import settings  # noqa: PLC0415 -- as above
    from django.core.management import call_command  # noqa: PLC0415 -- as above

    django.setup()
    settings.ALLOWED_HOSTS = ["testserver"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    from portal.core.management.commands.up import DATA_COMMANDS  # noqa: PLC0415 -- only after setup

    for name in ("migrate", *(command for command, _ in DATA_COMMANDS), "demo"):
        with open(os.devnull, "w") as nowhere:
            call_command(name, stdout=nowhere)


def asked(client, address: str):
    """(queries, response) of the address, asked a second time."""
    from django.db import connection  # noqa: PLC0415 -- only after setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415 -- as above

    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(address)
    return len(queries), response


def walk(post: str):
    from django.test import Client  # noqa: PLC0415 -- only after setup
    from django.urls import Resolver404, resolve, reverse  # noqa: PLC0415 -- as above

    from evaluations.models import Evaluation  # noqa: PLC0415 -- as above
    from units.models import User  # noqa: PLC0415 -- as above

    client, user = Client(), User.objects.get(username=post)
    client.force_login(user)
    seen, todo = set(), ["/"]
    while todo and len(seen) < MOST:
        address = todo.pop(0)
        try:
            route = resolve(address.split("?")[0]).view_name
        except Resolver404:
            continue
        if route in seen or "sign" in route:
            continue
        seen.add(route)
        many, response = asked(client, address)
        if response.status_code == 200 and "html" in response.headers["Content-Type"]:
            yield post, route, many, address
            todo += LINK.findall(response.content.decode())
    for kind in ("residential_area", "commune"):
        dossiers = Evaluation.objects.visible_to(user).filter(kind=kind).order_by("-cycle__year", "state", "pk")
        for route in ("evaluations:detail", "evaluations:entry"):
            found = (dossiers if route.endswith("detail") else dossiers.filter(state="registered")).first()
            if found is None:
                continue
            many, response = asked(client, address := reverse(route, args=[found.pk]))
            if response.status_code == 200:
                yield post, f"{route} {kind}", many, address


if __name__ == "__main__":
    start()
    for post in POSTS:
        for line in walk(post):
            print(*line, sep="\t")
