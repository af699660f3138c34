"""Which candidate is best, by which rule, and how sure that is."""
