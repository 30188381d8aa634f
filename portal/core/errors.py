"""What a decision raises when it says no."""


class Refused(Exception):
    """An act the rules do not allow now; its text is the Vietnamese sentence the user reads."""

    def __init__(self, sentence: str):
        super().__init__(sentence)
        self.sentence = sentence


class Busy(Refused):
    """Somebody else is at work on the same thing: the act may hold when it is tried again, and a job is."""
