"""How sure a figure is: intervals, tests and comparisons in which whole patients are drawn, never slices."""
