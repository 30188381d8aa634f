"""What every page's frame needs: the signed-in person's post and places."""


def place(request):
    """Adds `my_places` (units of today's placements) for a signed-in user."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"my_placements": user.placements_now()}
