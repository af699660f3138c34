"""Tables and figures as files and text."""
