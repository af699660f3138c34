"""The same data under both protocols."""
