"""Words put beside what is not law, wherever it shows."""

EXAMPLE_WORDS = "ví dụ, không phải luật"
