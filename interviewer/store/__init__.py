"""What was said and how it was judged, as append-only rows in an SQL database; the transcript is the only memory.

The one rule: a row is written once and never changed, and a call that returned has written all of its rows or, by
raising, none. Proven on every backend by tests/contract/test_store.py, also with a writer killed in the middle.
"""

from interviewer.store.aside import Unread, note, set_aside
from interviewer.store.find import Answered, UnreadMark, Wanted
from interviewer.store.store import SessionSummary, Store

__all__ = ["Answered", "SessionSummary", "Store", "Unread", "UnreadMark", "Wanted", "note", "set_aside"]
