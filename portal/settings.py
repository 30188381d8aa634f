"""Settings of the portal: one file, two shapes.

Embedded (nothing set): SQLite and a file broker below `var/`, plain http on this machine.
Real (`PRODUCTION=1`): PostgreSQL, Redis, https only; whatever is missing stops the start with a sentence.
"""

import secrets
from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

PRODUCTION = env.bool("PRODUCTION", False)
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    """The key from the environment or its credential file; embedded, one made at the first start."""
    if key := env.str("SECRET_KEY", ""):
        return key
    if path := env.str("SECRET_KEY_FILE", ""):
        return Path(path).read_text().strip()
    if PRODUCTION:
        raise ImproperlyConfigured("Thiếu SECRET_KEY (hoặc SECRET_KEY_FILE): hãy đặt một khoá bí mật riêng.")
    stored = VAR_DIR / "secret_key"
    if not stored.exists():
        stored.write_text(secrets.token_urlsafe(64))
        stored.chmod(0o600)
    return stored.read_text()


# --- who answers -----------------------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if PRODUCTION else []
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "import_export",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "csp",
    "portal.core",
    "units",
    "criteria",
    "evaluations",
    "reports",
    "portal.demo",
    "portal.benches",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.core.web.middleware.CompressedText",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.core.web.middleware.StorableQuery",
    "portal.core.web.middleware.SessionLimits",
    "portal.core.web.middleware.ProvinceAtHand",
    "portal.core.web.middleware.OneTimePassword",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.core.web.middleware.NoStore",
    "portal.core.web.middleware.ToldAnswered",
    "portal.core.web.middleware.OnlyPosted",
    "portal.core.web.middleware.ReadOnlyGet",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.core.web.context.place",
            ],
            "builtins": ["portal.core.templatetags.components", "portal.core.templatetags.markup"],
        },
    }
]
MESSAGE_TAGS = {messages.SUCCESS: "ok", messages.WARNING: "warn", messages.ERROR: "bad"}  # the tones of a notice
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- where truth lives -----------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
DATABASE = DATABASES["default"]
if DATABASE["ENGINE"].endswith("sqlite3"):
    if PRODUCTION:
        raise ImproperlyConfigured("PRODUCTION cần DATABASE_URL trỏ tới PostgreSQL; SQLite chỉ dùng để xem thử.")
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-20000;",
    }
else:
    DATABASE |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": True}
    # Each statement is planned anew. Our pages join eight to twenty small tables, written in a good order: looking at
    # every order of eight at once took longer than reading them (docs/performance.md).
    DATABASE["OPTIONS"] = {
        "options": "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 "
        "-c join_collapse_limit=4"
    }

FILES_DIR = Path(env.str("FILES_DIR", str(VAR_DIR / "files")))  # evidence and reports, named by their content
AUTH_USER_MODEL = "units.User"

# --- language and time -----------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
USE_I18N = True
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]  # what packages say and have no Vietnamese words for
FILTERS_EMPTY_CHOICE_LABEL = "Tất cả"
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = False  # years are numbers too; `|number` groups where it should
FORMAT_MODULE_PATH = ["portal.formats"]

# --- static files ----------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "portal" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "portal.core.web.assets.AssetStorage"},
}

# --- signing in ------------------------------------------------------------------------------------------------
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign_in"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "portal.core.passwords.hashers.LightArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
PASSWORD_RESET_TIMEOUT = 1800
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portal.core.passwords.rules.SimilarityValidator"},
    {"NAME": "portal.core.passwords.rules.LengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.core.passwords.rules.CommonValidator"},
    {"NAME": "portal.core.passwords.rules.NotNumericValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_CLIENT_IP_CALLABLE = "portal.core.web.address.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_ENABLE_ACCESS_FAILURE_LOG = False

# --- sessions, cookies, transport ------------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # Redis may be wiped
SESSION_COOKIE_NAME = "__Host-sid" if PRODUCTION else "sid"
SESSION_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", 15 * 60 if PRODUCTION else 2 * 3600)
CSRF_USE_SESSIONS = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # one-time passwords stay off cookies
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "portal.core.views.csrf_failure"
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # the balancer asks on plain http from inside
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preload is the domain owner's to ask for
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

# --- what may come in ------------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
DATA_UPLOAD_MAX_NUMBER_FILES = 100  # past what a form takes (EVIDENCE_MAX_FILES), so that the form can say so
FILE_UPLOAD_HANDLERS = ["portal.core.files.uploads.PlainlyNamedUpload"]
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750
EVIDENCE_MAX_BYTES = env.int("EVIDENCE_MAX_BYTES", 20 * 1024 * 1024)
EVIDENCE_MAX_FILES = env.int("EVIDENCE_MAX_FILES", 20)  # in one act, within gunicorn's time for a request
EVIDENCE_MAX_TOTAL_BYTES = env.int(
    "EVIDENCE_MAX_TOTAL_BYTES", 60 * 1024 * 1024
)  # deploy/nginx.conf lets in a little more

# --- API -------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["portal.core.api.DenyUnlessDeclared"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "portal.core.api.Pages",
    "DEFAULT_FILTER_BACKENDS": ["portal.core.api.KnownFilters"],
    "DEFAULT_SCHEMA_CLASS": "portal.core.web.api_answers.Described",
    "EXCEPTION_HANDLER": "portal.core.web.api_answers.refused",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "120/min"},
    "NUM_PROXIES": 1 if PRODUCTION else 0,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cổng phong trào toàn dân bảo vệ an ninh Tổ quốc: giao diện lập trình",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",  # its schemas are JSON Schema: answers are checked against them as they stand
    "DESCRIPTION": (
        "Chỉ để đọc: mọi đường dẫn chỉ nhận GET; POST, PUT, PATCH, DELETE bị từ chối. Danh sách chỉ gồm những gì người "
        "gọi được xem trên cổng, theo trang (page, page_size tối đa 500). Tham số không có trong tài liệu này, hoặc có "
        "giá trị không hợp lệ, bị từ chối với mã 400 và một câu nêu tên tham số đó."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # the document goes to nobody outside
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {"LevelEnum": "criteria.enums.Level", "UnitKindEnum": "units.enums.UnitKind"},
}

# --- workers ---------------------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", "")
if PRODUCTION and not REDIS_URL:
    raise ImproperlyConfigured("PRODUCTION cần REDIS_URL để đánh thức các tiến trình nền.")
JOB_LEASE = timedelta(seconds=env.int("JOB_LEASE_SECONDS", 90))
JOB_MAX_ATTEMPTS = 5
SWEEP_SECONDS = env.int("SWEEP_SECONDS", 20)

CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_MAX_TASKS_PER_CHILD = 50
CELERY_WORKER_POOL = "prefork" if REDIS_URL else "threads"  # threads: one process is enough beside SQLite
CELERY_WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", 2)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
if REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {"visibility_timeout": 900}
else:
    BROKER_DIR = VAR_DIR / "broker"
    BROKER_DIR.mkdir(exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(BROKER_DIR),
        "data_folder_out": str(BROKER_DIR),
        "control_folder": str(BROKER_DIR / "control"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "polling_interval": 0.5,
    }
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "portal.core.tasks.sweep", "schedule": SWEEP_SECONDS},
    "due_schedules": {"task": "reports.tasks.run_due_schedules", "schedule": crontab(minute="*/5")},
    "tidy": {"task": "portal.core.tasks.tidy", "schedule": crontab(hour=2, minute=10)},
    "drop_old_slips": {"task": "units.tasks.drop_old_slips", "schedule": crontab(hour=2, minute=20)},
}

# --- what is written down --------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO" if PRODUCTION else "WARNING")},
    "loggers": {"weasyprint": {"level": "ERROR"}, "fontTools": {"level": "ERROR"}},  # or a line per step and font
}
