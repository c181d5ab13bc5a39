"""Who judged, in words: the one place that says it, so that every form of the report says the same."""

from __future__ import annotations

from interviewer.report.model import Judge, QuestionRow, Report
from interviewer.report.wording import Words


def without_model(report: Report) -> bool:
    """Whether no model judged, or will judge, some of it: the candidate marks, or nobody does."""
    if report.judges:
        return any(judge.thinking != "endpoint" for judge in report.judges)
    return report.thinking == "offline"


def judges_said(report: Report, words: Words) -> tuple[str, ...]:
    """One line for each judge as plain text, never none: models, the candidate, a person, and what nobody had to judge."""
    lines = [_judge(judge, words, several=len(report.judges) > 1) for judge in report.judges]
    if reviewed := sum(question.review is not None for question in report.questions):
        lines.append(words.say("judge", "person", n=reviewed))
    if report.unread:
        lines.append(words.say("judge", "unread_one" if report.unread == 1 else "unread", n=report.unread))
    if report.drafted:
        lines.append(words.say("judge", "on_drafts_one" if report.drafted == 1 else "on_drafts", n=report.drafted))
    if left := sum(bool(question.to_mark) for question in report.questions):
        lines.append(words.say("judge", "unmarked_one" if left == 1 else "unmarked", n=left))
    return tuple(lines) or (words.say("judge", "nobody"),)


def own_marks(report: Report, words: Words) -> str:
    """What stands at every figure that rests on the candidate's own marks; empty where none does."""
    if not report.self_marked:
        return ""
    if report.self_marked == report.graded:
        return words.say("judge", "own")
    return words.say("judge", "own_some", n=report.self_marked, of=report.graded)


def not_graded(question: QuestionRow, words: Words) -> str:
    """What stands in the place of a score that is not there."""
    reason = question.ungraded.reason if question.ungraded else ""
    return words.say("question", reason if question.to_mark else "ungraded")


def why_not(question: QuestionRow, words: Words) -> str:
    """Why a question has no score, in a sentence or two; the failure's own detail is not in it."""
    if question.ungraded is None:
        return ""
    reason = question.ungraded.reason
    if question.to_mark:
        done = sum(point.status is not None for point in question.to_mark)
        return words.say("question", f"{reason}_note", n=done, of=len(question.to_mark))
    return words.say("question", "ungraded_note", reason=words.say("ungraded", reason))


def _judge(judge: Judge, words: Words, *, several: bool) -> str:
    if judge.thinking == "endpoint":
        parts = [words.say("judge", "endpoint", model=judge.model or words.say("judge", "unnamed"))]
    else:
        parts = [words.say("judge", judge.thinking)]
    if judge.prompt:
        parts.append(words.say("judge", "prompt", prompt=judge.prompt))
    if judge.grader_version:
        parts.append(words.say("judge", "version", version=judge.grader_version))
    if several:
        parts.append(words.say("judge", "questions_one" if judge.questions == 1 else "questions", n=judge.questions))
    return " · ".join(parts)
