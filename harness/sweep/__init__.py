"""Plan a sweep, run it on Ray, resume it."""
