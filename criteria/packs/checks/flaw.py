"""What a check yields."""

Flaw = tuple[tuple, str]  # where in the content, and the Vietnamese sentence
