"""Reviewers' work on stored sessions."""
