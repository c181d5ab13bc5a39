"""The check of a bank as a person reads it: first what can be graded and what to do, then each kind of finding once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from knowledge.findings import counted
from knowledge.lint import CheckReport
from knowledge.models import Finding, Language
from knowledge.readiness import LACKS, Readiness
from ui.said import fix_of, titled, what_of
from ui.texts import say, texts

_SHOWN = 3
_COUNTED = ("chapters", "sections", "topics", "questions", "rubrics", "links", "notes", "key_points")


def summary(found: CheckReport, ready: Readiness, unmarkable: int, bank: str, language: Language) -> Iterator[str]:
    """How many questions there are, how many can be graded and by what, how many not and why, and what to do. `bank` is its path
    as commands take it; `unmarkable` questions are beyond the offline experiment."""
    yield say(
        language, "check", "questions", n=ready.questions, chapters=sum(bool(n) for n in found.questions_of.values())
    )
    by = [say(language, "check", f"by_{name}", n=n) for name, n in ready.graded_by.items() if n]
    colon = say(language, "check", "by", how=say(language, "check", "and").join(by)) if by else ""
    yield say(language, "check", "gradeable", n=ready.gradeable, how=colon)
    if ready.lacking:
        yield say(language, "check", "lacking", n=ready.questions - ready.gradeable)
        for lack in LACKS:
            if some := ready.lacking.get(lack, ()):
                lines = ", ".join(str(line) for _, line in some[:_SHOWN]) + (" …" if len(some) > _SHOWN else "")
                yield say(language, "check", f"lack_{lack}", n=len(some), lines=lines, bank=bank)
    if unmarkable:
        yield say(language, "check", "unmarkable", n=unmarkable)
    if blocking := counted(found.findings, "error"):
        yield say(language, "check", "blocking", n=blocking)


def numbers(found: CheckReport, language: Language) -> Iterator[str]:
    """Everything that was counted."""
    names = texts(language)["check_numbers"]
    yield "  ".join(f"{names[name]} {getattr(found, name)}" for name in _COUNTED)
    none = names["none"]
    for name, value in (("questions_of", found.questions_of), ("points", found.points), ("minutes", found.minutes)):
        yield f"{names[name]}{names['colon']}" + "  ".join(
            f"{k} {none if v is None else f'{v:g}'}" for k, v in value.items()
        )
    words = names["bands"], "  ".join(f"{names[k]} {v:g}" for k, v in found.bands.items())
    yield f"{words[0]}{names['colon']}{words[1]}"
    if found.dimensions:
        yield f"{names['dimensions']}{names['colon']}" + "  ".join(
            f"{texts(language)['knowledge_dimensions'][k]} {v:.0%}" for k, v in found.dimensions.items()
        )


def kinds(findings: Sequence[Finding], language: Language) -> Iterator[str]:
    """Each kind of finding once: how often, the first three places, and how to mend it; errors first, then the most frequent."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for one in findings:
        grouped.setdefault((one.severity, one.code), []).append(one)
    order = sorted(grouped, key=lambda key: (key[0] != "error", -_count(grouped[key])))
    for severity, code in order:
        some = grouped[severity, code]
        title = titled(code, language)
        yield ""
        yield say(language, "check", severity, n=_count(some), title=title, code=code)
        for one in some[:_SHOWN]:
            yield f"  {one.place.file}:{one.place.line}  {what_of(one, language)}"
        if (more := _count(some) - _SHOWN) > 0:
            yield say(language, "check", "more", n=more)
        for fix in dict.fromkeys(filter(None, (fix_of(one, language) for one in some[:_SHOWN]))):
            yield f"  → {fix}"


def every(findings: Sequence[Finding], language: Language) -> Iterator[str]:
    """Every finding in the order of files and lines."""
    for one in findings:
        more = say(language, "check", "and_more", n=one.more) if one.more else ""
        severity = say(language, "check", f"one_{one.severity}")
        yield f"{one.place.file}:{one.place.line}: {severity}{what_of(one, language)} {fix_of(one, language)} [{one.code}]{more}"


def _count(some: Sequence[Finding]) -> int:
    return sum(1 + one.more for one in some)
