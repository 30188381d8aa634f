"""Passwords made for somebody else, who chooses their own at the first sign-in."""

import secrets

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those a reader takes for one another


def one_time_password() -> str:
    """Four groups of four letters that can be read out on the telephone (78 bits)."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
