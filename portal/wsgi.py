"""The door gunicorn opens."""

import os
from functools import partial

from django.core.wsgi import get_wsgi_application

from portal.core.processes.frames import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = partial(with_room, get_wsgi_application())
