"""A form that makes something carries a token; sent twice, it makes one thing and gives the same answer."""

import functools
import re
import secrets
from datetime import timedelta

from django.core.exceptions import SuspiciousOperation
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.http import HttpResponseRedirect
from django.shortcuts import redirect

from ..models import OnceToken

TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")


def new_token() -> str:
    return secrets.token_urlsafe(24)


def token_of(request) -> str:
    """The posted form's token, a new one where it carries none that could be: part of a job's key."""
    token = request.POST.get("once", "")
    return token if TOKEN.fullmatch(token) else new_token()


def forget_old() -> int:
    """Drop tokens of forms sent more than two days ago; returns how many."""
    return OnceToken.objects.filter(at__lt=Now() - timedelta(days=2)).delete()[0]


def once(view):
    """Run a POST view in one transaction, once per form token (`once` in the form).

    A second post with the token waits for the first and is sent where the first was sent. A view that answers
    with anything but a redirect (a form with errors) has made nothing: its token stays usable.
    """

    @functools.wraps(view)
    def wrapper(request, *args, **kwargs):
        token = request.POST.get("once", "")
        if request.method != "POST" or not TOKEN.fullmatch(token):
            return view(request, *args, **kwargs)
        try:
            with transaction.atomic():
                row = OnceToken.objects.create(token=token, user=request.user)
                response = view(request, *args, **kwargs)
                if isinstance(response, HttpResponseRedirect):
                    OnceToken.objects.filter(pk=row.pk).update(location=response.url)
                else:
                    transaction.set_rollback(True)
                return response
        except IntegrityError:
            first = OnceToken.objects.filter(token=token).first()
            if first is None:  # the clash was about something else
                raise
            if first.user_id != request.user.pk:
                raise SuspiciousOperation("a form token of somebody else") from None
            return redirect(first.location)

    return wrapper
