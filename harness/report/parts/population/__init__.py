"""Networks whose λ changes during training."""
