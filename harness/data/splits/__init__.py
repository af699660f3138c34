"""Which slices train, validate and test, and how training slices are grouped."""
