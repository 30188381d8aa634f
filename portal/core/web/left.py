"""A form left half typed for the page that makes what it lacks, and found again as it was, with or without script."""

import functools
import secrets

from django.forms import BaseForm, BaseFormSet
from django.forms.utils import ErrorDict, ErrorList
from django.http import QueryDict
from django.shortcuts import redirect
from django.urls import reverse

LEFT = "left_forms"  # in the session, by key
KEY = "giu"  # in the address of either page
MOST = 5  # forms left at a time; the oldest goes
OWN = ("csrfmiddlewaretoken", "once", "leave", "sending")


def leaves_for(route: str):
    """The form's button named `leave` keeps what was typed and goes to the route; stands above `once`, since nothing
    was made."""

    def decorate(view):
        @functools.wraps(view)
        def wrapper(request, *args, **kwargs):
            if request.method != "POST" or "leave" not in request.POST:
                return view(request, *args, **kwargs)
            query, typed = request.GET.copy(), request.POST.copy()
            query.pop(KEY, None)
            for name in OWN:
                typed.pop(name, None)
            left = list(request.session.get(LEFT, {}).items())[1 - MOST :]
            key = secrets.token_urlsafe(8)
            told = {"path": request.path, "query": query.urlencode(), "typed": typed.urlencode(), "made": {}}
            request.session[LEFT] = dict([*left, (key, told)])
            return redirect(f"{reverse(route)}?{KEY}={key}")

        return wrapper

    return decorate


def way_back(request, **made) -> str | None:
    """The address of the form this page was opened from, which is then told what was made; None for no form."""
    key = request.GET.get(KEY, "")
    told = request.session.get(LEFT, {}).get(key)
    if told is None:
        return None
    told["made"] = made
    request.session.modified = True
    return f"{told['path']}?{told['query'] and told['query'] + '&'}{KEY}={key}"


def typed_before(request, **fields: str) -> QueryDict | None:
    """What was typed on this page before it was left, each field of `fields` holding what was made by that name
    meanwhile; None where nothing was left."""
    told = request.session.get(LEFT, {}).get(request.GET.get(KEY, ""))
    if told is None or told["path"] != request.path or request.method == "POST":
        return None
    typed = QueryDict(told["typed"], mutable=True)
    for name, one in fields.items():
        if one in told["made"]:
            typed[name] = str(told["made"][one])
    return typed


def not_judged(*forms: BaseForm | BaseFormSet) -> None:
    """Show the values of forms not yet sent without finding fault with them."""
    for form in forms:
        if isinstance(form, BaseFormSet):
            form._errors, form._non_form_errors = [], ErrorList()  # type: ignore[attr-defined]  # -- where Django keeps them
            not_judged(*form.forms)
        else:
            form._errors = ErrorDict()  # type: ignore[attr-defined]  # -- as above
