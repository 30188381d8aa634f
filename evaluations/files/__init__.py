"""Files of the evaluations app taken in, checked whole."""
