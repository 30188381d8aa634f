"""The portal's settings for tests: a temporary `var/`, cheap passwords, static files without a manifest."""

import os
import tempfile

os.environ.setdefault("VAR_DIR", tempfile.mkdtemp(prefix="portal-test-"))
os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", os.path.join(os.environ["VAR_DIR"], "hypothesis"))
os.environ.setdefault("SECRET_KEY", "for-tests-only-" + "x" * 50)

from portal.settings import *  # noqa: F403 -- all of them, then the changes below
from portal.settings import REST_FRAMEWORK, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
REST_FRAMEWORK = REST_FRAMEWORK | {"DEFAULT_THROTTLE_CLASSES": []}

STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 -- whitenoise warns about a missing folder, and warnings are errors here
