"""Every slice below a folder as one table, read once."""
