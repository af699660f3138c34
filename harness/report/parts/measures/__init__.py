"""How good the compared systems are: every measure, by class, confusion, calibration, and who is better."""
