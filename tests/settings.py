"""The portal's settings for tests: a temporary `var/`, cheap passwords and commits, static files without a manifest."""

import atexit
import os
import shutil
import tempfile

if "VAR_DIR" not in os.environ:  # the processes of a run inherit it from the first, which takes it away
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="portal-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.environ["VAR_DIR"], "hypothesis"))
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 50)

from portal.settings import *  # noqa: F403 -- all of them, then the changes below
from portal.settings import DATABASE, REST_FRAMEWORK, STORAGES

# A test database outlives no crash: no commit waits for the disk. Dropping it does, and long on a busy machine.
if DATABASE["ENGINE"].endswith("postgresql"):
    DATABASE["OPTIONS"]["options"] += " -c synchronous_commit=off -c jit=off -c statement_timeout=120000"

# A database made before (tests/databases.py), its tables in place: each worker's is a copy instead of 80 migrations.
if MADE := os.environ.get("MADE_DATABASE"):
    DATABASE["TEST"] = {"TEMPLATE": MADE}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "portal.core.passwords.hashers.LightArgon2",
]  # slips are argon2
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}

STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 -- whitenoise warns about a missing folder, and warnings are errors here
