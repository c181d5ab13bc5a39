"""Talking about a finished interview: why a grade is what it is, what was missing, what to read next.

The one rule: it reads and explains, and changes no grade. The model behind it sees this session and the notes of the
questions asked in it, nothing else. LangChain is imported with the first reply of a model, not before.
"""

from interviewer.debrief.debriefs import LONGEST, Debriefs, Talk
from interviewer.debrief.events import DebriefEvent, LookingUp, Piece, Replied

__all__ = ["LONGEST", "DebriefEvent", "Debriefs", "LookingUp", "Piece", "Replied", "Talk"]
