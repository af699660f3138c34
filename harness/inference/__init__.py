"""A trained model put to use: its files, the input that it takes, and what it predicts."""
