"""What every page's frame needs: the signed-in person's post, places and provinces, and how long the session lasts."""

from .middleware import session_left


def place(request):
    """Adds `my_placements` (today's), for who serves several provinces `my_provinces`, the one at hand first, and
    `session_left`, the seconds until a person who does nothing more is signed out."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    placements = user.placements_now()
    provinces = user.provinces_as(*{placement.role for placement in placements})
    return {
        "my_placements": placements,
        "my_provinces": provinces if len(provinces) > 1 else [],
        "session_left": session_left(request),
    }
