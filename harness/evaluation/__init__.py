"""Predictions, and what they are worth: measures, intervals, comparisons."""
