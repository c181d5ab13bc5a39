"""Talking about a finished interview."""
