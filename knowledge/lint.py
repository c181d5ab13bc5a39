"""What a bank's texts say about themselves: leaks, gaps and lengths; and the whole report of `interviewer bank check`.

Its rule: a finding names the line of the note it stands in and says what to do. How files fit together was found by `bank`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.bank import load_bank
from knowledge.findings import Findings, counted, shortened
from knowledge.leaks import common_terms, given_away, tells
from knowledge.markdown import units
from knowledge.models import LEVELS, Bank, Bilingual, FileLimits, Finding, Frozen, KeyPoint, Language, Note
from knowledge.similarity import normalise
from knowledge.terms import TermFinder

LONGEST = 2000
"""Characters of a question, a key point and a probe that are compared with each other."""
LANGUAGES: tuple[Language, ...] = ("zh", "en")
REFERENCE_UNITS = (150, 600)
"""Length of a reference answer said in about two minutes, in Chinese characters and Latin words."""


class CheckReport(Frozen):
    """What a bank holds and what is wrong with it. Numbers are counts unless said otherwise.

    `chapters` counts the chapters worth points, without the bonus chapter; `questions_of`, `points` and `minutes` have all
    chapters by id, in order. `links` are questions tied to a note's file by the outline. `bands` are lower bounds of 100,
    `dimensions` shares of 1.
    """

    chapters: int
    sections: int
    topics: int
    questions: int
    rubrics: int
    links: int
    notes: int
    key_points: int
    questions_of: Mapping[str, int]
    points: Mapping[str, float]
    minutes: Mapping[str, int | None]
    stated_minutes: tuple[int, int] | None
    bands: Mapping[str, float]
    dimensions: Mapping[str, float]
    findings: tuple[Finding, ...]
    content_hash: str

    @property
    def errors(self) -> int:
        """Their number, with those that are counted only."""
        return counted(self.findings, "error")

    @property
    def warnings(self) -> int:
        return counted(self.findings, "warning")


def check_path(path: Path, limits: FileLimits | None = None) -> CheckReport:
    """Read and check the bank at `path`. Raises BankError like `load_bank`."""
    return check_bank(load_bank(path, limits))


def check_bank(bank: Bank) -> CheckReport:
    """Check a bank; findings are in the order of files and lines."""
    chapters = bank.outline.chapters
    sections = [section for chapter in chapters for section in chapter.sections]
    asked = Counter(question.chapter_id for question in bank.questions)
    findings = sorted((*bank.findings, *lint(bank)), key=lambda finding: (finding.place.file, finding.place.line))
    return CheckReport(
        chapters=sum(not chapter.bonus for chapter in chapters),
        sections=len(sections),
        topics=sum(bool(topic.title) for section in sections for topic in section.topics),
        questions=len(bank.questions),
        rubrics=sum(section.rubric is not None for section in sections),
        links=sum(item.link is not None for section in sections for item in section.items),
        notes=len(bank.notes),
        key_points=sum(len(question.key_points) for question in bank.questions),
        questions_of={chapter.id: asked[chapter.id] for chapter in chapters},
        points={chapter.id: chapter.points for chapter in chapters},
        minutes={chapter.id: chapter.minutes for chapter in chapters},
        stated_minutes=bank.outline.stated_minutes,
        bands={band.id: band.lower for band in bank.outline.bands},
        dimensions={dimension.id: dimension.weight for dimension in bank.outline.dimensions},
        findings=tuple(findings),
        content_hash=bank.content_hash,
    )


def lint(bank: Bank) -> tuple[Finding, ...]:
    """The findings on what the notes with key points say, also those no question uses yet."""
    asked = {question.note.id: question.text for question in bank.questions if question.note}
    texts = [text for question in bank.questions for text in (question.text.zh, question.text.en) if text]
    titles = [title.to(language) for title in bank.titles.values() for language in LANGUAGES]
    names = TermFinder(bank.terms)
    common = common_terms(texts, titles, names)
    bilingual = any(question.text.zh and question.text.en for question in bank.questions)
    unlevelled = {(one.place.file, one.place.line) for one in bank.findings if one.code == "no_levels"}
    findings = Findings("")
    for note in bank.notes:
        if note.key_points:
            found = Findings(note.file)
            if (note.file, note.key_points[0].line) not in unlevelled:
                _check_levels(note, found)
            for check in _CHECKS:
                check(note, found)
            question = asked.get(note.id, note.question)
            _check_leaks(question, note, common, names, found)
            _check_sides(question, note, bilingual, found)
            findings.add(found.all())
    return findings.all()


def _check_levels(note: Note, found: Findings) -> None:
    for level in LEVELS:
        if all(point.level != level for point in note.key_points):
            what = f"No key point of level {level}; its weight is shared among the others."
            found.warning("missing_level", note.key_points[0].line, what, f"Add a key point of level {level}.")


def _check_probes(note: Note, found: Findings) -> None:
    for language in LANGUAGES:
        seen: dict[str, KeyPoint] = {}
        for point in note.key_points:
            probe, text = (getattr(value, language) for value in (point.probe, point.text))
            if text and not probe:
                what = f"The key point {shortened(text)!r} has no probe ({language})."
                found.warning("no_probe", point.line, what, "Add a neutral question under it: `  - Probe: …`.")
            first = seen.setdefault(normalise(probe), point)
            if probe and first is not point:
                what = f"The probe {shortened(probe)!r} is also that of line {first.line}."
                found.warning("repeated_probe", point.line, what, "Ask for each point in its own words.")


def _check_misconceptions(note: Note, found: Findings) -> None:
    points = {normalise(text): point for point in note.key_points for text in (point.text.zh, point.text.en) if text}
    for misconception in note.misconceptions:
        for wrong in (misconception.wrong.zh, misconception.wrong.en):
            point = points.get(normalise(wrong)) if wrong else None
            if point:
                what = f"The misconception {shortened(wrong)!r} is also the key point in line {point.line}."
                found.error(
                    "misconception_is_point", misconception.line, what, "Only one of the two can be true; mend it."
                )
                break


def _check_reference(note: Note, found: Findings) -> None:
    if not note.reference:
        found.warning("no_reference", note.line, "The note has no reference answer.", "Add `## Reference answer`.")
    for language in LANGUAGES:
        text = getattr(note.reference, language)
        length = units(text)
        if text and not REFERENCE_UNITS[0] <= length <= REFERENCE_UNITS[1]:
            what = f"The reference answer ({language}) has {length} characters and words."
            fix = f"Make it {REFERENCE_UNITS[0]} to {REFERENCE_UNITS[1]}, about two minutes of speech."
            found.warning("reference_length", note.line, what, fix)


def _check_sources(note: Note, found: Findings) -> None:
    if not note.sources:
        found.warning(
            "no_sources",
            note.line,
            "The note names no sources.",
            "List them under `## Sources`, with version and date.",
        )


_CHECKS: tuple[Callable[[Note, Findings], None], ...] = (
    _check_probes, _check_misconceptions, _check_reference, _check_sources,
)  # fmt: skip


def _check_leaks(question: Bilingual, note: Note, common: frozenset[str], names: TermFinder, found: Findings) -> None:
    for point in note.key_points:
        for language in LANGUAGES:
            text, probe, asked = (getattr(one, language)[:LONGEST] for one in (point.text, point.probe, question))
            words = given_away(text, probe, asked, common, names) if text and probe else ()
            if words:
                what = f"The probe {shortened(probe)!r} says words of its key point: {', '.join(words)}."
                found.error("probe_leaks", point.line, what, "Ask for the point without naming it.")
            if text and asked and tells(asked, text):
                what = f"The question contains its key point {shortened(text)!r}."
                found.error("question_leaks", point.line, what, "Reword the question, or drop the point.")


def _check_sides(question: Bilingual, note: Note, bilingual: bool, found: Findings) -> None:
    """English that is missing in a note that has some, or in a bank that has English questions; the same for Chinese."""
    pairs: tuple[tuple[Language, Language], ...] = (("en", "zh"), ("zh", "en"))
    for language, other in pairs:
        has = [point for point in note.key_points if getattr(point.text, language)]
        if not getattr(question, language) and (bilingual or (has and getattr(question, other))):
            what = f"The question has no text in {language}, other parts of the bank do."
            found.warning("question_language", 1, what, f"Add question_{language} to the front matter.")
        for point in note.key_points if has else ():
            if not getattr(point.text, language):
                what = (
                    f"The key point {shortened(getattr(point.text, other))!r} is not written in {language}, others are."
                )
                found.warning("point_language", point.line, what, f"Add a line `  - {language.upper()}: …` under it.")
        if has and note.reference and not getattr(note.reference, language):
            found.warning(
                "reference_language", 1, f"There is no reference answer in {language}.", "Add it under its heading."
            )
