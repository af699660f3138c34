"""From MLflow runs to tables, figures and the choice of λ."""
