"""What learns: each method in one file."""
