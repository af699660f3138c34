"""Searched groups: Optuna studies."""
