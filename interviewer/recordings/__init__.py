"""Interviews that a person held and something wrote down: read in, put beside a bank, kept as sessions.

The one rule: nothing that was said is dropped, and nothing counts that a person could not see and correct first.
"""
