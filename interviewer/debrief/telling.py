"""The result in words, as it is stored: overview, one question, the arithmetic of its score, what to read.

One rule: every figure is the scorecard's or worked out from the stored verdicts by the same functions; where the two do
not agree (a person set the score, the key points have changed) no arithmetic is told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import prompts
from interviewer.debrief.record import Passage, Record
from interviewer.debrief.sources import Sources
from interviewer.grading.score import coverage, credit, effective_weights, score_at
from interviewer.models import Verdict, VerdictStatus
from interviewer.report.model import PointRow, QuestionRow
from interviewer.report.wording import Words as ReportWords
from interviewer.report.wording import number as shown
from interviewer.report.wording import reviewed, taken_back

Whose = Literal["question", "candidate", "note", "reviewer"]
Quote = Callable[[str, Whose], str]
"""How a text that is not the program's own is set into what is told: fenced for a model, escaped for a page."""
_ORDER: tuple[VerdictStatus, ...] = ("covered", "partial", "contradicted", "absent")
_MARKDOWN = str.maketrans({c: f"\\{c}" for c in "\\`*_[]#|~$"})


def for_model(text: str, whose: Whose) -> str:
    """Fenced, so that nothing in it can pass for an instruction; a candidate's words on one line."""
    return "\n" + prompts.untrusted(text if whose == "note" else " ".join(text.split()), whose)


def for_page(text: str, whose: Whose) -> str:
    """On one line, nothing in it acting as Markdown; a candidate's words in quotation marks, notes as written."""
    if whose == "note":
        return text
    plain = " ".join(text.split()).translate(_MARKDOWN)
    return f"“{plain}”" if whose == "candidate" else plain


@dataclass(frozen=True)
class Telling:
    """Tells parts of `record`; what it takes from notes is numbered in `sources`."""

    record: Record
    sources: Sources
    quote: Quote

    @property
    def _report_words(self) -> ReportWords:
        return ReportWords(self.record.language)

    def overview(self) -> str:
        """Total, and every question with its score and level."""
        report, words, said = self.record.report, self.record.words, self._report_words
        lines = [words.say("overview", "none")]
        if report.total is not None and report.interval is not None:
            figures = {
                "total": shown(report.total),
                "low": shown(report.interval[0]),
                "high": shown(report.interval[1]),
            }
            lines = [
                words.say("overview", "total", band=said.say("band", report.band), **figures)
                if report.band
                else words.say("overview", "total_little", enough=report.enough, graded=report.graded, **figures)
            ]
        lines.append(words.say("overview", "graded", asked=len(report.questions), graded=report.graded))
        if report.self_marked:
            lines.append(words.say("overview", "own", n=report.self_marked, of=report.graded))
        if left := sum(bool(row.to_mark) for row in report.questions):
            lines.append(words.say("overview", "unmarked", n=left))
        return "\n".join([*lines, "", *(f"- {self._line(row)}" for row in report.questions)])

    def question(self, row: QuestionRow) -> str:
        """One question: its words, score, verdicts with quotes, and how the score came about."""
        words = self.record.words
        title = self.quote(row.text.to(self.record.language), "question").strip()
        parts = [f"{self._head(row)}\n{title}"]
        if row.review:
            parts.append(self.quote(reviewed(row.review, self._report_words), "reviewer").strip())
        if row.score is None:
            return "\n\n".join(parts)
        if not row.points:
            return "\n\n".join([*parts, words.say("question", "hidden")])
        number = self.sources.cite(row.id, words.say("note", "points"))
        parts += [self._points(row, status) for status in _ORDER]
        parts += [self._misconceptions(row), self.arithmetic(row), words.say("question", "cites", n=number)]
        return "\n\n".join(filter(None, parts))

    def arithmetic(self, row: QuestionRow) -> str:
        """How the score of `row` comes out of its verdicts; empty where it does not."""
        question, scoring, words = self.record.question(row), self.record.state.bank.scoring, self.record.words
        verdicts = [Verdict(key_point_id=p.id, status=p.status, after_hint=p.after_hint) for p in row.points]
        if {v.key_point_id for v in verdicts} != {p.id for p in question.key_points}:
            return ""
        covered = coverage(question.key_points, verdicts, scoring.weights)
        if row.score is None or abs(score_at(covered, scoring.knots) - row.score) > 1e-6:
            return ""
        levels = [
            words.say("sum", "level", level=self._report_words.say("level", level), points=len(own), share=f"{share:.0%}"[:-1],
                      mean=f"{min(1.0, max(0.0, sum(own) / len(own))):.2f}")
            for level, share in effective_weights(question.key_points, scoring.weights).items()
            if (own := [credit(v) for v, p in zip(verdicts, row.points, strict=True) if p.level == level])
        ]  # fmt: skip
        return "\n".join(
            (
                words.say("sum", "rule"),
                words.say("sum", "level_joiner").join(levels),
                words.say("sum", "coverage", covered=f"{covered:.2f}")
                + _on_the_line(self.record, covered, shown(row.score)),
            )
        )

    def reading(self) -> str:
        """What to work on next, most urgent first."""
        words, said = self.record.words, self._report_words
        lines: list[str] = []
        for step in self.record.report.study:
            level = said.say("level", step.level) if step.level else ""
            why = words.say("reading", step.reason, level=level)
            row = self.record.row(step.question)
            title = self.quote(row.text.to(self.record.language), "question") if row else ""
            lines.append(f"- {words.say('reading', 'step', n=step.question, why=why)} {title}")
            if step.sources:
                number = self.sources.cite(step.question_id, words.say("note", "sources"))
                listed = words.say("reading", "sources", sources="; ".join(step.sources))
                lines.append(f"  {self.quote(listed, 'note').strip()} [{number}]")
        return "\n".join([words.say("reading", "head"), *lines]) if lines else words.say("reading", "none")

    def passage(self, found: Passage) -> str:
        """One passage under its number."""
        number = self.sources.cite(found.question_id, found.heading)
        where = self._report_words.say("question", "number", n=found.number)
        return f"[{number}] {where} · {found.heading}\n{self.quote(found.text, 'note')}"

    def _head(self, row: QuestionRow) -> str:
        words = self.record.words
        if row.to_mark:
            return words.say("question", "head_unmarked", n=row.number)
        if row.score is None:
            return words.say("question", "head_ungraded", n=row.number, reason=self._why_not(row))
        return words.say(
            "question",
            "head_own" if row.judged_by == "self" else "head",
            n=row.number,
            score=shown(row.score),
            level=self._level(row),
        )

    def _line(self, row: QuestionRow) -> str:
        words, title = self.record.words, self.quote(row.text.to(self.record.language), "question")
        if row.score is None:
            return words.say("overview", "line_ungraded", n=row.number, reason=self._why_not(row), title=title)
        return words.say("overview", "line", n=row.number, score=shown(row.score), level=self._level(row), title=title)

    def _level(self, row: QuestionRow) -> str:
        return self._report_words.say("band", row.level) if row.level else ""

    def _why_not(self, row: QuestionRow) -> str:
        return self._report_words.say("ungraded", row.ungraded.reason if row.ungraded else "not_reached")

    def _points(self, row: QuestionRow, status: VerdictStatus) -> str:
        own = [point for point in row.points if point.status == status]
        if not own:
            return ""
        head = self.record.words.say("question", status, n=len(own))
        return "\n".join([head, *(self._point(point) for point in own)])

    def _point(self, point: PointRow) -> str:
        words = self.record.words
        level = self._report_words.say("level", point.level)
        line = f"- {level} · {self.quote(point.text.to(self.record.language), 'note').strip()}"
        line += words.say("question", "after_hint") if point.after_hint else ""
        if point.note:
            line += f"\n  {self.quote(taken_back(point, self._report_words), 'candidate')}"
        if point.quote and point.status != "absent":
            line += f"\n  {words.say('question', 'quote')}{self.quote(point.quote, 'candidate')}"
        return line

    def _misconceptions(self, row: QuestionRow) -> str:
        if not row.misconceptions:
            return ""
        rights = [f"- {self.quote(one.right.to(self.record.language), 'note').strip()}" for one in row.misconceptions]
        return "\n".join([self.record.words.say("question", "wrong"), *rights])


def _on_the_line(record: Record, covered: float, score: str) -> str:
    """Where a coverage lies on the lines from coverage to score."""
    words, knots = record.words, record.state.bank.scoring.knots
    for (left, low), (right, high) in pairwise(knots):
        if left < covered < right:
            ends = {"left": f"{left:g}", "low": f"{low:g}", "right": f"{right:g}", "high": f"{high:g}"}
            return words.say("sum", "between", covered=f"{covered:.2f}", score=score, **ends)
    return words.say("sum", "exact", covered=f"{covered:.2f}", score=score)
