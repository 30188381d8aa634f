"""Password hashing that two cores can bear: 19 MiB a login instead of 100."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class LightArgon2(Argon2PasswordHasher):
    """Argon2id at OWASP's floor (19 MiB, 2 passes, 1 lane)."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1


class OneTimeArgon2(LightArgon2):
    """For a password the portal drew itself: nobody searches 78 random bits, however cheap a try is.

    Thousands of slips are hashed in seconds; the first sign-in hashes it anew at full cost, as Django does with any
    hash that is cheaper than today's.
    """

    time_cost = 1
    memory_cost = 1024
