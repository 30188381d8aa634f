"""An account for the officer of one more commune of the running demo: `python -m tests.browser.officer "Xã Mỹ Hà"`.

The walks share one portal; each that enters a year of its own takes a commune the demo gave no account, so that none
finds another's cells.
"""

import os
import sys


def make(place: str) -> str:
    """The name of the account that enters at the commune; made where it is not there yet."""
    from django.contrib.auth.hashers import make_password

    from portal.core.vietnamese.text import plain_key
    from portal.demo.building import PASSWORD
    from portal.demo.people import FIRST_DAY
    from units.enums import Role, UnitKind
    from units.models import Placement, Unit, User

    username = f"canbo.{plain_key(place).replace(' ', '')}"
    unit = Unit.objects.get(name=place, kind=UnitKind.COMMUNE, district__name="Huyện Lạng Giang")
    fields = {"post": f"Cán bộ Công an {place}", "password": make_password(PASSWORD)}
    user, _ = User.objects.get_or_create(username=username, defaults=fields)
    Placement.objects.get_or_create(user=user, unit=unit, role=Role.OFFICER, defaults={"valid_from": FIRST_DAY})
    return username


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    sys.stdout.write(make(sys.argv[1]))
