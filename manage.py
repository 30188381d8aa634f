#!/usr/bin/env python
"""Run one of the portal's commands."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.core.frames import with_room

    with_room(execute_from_command_line, sys.argv)
