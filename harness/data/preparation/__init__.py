"""From stored pixels to slices ready for training."""
