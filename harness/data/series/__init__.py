"""What a slice is: plane, weighting, contrast agent, body part; and the rule that includes it."""
