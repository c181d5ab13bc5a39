"""The overview in words: a few fixed sentences with counted figures. The one rule: each says only what the figures say."""

from __future__ import annotations

from interviewer.report.model import Overview, Report
from interviewer.report.wording import Words, number

CLOSE = 5.0
"""Chapters whose scores lie within so many points of 100 are called alike."""
DEPTHS = ("none", "fair", "good", "excellent")


def sentences(report: Report, words: Words) -> tuple[str, ...]:
    """Two to four sentences, as plain text; none where nothing was graded."""
    seen = report.overview
    if not sum(seen.depths):
        return ()
    found = (
        _chapters(seen, words),
        _depth(seen, words),
        _basics(seen, words),
        _wrong(seen, words),
        _hints(seen, words),
    )
    return tuple(one for one in found if one)


def _chapters(seen: Overview, words: Words) -> str:
    if len(seen.chapters) < 2:
        return ""
    best, worst = seen.chapters[0], seen.chapters[-1]
    if best.score - worst.score <= CLOSE:
        low, high = number(worst.score), number(best.score)
        said = (
            words.say("overview", "equal", score=low)
            if low == high
            else words.say("overview", "alike", low=low, high=high)
        )
    else:
        said = words.say(
            "overview",
            "best_worst",
            best=best.title.to(words.language),
            best_score=number(best.score),
            worst=worst.title.to(words.language),
            worst_score=number(worst.score),
        )
    thin = best.graded < 2 or worst.graded < 2
    return words.join(said, words.say("overview", "thin")) if thin else said


def _depth(seen: Overview, words: Words) -> str:
    graded = sum(seen.depths)
    most = max(range(4), key=lambda n: seen.depths[n])
    if 2 * seen.depths[most] > graded and graded > 1:
        return words.say("overview", f"stops_{DEPTHS[most]}", n=seen.depths[most], graded=graded)
    reached = words.say("overview", "separator").join(
        words.say("overview", f"depth_{name}", n=count)
        for name, count in zip(reversed(DEPTHS), reversed(seen.depths), strict=True)
        if count
    )
    return words.say("overview", "spread", graded=graded, reached=reached)


def _basics(seen: Overview, words: Words) -> str:
    if not seen.basics:
        return ""
    if not seen.basics_missed:
        return words.say("overview", "basics_whole")
    return words.say("overview", "basics_missed", n=seen.basics_missed, of=seen.basics)


def _wrong(seen: Overview, words: Words) -> str:
    if not seen.contradicted:
        return ""
    where = words.say("chapters", "joiner").join(str(n) for n in seen.contradicted_in)
    return words.say("overview", "wrong_one" if seen.contradicted == 1 else "wrong", n=seen.contradicted, where=where)


def _hints(seen: Overview, words: Words) -> str:
    if not seen.after_hint:
        return ""
    return words.say("overview", "hints_one" if seen.after_hint == 1 else "hints", n=seen.after_hint)
