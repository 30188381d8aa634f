#!/usr/bin/env python
"""Run one of the portal's commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.core.frames import with_room
    from portal.core.management.entry import run

    with_room(run, sys.argv)
