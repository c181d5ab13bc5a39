"""Drawings as inline SVG, each of which says in words what it shows."""
