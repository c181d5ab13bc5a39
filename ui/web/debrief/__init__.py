"""The talk about a finished interview."""
