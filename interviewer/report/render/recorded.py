"""What a report says of an interview that a person conducted. The one rule: it is said before any score is read."""

from __future__ import annotations

from collections.abc import Iterator

from interviewer.report.model import Line, Report
from interviewer.report.wording import Words, clock


def conducted(report: Report, words: Words) -> Iterator[str]:
    """Plain sentences: who conducted it, where it comes from, who said which questions it asked, what was outside the bank."""
    one = report.recording
    if one is None:
        return
    joiner = words.say("chapters", "joiner")
    if one.interviewers:
        yield words.say("recording", "conducted_by", names=joiner.join(one.interviewers))
    else:
        yield words.say("recording", "conducted")
    yield words.say("recording", "from", file=one.file, format=words.say("format", one.format))
    how = words.say("recording", f"by_{one.aligned_by}", aligner=one.aligner)
    seen = (
        words.say("recording", "seen", name=one.confirmed_by) if one.confirmed_by else words.say("recording", "unseen")
    )
    yield words.join(how, seen)
    if one.outside:
        numbers = joiner.join(str(n) for n in one.outside)
        key = "outside_one" if len(one.outside) == 1 else "outside"
        yield words.say("recording", key, n=len(one.outside), numbers=numbers)


def who(line: Line, words: Words) -> str:
    """Who says a line: the side, in a recording the name and the time, and what kind of turn it is where that is not plain."""
    said = words.say("question", line.role)
    if line.speaker:
        said = line.speaker if said.casefold() in line.speaker.casefold() else f"{said} {line.speaker}"
    if line.start_s is not None:
        said = f"{said} · {clock(line.start_s)}"
    return said if line.kind in ("question", "answer") else f"{said} · {words.say('kind', line.kind)}"


def when(report: Report, words: Words) -> str:
    """The date of the interview; of a recording that does not say, when it was read in."""
    one = report.recording
    if one is not None and one.recorded_at is None:
        return words.say("recording", "undated", at=f"{one.imported_at:%Y-%m-%d}")
    return f"{report.started_at:%Y-%m-%d %H:%M %Z}"
