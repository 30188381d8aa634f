"""What holds for every request: addresses ask in storable text, sessions end, private pages are not kept, a GET changes
nothing."""

import re
import time
from contextlib import contextmanager

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import QueryDict
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import is_valid_path, reverse

from ..vietnamese.text import storable

WRITES = ("INSERT", "UPDATE", "DELETE")
SENDING = re.compile(r"[0-9-]{5,36}")
PROVINCE_AT_HAND = "province_at_hand"  # the session's key
OWN_TABLES = ('"django_session"', '"axes_')  # what signing in and out itself keeps


class WriteInGet(Exception):
    """A page that should only read tried to write."""


class CompressedText(GZipMiddleware):
    """A page or an answer to a script leaves compressed: a grid is a tenth of itself on a line of 1 Mbit/s. Files are
    compressed in themselves and keep their length. What BREACH would guess is masked anew in each page (the form's
    token), and each answer is padded at random."""

    def process_response(self, request, response):
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in ("text/html", "application/json"):
            return response
        return super().process_response(request, response)


class StorableQuery:
    """What an address asks (`?q=…`) reaches pages and queries without NUL and the like, which PostgreSQL refuses.

    Posted fields are cleaned by their forms, which tell the reader.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if any(storable(value) != value for name, values in request.GET.lists() for value in (name, *values)):
            cleaned = QueryDict(mutable=True, encoding=request.GET.encoding)
            for name, values in request.GET.lists():
                cleaned.setlist(storable(name), [storable(value) for value in values])
            cleaned._mutable = False
            request.GET = cleaned
        return self.get_response(request)


def session_left(request) -> int:
    """Seconds until `SessionLimits` signs the person out who asks for nothing more from now on."""
    began = request.session.get("began", int(time.time()))
    return min(settings.SESSION_IDLE_SECONDS, began + settings.SESSION_COOKIE_AGE - int(time.time()))


class SessionLimits:
    """Sign out after SESSION_IDLE_SECONDS without a request, and SESSION_COOKIE_AGE after signing in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            now = int(time.time())
            began = request.session.setdefault("began", now)
            seen = request.session.get("seen", now)
            if now - seen > settings.SESSION_IDLE_SECONDS or now - began > settings.SESSION_COOKIE_AGE:
                logout(request)
                if "json" not in request.headers.get("Accept", ""):  # a script tells it in the page it stands in
                    messages.info(
                        request, "Phiên làm việc đã hết hạn. Những gì đã báo “Đã lưu” vẫn còn; hãy đăng nhập lại."
                    )
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            if now - seen > 30 or "seen" not in request.session:
                request.session["seen"] = now
        return self.get_response(request)


class ProvinceAtHand:
    """Who serves several provinces, as before a merger, works for the one chosen in this session."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            request.user.province_at_hand = request.session.get(PROVINCE_AT_HAND)
        return self.get_response(request)


class OneTimePassword:
    """Whoever signed in with a one-time password first chooses their own."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        doors = (reverse("password_change"), reverse("sign_out"), reverse("session"))
        if getattr(request.user, "must_change_password", False) and request.path not in doors:
            return redirect("password_change")
        return self.get_response(request)


class NoStore:
    """Nothing a signed-in person sees stays in a shared machine's cache."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.user.is_authenticated and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store"
        return response


class ToldAnswered:
    """Hand back the name a page's script gave its sending: what was typed is stored, and the browser need not keep it
    any more (portal/static/portal/kept.js)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.method == "POST" and response.status_code < 400:
            sending = request.POST.get("sending", "")
            if SENDING.fullmatch(sending):
                response.set_cookie(
                    f"sent_{sending}", "1", max_age=120, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
                )
        return response


class OnlyPosted:
    """Who opens the address of an act, as a browser does that reloads after a refused form, is told where to go back.

    The API and other methods keep their empty 405.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 405 or request.method not in ("GET", "HEAD") or request.path.startswith("/api/"):
            return response
        page = render(request, "405.html", {"above": _page_above(request.path)}, status=405)
        page["Allow"] = response["Allow"]
        return page


def _page_above(path: str) -> str:
    """The nearest address above that is one of the portal's."""
    while path := path.rstrip("/").rpartition("/")[0]:
        if is_valid_path(f"{path}/"):
            return f"{path}/"
    return ""


class ReadOnlyGet:
    """A GET that writes raises WriteInGet: a link, a prefetch or a reload must never change a row."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with forbid_writes():
            return self.get_response(request)


@contextmanager
def forbid_writes():
    def refuse(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES) and not any(table in sql for table in OWN_TABLES):
            raise WriteInGet(sql[:80])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield
