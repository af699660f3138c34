"""The parts of a report: each builds tables, figures and notes from one context."""
