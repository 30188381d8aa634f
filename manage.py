#!/usr/bin/env python
"""Run one of the portal's commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.core.management.entry import run
    from portal.core.processes.frames import with_room

    with_room(run, sys.argv)
