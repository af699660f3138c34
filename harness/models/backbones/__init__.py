"""Networks that turn a slice into features: families of them, by name."""
