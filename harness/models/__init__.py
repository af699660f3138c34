"""Backbones, synergic networks and the losses that tie them: plain PyTorch."""
