"""Pages of the evaluations app, by noun."""
