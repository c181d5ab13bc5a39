"""Who judged, in words: the one place that says it, so that every form of the report says the same."""

from __future__ import annotations

from interviewer.report.model import Judge, Report
from interviewer.report.wording import Words


def by_similarity(report: Report) -> bool:
    """Whether any of it was, or will be, judged by text similarity alone."""
    if report.judges:
        return any(judge.thinking == "offline" for judge in report.judges)
    return report.thinking == "offline"


def judges_said(report: Report, words: Words) -> tuple[str, ...]:
    """One line for each judge as plain text, never none: models, text similarity, a person, and what nobody had to judge."""
    judges = report.judges or ((Judge(thinking="offline"),) if by_similarity(report) else ())
    lines = [_judge(judge, words, several=len(judges) > 1) for judge in judges]
    if reviewed := sum(question.review is not None for question in report.questions):
        lines.append(words.say("judge", "person", n=reviewed))
    if report.unread:
        lines.append(words.say("judge", "unread_one" if report.unread == 1 else "unread", n=report.unread))
    return tuple(lines) or (words.say("judge", "nobody"),)


def _judge(judge: Judge, words: Words, *, several: bool) -> str:
    if judge.thinking == "offline":
        parts = [words.say("judge", "offline")]
    else:
        parts = [words.say("judge", "endpoint", model=judge.model or words.say("judge", "unnamed"))]
    if judge.prompt:
        parts.append(words.say("judge", "prompt", prompt=judge.prompt))
    if judge.grader_version:
        parts.append(words.say("judge", "version", version=judge.grader_version))
    if several:
        parts.append(words.say("judge", "questions_one" if judge.questions == 1 else "questions", n=judge.questions))
    return " · ".join(parts)
