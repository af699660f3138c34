"""Ways to learn a task: each a file with its settings, its run and what a person calls it."""
