"""The tables as statements see them: names and columns of the newest migration, nothing else.

Each row is the JSON of its value (`body`) plus the columns that queries need. `row` counts a table's rows in the order
they were written. Types and keys are made in `migrations.py`; a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import TableClause, column, table

sessions = table(
    "sessions",
    column("id"),
    column("created_at"),
    column("bank_id"),
    column("candidate"),
    column("language"),
    column("mode"),
    column("thinking"),
    column("origin"),
    column("recording"),
    column("body"),
)
messages = table(
    "messages",
    column("session_id"),
    column("turn"),
    column("role"),
    column("kind"),
    column("question_id"),
    column("at"),
    column("body"),
)
events = table("events", column("row"), column("session_id"), column("kind"), column("at"), column("body"))
assessments = table(
    "assessments",
    column("row"),
    column("session_id"),
    column("question_id"),
    column("turn"),
    column("outcome"),
    column("sure"),
    column("body"),
)
grades = table("grades", column("row"), column("session_id"), column("question_id"), column("body"))
reviews = table(
    "reviews",
    column("row"),
    column("session_id"),
    column("question_id"),
    column("kind"),
    column("at"),
    column("body"),
)
annotations = table(
    "annotations",
    column("row"),
    column("session_id"),
    column("kind"),
    column("question_id"),
    column("author"),
    column("at"),
    column("body"),
)
deletions = table("deletions", column("session_id"), column("at"), column("reason"), column("recording"))
logins = table(
    "logins",
    column("row"),
    column("at"),
    column("kind"),
    column("name"),
    column("address"),
    column("token_sha256"),
    column("until"),
)
arrivals = table("arrivals", column("row"), column("at"), column("address"))

ALL: tuple[TableClause, ...] = (sessions, messages, events, assessments, grades, reviews, annotations)
"""The tables that hold a session. `deletions` remembers what is gone, `logins` who came in or tried to,
`arrivals` for an hour where interviews were begun from."""
