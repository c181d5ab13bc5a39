"""A model labels line numbers of a list that rules could not place; it writes no word."""

from interviewer.labelling.lines import Labelled, doubtful, label_lines

__all__ = ["Labelled", "doubtful", "label_lines"]
