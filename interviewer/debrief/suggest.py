"""Questions worth asking about a result, made from its verdicts. The one rule: none is offered that the record cannot answer."""

from __future__ import annotations

from interviewer.debrief.record import Record
from interviewer.report.wording import Words as ReportWords

MOST = 4


def suggestions(record: Record) -> tuple[str, ...]:
    """At most MOST: the weakest question, what was the wrong way round, what has no grade, what to work on."""
    words, report = record.words, record.report
    found: list[str] = []
    graded = [row for row in report.questions if row.score is not None]
    weak = min(graded, key=lambda row: (row.score or 0.0, row.number), default=None)
    if weak is not None and weak.level and weak.level != "excellent":
        level = ReportWords(record.language).say("band", weak.level)
        key = "insufficient" if weak.level == "insufficient" else "level"
        found.append(
            words.say("suggest", key, n=weak.number, level=level if record.language == "zh" else level.lower())
        )
    wrong = next((row for row in graded if any(p.status == "contradicted" for p in row.points)), None)
    if wrong is not None:
        found.append(words.say("suggest", "contradicted", n=wrong.number))
    open_row = next((row for row in report.questions if row.score is None and not row.to_mark), None)
    if open_row is not None:
        found.append(words.say("suggest", "ungraded", n=open_row.number))
    if report.study:
        found.append(words.say("suggest", "reading"))
    if len(graded) > 1:
        found.append(words.say("suggest", "overview"))
    return tuple(found[:MOST])
