"""Password hashing that two cores can bear: 19 MiB a login instead of 100."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class LightArgon2(Argon2PasswordHasher):
    """Argon2id at OWASP's floor (19 MiB, 2 passes, 1 lane)."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1
