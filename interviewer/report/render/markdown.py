"""A report as Markdown. The one rule: what people and models wrote is escaped, so it reads as typed and formats nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from interviewer.report.model import Highlight, Line, PointRow, QuestionRow, Report
from interviewer.report.render.html_study import why
from interviewer.report.render.judges import judges_said, not_graded, own_marks, why_not, without_model
from interviewer.report.render.markdown_text import ICONS, one_line, plain, without_html
from interviewer.report.render.markdown_tries import objection, tries
from interviewer.report.render.recorded import conducted, when, who
from interviewer.report.render.sentences import sentences
from interviewer.report.wording import Words, because, clock, nothing_absent, number, quote_of, reviewed, taken_back


def render_markdown(report: Report) -> str:
    """The whole report; ends with a line feed."""
    words = Words(report.language)
    blocks = [
        *_head(report, words),
        *_result(report, words),
        *_overview(report, words),
        *_chapters(report, words),
        *_dimensions(report, words),
        *_depths(report, words),
        *_summary(report, words),
        *_study(report, words),
        *_questions(report, words),
        *_foot(report, words),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _head(report: Report, words: Words) -> Iterator[str]:
    yield f"# {words.say('head', 'title')} · {one_line(report.bank.to(report.language))}"
    facts = (
        *((("candidate", report.candidate),) if report.candidate else ()),
        ("date", when(report, words)),
        *(() if report.recording else (("mode", words.say("mode", report.mode)),)),
        ("questions", words.say("head", "graded_of", asked=len(report.questions), graded=report.graded)),
        ("language", words.say("language", report.interview_language)),
        ("session", report.report_id),
    )
    yield "\n".join(f"- {words.say('head', key)}: {one_line(value)}" for key, value in facts)
    if report.recording:
        yield "\n".join(f"> {one_line(one)}  " for one in conducted(report, words))
    judges = "; ".join(one_line(one) for one in judges_said(report, words))
    yield f"**{words.say('judge', 'label')}:** {judges}"
    yield words.say("judge", "offline_note") if without_model(report) else ""
    yield "" if report.finished else f"*{words.say('head', 'unfinished')}*"


def _heading(table: str, report: Report, words: Words) -> str:
    """A section's title; where its figures rest on the candidate's own marks, that stands beside it."""
    own = own_marks(report, words)
    return f"## {words.say(table, 'title')}" + (f" · {own}" if own else "")


def _result(report: Report, words: Words) -> Iterator[str]:
    yield _heading("total", report, words)
    if report.total is None:
        note = "unmarked_note" if any(question.to_mark for question in report.questions) else "none_note"
        yield f"**{words.say('total', 'none')}.** {words.say('total', note)}"
        return
    band = words.say("band", report.band) if report.band else words.say("total", "too_little")
    yield f"**{number(report.total)}** ({words.say('total', 'of')}) · **{band}**"
    if report.interval:
        low, high = (number(end) for end in report.interval)
        yield f"{words.say('total', 'interval', low=low, high=high)}. {words.say('total', 'interval_note')}"
    if not report.band:
        yield words.say("total", "too_little_note", enough=report.enough, graded=report.graded)
    yield words.say("total", "bonus", bonus=number(report.bonus)) if report.bonus else ""


def _overview(report: Report, words: Words) -> Iterator[str]:
    if said := sentences(report, words):
        yield f"## {words.say('overview', 'title')}"
        yield "\n\n".join(one_line(one) for one in said)


def _chapters(report: Report, words: Words) -> Iterator[str]:
    yield _heading("chapters", report, words)
    rows: list[str] = []
    for one in report.chapters:
        title = one_line(one.title.to(report.language) or one.id)
        bonus = f" ({words.say('chapters', 'bonus')})" if one.bonus else ""
        points = number(one.points)
        earned = (
            words.say("chapters", "ungraded")
            if one.earned is None
            else words.say("chapters", "earned", earned=number(one.earned), points=points)
        )
        count = words.say("chapters", "count", graded=one.graded, asked=one.asked)
        rows.append(f"- {title}{bonus}: **{earned}** · {count}")
    yield "\n".join(rows)
    left = words.say("chapters", "joiner").join(
        one_line(title.to(report.language)) for title in report.chapters_not_asked
    )
    yield f"{words.say('chapters', 'not_asked')} {left}" if left else ""


def _dimensions(report: Report, words: Words) -> Iterator[str]:
    if not report.dimensions:
        return
    yield _heading("dimensions", report, words)
    rows: list[str] = []
    for one in report.dimensions:
        title = one_line(one.title or words.say("dimensions", one.id))
        score = words.say("dimensions", "none") if one.score is None else f"**{number(one.score)}**"
        rows.append(f"- {title}: {score} · {words.say('dimensions', 'weight', weight=number(100 * one.weight))}")
    yield "\n".join(rows)


def _depths(report: Report, words: Words) -> Iterator[str]:
    if not report.questions:
        return
    yield _heading("depth", report, words)
    if any(one.depth_differs for one in report.questions):
        yield words.say("depth", "differs")
    rows: list[str] = []
    for one in report.questions:
        if one.score is None:
            rows.append(f"- {words.say('depth', 'cell_unmarked' if one.to_mark else 'cell_ungraded', n=one.number)}")
        else:
            depth = words.say("level", one.depth or "none")
            rows.append(f"- {words.say('depth', 'cell', n=one.number, score=number(one.score), depth=depth)}")
    yield "\n".join(rows)


def _summary(report: Report, words: Words) -> Iterator[str]:
    if not report.graded:
        return
    yield f"## {words.say('summary', 'strengths')}"
    yield _highlights(report.strengths, "no_strengths", report, words)
    yield f"## {words.say('summary', 'gaps')}"
    yield _highlights(report.gaps, "no_gaps", report, words)


def _study(report: Report, words: Words) -> Iterator[str]:
    if not report.graded:
        return
    yield f"## {words.say('study', 'title')}"
    yield words.say("study", "lead") if report.study else words.say("study", "nothing")
    for n, one in enumerate(report.study, 1):
        title = one_line(one.text.to(report.language))
        rows = [f"{n}. **{words.say('study', one.reason)}** · {title}", f"   {why(one, words)}"]
        rows += [f"   - {one_line(point.text.to(report.language))}" for point in one.points]
        rows.append(f"\n   {words.say('study', 'section', n=one.question)}")
        if one.sources:
            rows.append(f"\n   {words.say('study', 'sources')}")
            rows += [f"   - {one_line(source)}" for source in one.sources]
        yield "\n".join(rows)


def _highlights(found: Iterable[Highlight], empty: str, report: Report, words: Words) -> str:
    rows = [
        f"- {one_line(one.point.text.to(report.language))} ({words.say('summary', 'question', n=one.question)})"
        for one in found
    ]
    return "\n".join(rows) or words.say("summary", empty)


def _questions(report: Report, words: Words) -> Iterator[str]:
    if report.questions:
        yield f"## {words.say('question', 'title')}"
    for one in report.questions:
        yield from _question(one, report, words)


def _question(one: QuestionRow, report: Report, words: Words) -> Iterator[str]:
    yield f"### {words.say('question', 'number', n=one.number)} · {one_line(one.text.to(report.language))}"
    parts = [one_line(part.to(report.language)) for part in (one.chapter, one.section) if part]
    if one.score is not None and one.level is not None:
        parts.append(f"**{words.say('question', 'score', score=number(one.score))}**")
        parts += [
            words.say("band", one.level),
            words.say("question", "depth", depth=words.say("level", one.depth or "none")),
        ]
        parts += [words.say("judge", "own")] if one.judged_by == "self" else []
        parts += [words.say("judge", "drafted")] if one.drafted else []
    if one.outside:
        parts.append(words.say("recording", "not_in_bank"))
    if one.asked_because:
        known = words.has("because", one.asked_because)
        because = words.say("because", one.asked_because) if known else one_line(one.asked_because)
        parts.append(words.say("question", "asked_because", reason=because))
    yield " · ".join(parts)
    if one.ungraded:
        detail = f" {one_line(one.ungraded.detail)}" if one.ungraded.detail else ""
        yield f"**{not_graded(one, words)}.** {why_not(one, words)}{detail}"
    if one.review:
        yield f"*{one_line(reviewed(one.review, words))}*"
    yield f"#### {words.say('question', 'exchange')}"
    yield from _lines(one.lines, words)
    yield from _found(one, report, words)
    yield from _reference(one, report, words)
    yield from tries(one, words)
    yield from objection(one, words)


def _lines(lines: Iterable[Line], words: Words) -> Iterator[str]:
    for line in lines:
        said = "  \n".join(f"> {part}" if part else ">" for part in plain(line.text).split("\n"))
        yield f"**{one_line(who(line, words))}**\n\n{said}"


def _found(one: QuestionRow, report: Report, words: Words) -> Iterator[str]:
    if one.to_mark:
        yield f"#### {words.say('question', 'to_mark')}"
        yield "\n".join(
            f"- **{point.number}** [{words.say('level', point.level)}] {one_line(point.text.to(report.language))}\n"
            f"  - {words.say('status', point.status) if point.status else words.say('question', 'mark_none')}"
            for point in one.to_mark
        )
    if one.score is None:
        return
    if not one.points:
        yield words.say("question", "hidden_points")
        return
    found = [point for point in one.points if point.status != "absent"]
    yield f"#### {words.say('question', 'found')}"
    yield "\n".join(_point(point, report, words) for point in found) or words.say("question", "nothing_found")
    yield f"#### {words.say('question', 'missing')}"
    absent = [point for point in one.points if point.status == "absent"]
    yield "\n".join(_point(point, report, words) for point in absent) or nothing_absent(one, words)
    if one.misconceptions:
        yield f"#### {words.say('question', 'misconceptions')}"
        yield "\n".join(
            f"- {words.say('question', 'wrong')}“{one_line(m.quote)}” → "
            f"{words.say('question', 'right')}{one_line(m.right.to(report.language))}"
            for m in one.misconceptions
        )


def _point(point: PointRow, report: Report, words: Words) -> str:
    parts = [f"{ICONS[point.status]} {words.say('status', point.status)}"]
    if point.quote and point.status != "absent":
        time = f" ({clock(point.start_s)})" if point.start_s is not None else ""
        parts.append(f"{words.say('question', quote_of(report))}“{one_line(point.quote)}”{time}")
    if point.reason:
        parts.append(f"{words.say('question', 'reason')}{one_line(because(point.reason, words))}")
    if point.explained:
        parts.append(f"{words.say('question', 'explained')}{one_line(point.explained)}")
    if back := taken_back(point, words):
        parts.append(one_line(back))
    for shown, key in ((point.after_hint and not point.note, "after_hint"), (point.reviewed, "reviewed")):
        if shown:
            parts.append(words.say("question", key))
    text = one_line(point.text.to(report.language))
    return f"- **{point.number}** [{words.say('level', point.level)}] {text}\n  - {' · '.join(parts)}"


def _reference(one: QuestionRow, report: Report, words: Words) -> Iterator[str]:
    if one.reference:
        yield f"#### {words.say('question', 'reference')}"
        lines = without_html(one.reference.to(report.language).strip()).splitlines()
        yield "\n".join(f"> {line}" if line else ">" for line in lines)
    if one.sources:
        yield f"#### {words.say('question', 'sources')}"
        yield "\n".join(f"- {one_line(source)}" for source in one.sources)


def _foot(report: Report, words: Words) -> Iterator[str]:
    if report.apart:
        yield f"## {words.say('recording', 'apart', n=len(report.apart))}"
        yield from _lines(report.apart, words)
    if report.flags:
        yield f"## {words.say('flags', 'title')}"
        rows: list[str] = []
        for flag in report.flags:
            where = f"{words.say('flags', 'at', turn=flag.turn)}: " if flag.turn is not None else ""
            rows.append(f"- {where}{one_line(flag.detail)}")
        yield "\n".join(rows)
    seed = "" if report.recording else f" {words.say('head', 'seed', seed=report.seed)}"
    yield f"---\n\n{words.say('foot', 'about')}{seed}"
