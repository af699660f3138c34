"""A dataset as its recipe takes it: labelled, checked, prepared, cached."""
