"""A `Reading` as the `Outline` that interviews are made of, with what an author should know about how it was read.

Its rule: ids are made as for our own grammar, so that the same list keeps them when it is written out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from knowledge.adopt.reading import Asked, ChapterRead, Reading, SectionRead, Why
from knowledge.bank_folder import say_assumed
from knowledge.findings import Findings, shortened
from knowledge.markdown import has_cjk
from knowledge.models import Chapter, Finding, Item, Language, Outline, Rubric, Section, Topic
from knowledge.scheme import Scheme, check_scheme

_WHY: dict[Why, tuple[str, str]] = {
    "struck_out": ("is struck out and is not asked", "Remove the strikes to ask it."),
    "too_long": ("is longer than a line may be and is not read", "Break it into lines."),
    "too_deep": ("is nested too deep and is not read", "Nest it less."),
    "answer_of_none": ("is an answer, but no question stands before it", "Put it under its question."),
    "answers_of_many": ("could belong to several questions and is not read", "Put it under its question, or number both alike."),
    "text_between": ("could not be placed and is not read", "Make it a question, an answer or a heading."),
    "table_without_question": ("is a table in which no column holds questions", "Name the column: Question."),
    "list_without_question": ("is a list that asks nothing", "Put a label such as `Questions` over it."),
    "formula_cell": ("holds a formula without a stored value", "Open the workbook, let it compute, save it."),
    "hidden_sheet": ("is a hidden sheet and is not read", "Show the sheet to have it read."),
    "picture": ("is a picture in the document, which is not carried over", "Save it as a file and link it."),
    "empty_question": ("is a number or heading without a question", "Write the question, or remove it."),
    "model_left_out": ("was left out by the model that helped to read", "Check it."),
    "left_by_hand": ("was left out by hand", "Nothing needs to be done."),
    "over_limit": ("is beyond what is read", "Split the file."),
    "advice": ("is advice and is not asked", "Nothing needs to be done."),
    "appendix": ("is an appendix and is not asked", "Move questions out of it to have them asked."),
}  # fmt: skip
_CODES: dict[Why, str] = {"struck_out": "not_asked", "appendix": "not_asked", "advice": "not_asked", "too_deep": "too_deep", "too_long": "long_text"}  # fmt: skip
"""Kinds of findings for lines that were left out, where it is not simply `unread_text`."""


def why(code: Why) -> tuple[str, str]:
    """Why lines are in no question, and what to do, as the end of a sentence."""
    return _WHY[code]


def outline_of(reading: Reading, file: str) -> tuple[Outline, tuple[Finding, ...]]:
    """The outline of what was read from `file`; `title` falls back to the file's name."""
    found = Findings(file)
    scheme = Scheme()
    check_scheme(scheme, Findings(file))
    chapters: list[Chapter] = []
    for chapter in reading.chapters:
        chapters.append(_chapter(chapter, chapters, len(reading.chapters), reading.title))
    _say(reading, found)
    outline = Outline(
        title=reading.title or file.rpartition("/")[2].rpartition(".")[0] or file,
        language=_language(list(reading.questions)),
        stated_minutes=None,
        chapters=tuple(chapters),
        bands=tuple(scheme.bands),
        dimensions=(),
    )
    return outline, found.all()


def _chapter(read: ChapterRead, before: Sequence[Chapter], count: int, title: str) -> Chapter:
    taken = {chapter.id for chapter in before}
    wanted = f"c{read.number if read.number is not None else len(before) + 1}"
    chapter_id = wanted if wanted not in taken else next(f"c{n}" for n in range(1, 100_000) if f"c{n}" not in taken)
    sections: list[Section] = []
    for section in read.sections:
        sections.append(_section(section, chapter_id, read, sections, title))
    return Chapter(
        id=chapter_id, number=read.number, title=read.title or title, minutes=read.minutes, points=100 / count, bonus=False,
        sections=tuple(sections), line=read.line,
    )  # fmt: skip


def _section(
    read: SectionRead, chapter_id: str, chapter: ChapterRead, before: Sequence[Section], title: str
) -> Section:
    taken = {section.id for section in before}
    parent, _, last = read.number.rpartition(".")
    own = last if last and (not parent or parent == str(chapter.number)) else ""
    wanted = f"{chapter_id}.s{own or len(before) + 1}"
    section_id = wanted if wanted not in taken else next(f"{chapter_id}.s{n}" for n in range(1, 100_000) if f"{chapter_id}.s{n}" not in taken)  # fmt: skip
    rubric = Rubric(**read.rubric, line=read.rubric_line or read.line) if read.rubric else None
    return Section(
        id=section_id,
        number=read.number,
        title=read.title or chapter.title or title,
        minutes=read.minutes,
        focus=tuple(read.focus),
        topics=tuple(Topic(title=t.title, line=t.line, items=tuple(map(_item, t.questions))) for t in read.topics),
        rubric=rubric,
        line=read.line,
    )


def _item(asked: Asked) -> Item:
    return Item(
        text=asked.text, link=asked.link or None, line=asked.where.first, extra=asked.extra, reference=asked.reference,
        follow_ups=tuple(asked.follow_ups), points=tuple(asked.points),
    )  # fmt: skip


def _language(questions: Sequence[Asked]) -> Language:
    """Chinese when at least half of all questions hold Chinese characters."""
    return "zh" if sum(has_cjk(one.text) for one in questions) * 2 >= len(questions) else "en"


def _say(reading: Reading, found: Findings) -> None:
    """What was assumed, mapped, left out, or read as a question without being worded as one."""
    for file in reading.files:
        say_assumed(file.encoding if file.assumed else None, found)
    for one in reading.left_out:
        what, fix = _WHY[one.why]
        span = f" (to line {one.where.last})" if one.where.last > one.where.first else ""
        found.warning(
            _CODES.get(one.why, "unread_text"), one.where.first, f"{shortened(one.text)!r}{span} {what}.", fix
        )
    for mapped in reading.mapped:
        said = ", ".join(f"{name} = {level}" for name, level in mapped.levels)
        found.warning("levels_mapped", mapped.where.first, f"Levels were read by their order: {said}.", "Rename them if that is not meant.")  # fmt: skip
    phrases: dict[str, list[Asked]] = defaultdict(list)
    for asked in reading.questions:
        if asked.phrase:
            phrases[asked.where.file].append(asked)
    for asked in (one for some in phrases.values() for one in some):
        what = f"{shortened(asked.text)!r} is asked, though it is not worded as a question."
        found.warning("phrase_asked", asked.where.first, what, "Word it as a question, or take it out of the list.")
