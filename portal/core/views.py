"""Health for the balancer, signing in, the page of components, and the pages for what went wrong."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.core.paginator import Paginator
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from .forms import ComponentsForm, NewPasswordForm, SignInForm
from .models import Heartbeat
from .web.middleware import session_left

# What our forms carry hidden: whole names, how the names of rows' versions and stored values begin and end.
CARRIED = {"csrfmiddlewaretoken", "once", "sending", "seen", "next", "action", "address", "bo", "don_vi", "hosted_in"}
CARRIED_ENDS = ("-version", "_FORMS")

sign_in = LoginView.as_view(
    template_name="registration/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
)
sign_out = LogoutView.as_view()


class ChangePassword(PasswordChangeView):
    """A person's own new password; a one-time password ends here, and so do their other sessions."""

    http_method_names = ["get", "head", "post"]
    form_class = NewPasswordForm
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form):
        form.user.must_change_password = False
        messages.success(self.request, "Đã đổi mật khẩu. Các phiên đăng nhập khác của tài khoản đã kết thúc.")
        return super().form_valid(form)

    def form_invalid(self, form):
        return self.render_to_response(self.get_context_data(form=form), status=422)


password_change = ChangePassword.as_view()


@require_safe
def session(request):
    """Whose session it is, the seconds it has left after this, and the token its forms carry; asking prolongs it."""
    told = {"person": request.user.pk, "post": str(request.user)}
    return JsonResponse(told | {"left": session_left(request), "token": get_token(request)})


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


@require_safe
def components(request):
    """Every component of the design system on one page, for those who build and check pages."""
    typed = {"name": "", "kind": "xa", "share": "120", "note": "Đã rà soát.", "result": "dat"}
    return render(
        request,
        "core/components.html",
        {
            "form": ComponentsForm(),
            "refused": ComponentsForm(typed, auto_id="refused_%s"),
            "page": Paginator(range(1862), 50).get_page(request.GET.get("page")),
        },
    )


def csrf_failure(request, reason=""):
    """The page where the form's token is out of date, with the way back to the form: its page keeps what was typed."""
    page = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    return render(request, "403_csrf.html", {"back": page if is_ours else ""}, status=403)


def page_not_found(request, exception):
    """The page for what is not there or not the reader's; what a form had sent stands on it, for it was not saved."""
    sent = request.POST.lists() if request.resolver_match else ()  # a route was found, so what was sent could be read
    typed = [value for name, values in sent if _is_typed(name) for value in values if value.strip()]
    return render(request, "404.html", {"typed": typed}, status=404)


def _is_typed(name: str) -> bool:
    """Whether a person may have typed the field: passwords are never shown, nor what a form carries by itself."""
    is_carried = name in CARRIED or name.startswith("initial-") or name.endswith(CARRIED_ENDS)
    return not is_carried and "password" not in name


def server_error(request):
    """The page after an unforeseen error; a database that does not answer is told apart and may be asked again."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
    return HttpResponse(render_to_string("500.html"), status=500)
