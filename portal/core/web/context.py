"""What every page's frame needs: the signed-in person's post, places and provinces."""


def place(request):
    """Adds `my_placements` (today's) and, for who serves several provinces, `my_provinces`, the one at hand first."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    placements = user.placements_now()
    provinces = user.provinces_as(*{placement.role for placement in placements})
    return {"my_placements": placements, "my_provinces": provinces if len(provinces) > 1 else []}
