"""What a committee's votes come to: pure functions of whole numbers, percentages compared exactly."""


def has_quorum(*, present: int, seats: int, percent: int) -> bool:
    """Whether enough members sit: more than `percent` of all seats, and somebody at all."""
    return present > 0 and present * 100 > percent * seats


def is_carried(*, votes_for: int, base: int, percent: int) -> bool:
    """Whether a proposal passes: votes for it by more than `percent` of `base`, those present or all members."""
    return votes_for * 100 > percent * base
