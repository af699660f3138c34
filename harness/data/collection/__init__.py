"""A dataset as its recipe selects it: labelled, checked, prepared, cached."""
