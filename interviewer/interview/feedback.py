"""Practice feedback after a question, as Markdown: what was covered in the candidate's words, what was missing, and why;
offline the key points to mark oneself.

Only ever shown once the question is closed.
"""

from __future__ import annotations

from interviewer.interview.phrases import Phrases
from interviewer.interview.state import AskedQuestion, InterviewState
from interviewer.models import Assessment, Ungraded, VerdictStatus
from interviewer.report.wording import Words, taken_back

_ORDER: tuple[VerdictStatus, ...] = ("covered", "partial", "contradicted", "absent")
_MARK: dict[VerdictStatus, str] = {"covered": "✓", "partial": "◐", "contradicted": "✗", "absent": "○"}
_MARKDOWN_ACTIVE = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|~$"})


def feedback_words(state: InterviewState, asked: AskedQuestion) -> str:
    """The summary of one closed question in the session's language."""
    language = state.session.language
    phrases = Phrases(language, state.session.seed)
    result = asked.result
    parts = [f"**{phrases.say('feedback', 'title')}**"]
    match result:
        case Ungraded(reason="unmarked" | "withdrawn") if asked.own is not None:
            parts += _to_mark(asked, phrases)
        case Assessment():
            parts += _verdict_lines(asked, result, phrases)
        case Ungraded():
            reason = phrases.say("ungraded", result.reason)
            parts.append(phrases.say("feedback", "ungraded", reason=reason))
        case None:
            parts.append(phrases.say("feedback", "nothing"))
    return "\n\n".join(parts + _reference(asked, phrases))


def _to_mark(asked: AskedQuestion, phrases: Phrases) -> list[str]:
    """Offline: the key points, for the candidate to mark."""
    lines = [
        f"- {phrases.say('feedback', 'point', level=phrases.say('feedback', p.level), text=p.text.to(phrases.language))}"
        for p in asked.question.key_points
    ]
    return [phrases.say("feedback", "mark"), f"**{phrases.say('feedback', 'points')}**\n" + "\n".join(lines)]


def _verdict_lines(asked: AskedQuestion, assessment: Assessment, phrases: Phrases) -> list[str]:
    blocks: list[str] = []
    for status in _ORDER:
        lines: list[str] = []
        for verdict in assessment.verdicts:
            if verdict.status != status:
                continue
            point = asked.question.key_point(verdict.key_point_id).text.to(phrases.language)
            words = _quoted(verdict.quote, phrases) if verdict.quote and status != "absent" else ""
            if back := taken_back(verdict, Words(phrases.language)):
                words = f"  \n  {back.translate(_MARKDOWN_ACTIVE)}"
            lines.append(f"- {_MARK[status]} {point}{words}")
        if lines:
            blocks.append(f"**{phrases.say('feedback', status)}**\n" + "\n".join(lines))
    blocks += _misconceptions(asked, assessment, phrases)
    if asked.question.note is not None and asked.question.note.drafted:
        blocks.append(phrases.say("feedback", "drafted"))
    return blocks


def _misconceptions(asked: AskedQuestion, assessment: Assessment, phrases: Phrases) -> list[str]:
    known = {m.id: m for m in asked.question.note.misconceptions} if asked.question.note else {}
    voiced = [v for v in assessment.misconceptions if v.misconception_id in known]
    if not voiced:
        return []
    lines = [f"- {known[v.misconception_id].right.to(phrases.language)}{_quoted(v.quote, phrases)}" for v in voiced]
    return [f"**{phrases.say('feedback', 'misconception')}**\n" + "\n".join(lines)]


def _quoted(quote: str, phrases: Phrases) -> str:
    """The candidate's own words, with anything that Markdown would act on made plain."""
    plain = " ".join(quote.split()).translate(_MARKDOWN_ACTIVE)
    opening, closing = phrases.say("feedback", "open_quote"), phrases.say("feedback", "close_quote")
    return f"  \n  {phrases.say('feedback', 'your_words')}{opening}{plain}{closing}"


def _reference(asked: AskedQuestion, phrases: Phrases) -> list[str]:
    note = asked.question.note
    if note is None:
        return []
    parts: list[str] = []
    if note.reference:
        quoted = "\n".join(f"> {line}" for line in note.reference.to(phrases.language).strip().splitlines())
        parts.append(f"**{phrases.say('feedback', 'reference')}**\n\n{quoted}")
    if note.sources:
        listed = "\n".join(f"- {source}" for source in note.sources)
        parts.append(f"**{phrases.say('feedback', 'sources')}**\n{listed}")
    return parts
