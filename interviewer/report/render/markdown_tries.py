"""Second tries and the talk about a grade, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from interviewer.report.model import QuestionRow, TryRow
from interviewer.report.render.markdown_text import ICONS, one_line, quoted
from interviewer.report.wording import Words, number, taken_back


def tries(one: QuestionRow, words: Words) -> Iterator[str]:
    """Every second try at a question, oldest first."""
    if one.tries:
        yield f"#### {words.say('tries', 'title')}"
        yield words.say("tries", "lead")
    for row in one.tries:
        yield f"**{words.say('tries', 'number', n=row.number)}** · {row.at:%Y-%m-%d %H:%M %Z}"
        yield quoted(row.text)
        yield from _outcome(row, words)


def _outcome(row: TryRow, words: Words) -> Iterator[str]:
    if row.ungraded is not None and row.ungraded.reason == "unmarked":
        yield words.say("question", "unmarked")
        return
    if row.ungraded is not None:
        detail = f" {one_line(row.ungraded.detail)}" if row.ungraded.detail else ""
        yield words.say("tries", "ungraded", reason=words.say("ungraded", row.ungraded.reason)) + detail
        return
    if not row.points:
        yield words.say("tries", "waiting")
        return
    scores = [
        f"{words.say('tries', key)} **{words.say('tries', 'no_score') if score is None else number(score)}**"
        for key, score in (("before", row.score_before), ("after", row.score))
    ]
    yield " → ".join(scores)
    if row.much_copied:
        yield words.say("tries", "copied", share=round(100 * row.copied))
    rows: list[str] = []
    for point in row.points:
        before = words.say("tries", "unknown") if point.before is None else words.say("status", point.before)
        change = words.say("tries", "change", before=before, after=words.say("status", point.after))
        said = f" · {words.say('question', 'quote')}“{one_line(point.quote)}”" if point.quote and point.after != "absent" else ""  # fmt: skip
        said += f" · {one_line(taken_back(point, words))}" if point.note else ""
        rows.append(f"- {ICONS[point.after]} {one_line(point.text.to(words.language))}\n  - {change}{said}")
    yield "\n".join(rows)


def objection(one: QuestionRow, words: Words) -> Iterator[str]:
    """The talk about the grade, and whether an answer is due."""
    if one.objection == "none":
        return
    yield f"#### {words.say('objection', 'title')} · {words.say('objection', one.objection)}"
    for remark in one.remarks:
        name = f" {one_line(remark.name)}" if remark.name else ""
        yield f"**{words.say('objection', remark.author)}{name}** · {remark.at:%Y-%m-%d %H:%M %Z}"
        yield quoted(remark.text)
