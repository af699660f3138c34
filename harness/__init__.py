"""Synergic deep learning for tumour grading: sweeps, runs, tables and the best λ."""

__version__ = "0.2.0"
