"""Production settings are the ones of the security list, and a start without what it needs says so."""

import functools
import json
import os
import subprocess
import sys

import pytest

from portal.settings import BASE_DIR

PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": "a-long-key-that-only-this-test-knows-0123456789-abcdefghijkl",
    "ALLOWED_HOSTS": "antt.example.gov.vn",
    "DATABASE_URL": "postgres://nobody@127.0.0.1/none",
    "REDIS_URL": "redis://127.0.0.1:6379/15",
}
EXPECTED = {
    "DEBUG": False,
    "ALLOWED_HOSTS": ["antt.example.gov.vn"],
    "CSRF_TRUSTED_ORIGINS": ["https://antt.example.gov.vn"],
    "SECURE_PROXY_SSL_HEADER": ["HTTP_X_FORWARDED_PROTO", "https"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "X_FRAME_OPTIONS": "DENY",
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_COOKIE_NAME": "__Host-sid",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_AGE": 8 * 3600,
    "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
    "SESSION_IDLE_SECONDS": 15 * 60,
    "CSRF_COOKIE_SECURE": True,
    "CSRF_USE_SESSIONS": True,
    "PASSWORD_RESET_TIMEOUT": 1800,
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 5_000_000,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 4000,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 100,
    "FILE_UPLOAD_PERMISSIONS": 0o640,
    "FILE_UPLOAD_DIRECTORY_PERMISSIONS": 0o750,
    "USE_TZ": True,
    "TIME_ZONE": "Asia/Ho_Chi_Minh",
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": "0:15:00",
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_HANDLER": "axes.handlers.database.AxesDatabaseHandler",
    "AXES_CLIENT_IP_CALLABLE": "portal.core.web.address.client_address",
    "CELERY_TASK_ACKS_LATE": True,
    "CELERY_TASK_TIME_LIMIT": 300,
    "CELERY_BROKER_TRANSPORT_OPTIONS": {"visibility_timeout": 900},
    "CELERY_ACCEPT_CONTENT": ["json"],
    "CELERY_WORKER_POOL": "prefork",
    "SILENCED_SYSTEM_CHECKS": ["security.W021"],
}


def python(*arguments, leave_out=(), **env):
    """A fresh interpreter with production's environment, changed as asked."""
    plain = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    chosen = {key: value for key, value in (plain | PRODUCTION | env).items() if key not in leave_out}
    return subprocess.run(
        [sys.executable, *arguments], cwd=BASE_DIR, env=chosen, capture_output=True, text=True, timeout=120
    )


@functools.cache
def read(*names, **env):
    code = (
        "import json; from portal import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}, default=str))"
    )
    done = python("-c", code, **env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_production_values():
    assert read(*EXPECTED) == EXPECTED


def test_production_database_ends_what_hangs_and_does_not_plan_for_long():
    database = read("DATABASE")["DATABASE"]
    assert database["OPTIONS"]["options"] == (
        "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 "
        "-c join_collapse_limit=4"
    )
    assert (database["CONN_MAX_AGE"], database["CONN_HEALTH_CHECKS"]) == (60, True)


def test_passwords_are_long_and_hashed_with_argon2():
    found = read("PASSWORD_HASHERS", "AUTH_PASSWORD_VALIDATORS")
    assert found["PASSWORD_HASHERS"][0] == "portal.core.passwords.hashers.LightArgon2"
    assert {"min_length": 12} in [validator.get("OPTIONS") for validator in found["AUTH_PASSWORD_VALIDATORS"]]


def test_the_hasher_is_argon2id_at_the_floor():
    from portal.core.passwords.hashers import LightArgon2

    encoded = LightArgon2().encode("mat khau", "somesalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_api_lets_nobody_in_by_default():
    found = read("REST_FRAMEWORK")["REST_FRAMEWORK"]
    assert found["DEFAULT_PERMISSION_CLASSES"] == ["portal.core.api.DenyUnlessDeclared"]
    assert found["DEFAULT_AUTHENTICATION_CLASSES"] == ["rest_framework.authentication.SessionAuthentication"]
    assert found["DEFAULT_RENDERER_CLASSES"] == ["rest_framework.renderers.JSONRenderer"]
    assert (found["NUM_PROXIES"], found["DEFAULT_THROTTLE_RATES"]) == (1, {"user": "120/min"})


def test_middleware_order():
    """What must stand before what: https first, sessions before people, people before limits, limits before doors."""
    order = [name.rsplit(".", 1)[1] for name in read("MIDDLEWARE")["MIDDLEWARE"]]
    chain = [
        "SecurityMiddleware",
        "CompressedText",
        "CSPMiddleware",
        "SessionMiddleware",
        "CsrfViewMiddleware",
        "AuthenticationMiddleware",
        "MessageMiddleware",
        "SessionLimits",
        "LoginRequiredMiddleware",
        "NoStore",
        "ReadOnlyGet",
        "AxesMiddleware",
    ]
    assert [name for name in order if name in chain] == chain


def test_check_deploy_has_nothing_to_say():
    done = python("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, "no issues (1 silenced)" in done.stdout + done.stderr) == (0, True), done.stderr


@pytest.mark.parametrize(
    ("missing", "named"), [("SECRET_KEY", "SECRET_KEY"), ("DATABASE_URL", "DATABASE_URL"), ("REDIS_URL", "REDIS_URL")]
)
def test_production_without_what_it_needs_stops_with_a_sentence(missing, named):
    done = python("-c", "import portal.settings", leave_out=[missing])
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("django.core.exceptions.ImproperlyConfigured: ")
    assert named in last


def test_the_key_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")
    assert read("SECRET_KEY", SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "key")) == {"SECRET_KEY": "from-a-file"}


def test_embedded_makes_its_own_key_once(tmp_path):
    env = {"PRODUCTION": "0", "SECRET_KEY": "", "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/x"}
    first, second = read("SECRET_KEY", **env), read("SECRET_KEY", **env)
    assert first == second
    assert len(first["SECRET_KEY"]) > 60
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
