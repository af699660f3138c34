"""MLflow: the spool that training writes to, its delivery, and reading runs back."""
