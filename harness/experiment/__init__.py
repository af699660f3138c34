"""What is to be run: settings, axes, search spaces, trials."""
