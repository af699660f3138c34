"""From a folder of images to slices, labels, pairs and splits."""
