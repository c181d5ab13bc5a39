"""Measurements of DESIGN section 8, as scripts: `make bench`, or `python -m bench turn index …`. No test depends on a time."""
