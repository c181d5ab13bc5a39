"""A bank folder to `Bank`: its files read, outline and notes joined and checked against each other.

Its rule: only a bank that cannot be read at all raises; everything less is a finding and the rest is used. Findings
made here and in `joining` are about how the files fit together; `lint` reads what they say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from pathlib import Path

from knowledge.bank_file import BankFile
from knowledge.bank_folder import BankFiles, locate
from knowledge.drafts import Draft, read_draft, with_draft
from knowledge.errors import BankError
from knowledge.findings import Findings, gathered, shortened
from knowledge.joining import in_language, join_notes
from knowledge.markdown import has_cjk
from knowledge.models import (
    Bank,
    Bilingual,
    FileLimits,
    Finding,
    Outline,
    Question,
    Scoring,
    TermGroup,
)
from knowledge.note_files import read_notes
from knowledge.outline_file import read_outline
from knowledge.similarity import normalise, text_id
from knowledge.terms import load_terms
from knowledge.toml_file import lines_of
from knowledge.twins import search_twins

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def load_bank(path: Path, limits: FileLimits | None = None, *, drafts: bool = True) -> Bank:
    """Read the bank at `path`: its folder, or an outline file alone (then only the notes it links are read).

    A question's id is the name of its note's file (with the anchor, where a link names one); without such a note (or where the name is no plain ASCII slug) `q-`
    and 8 hex digits of its own text, so that neighbours never change it. A question without a note counts towards
    `theory`. `drafts`: whether key points that a model drafted stand in where a question has none. Where bank.toml sets no knots, the scoring runs through the outline's own bands.
    Raises BankError when there is no outline, it is not UTF-8, or it has no chapter.
    """
    files = locate(path, limits)
    outline, findings = read_outline(files)
    found = Findings(files.name(files.outline))
    bank_file, terms, folder_findings = _read_folder(files)
    notes = read_notes(files, outline)
    beside = Findings("")
    files.unread(beside)
    questions = join_notes(outline, notes, files, found)
    read = _read_drafts(files, beside)
    if drafts:
        questions = _with_drafts(questions, read, beside)
    twins = _twins(questions, outline, found)
    titles = _titles(outline, bank_file)
    return Bank(
        id=bank_file.id or _bank_id(files),
        name=_name(outline, bank_file),
        root=files.root,
        outline=outline,
        questions=tuple(questions),
        notes=notes.all,
        titles=titles,
        scoring=_scoring(outline, bank_file),
        terms=terms,
        twins=frozenset(twins),
        findings=gathered(
            findings,
            found.all(),
            notes.findings,
            folder_findings,
            beside.all(),
            _check_titles(titles, bank_file, files),
        ),
        content_hash=files.digest(),
        drafted=frozenset(read),
    )


def shipped_bank_path(name: str = "llm-inference") -> Path:
    """The folder of a bank that comes with the product; raises BankError for a name that does not."""
    banks = Path(str(resources("knowledge") / "banks"))
    if not _SLUG.fullmatch(name) or not (banks / name / "outline.md").is_file():
        shipped = sorted(folder.parent.name for folder in banks.glob("*/outline.md"))
        raise BankError(
            f"No bank {name!r} comes with this product.", f"Shipped: {', '.join(shipped) or 'none'}; or give a path."
        )
    return banks / name


def _read_folder(files: BankFiles) -> tuple[BankFile, tuple[TermGroup, ...], tuple[Finding, ...]]:
    """bank.toml and terms.toml, where the folder has them; an outline that stands alone has neither."""
    if files.alone:
        return BankFile(), (), ()
    bank_path, terms_path = files.root / "bank.toml", files.root / "terms.toml"
    in_bank, in_terms = Findings("bank.toml"), Findings("terms.toml")
    bank_text = files.read(bank_path, in_bank) if os.path.lexists(bank_path) else None
    terms_text = files.read(terms_path, in_terms) if os.path.lexists(terms_path) else None
    bank_file, bank_findings = BankFile.read(bank_text or "", "bank.toml")
    terms, terms_findings = load_terms(terms_text or "", "terms.toml")
    return bank_file, terms, (*in_bank.all(), *bank_findings, *in_terms.all(), *terms_findings)


def _read_drafts(files: BankFiles, found: Findings) -> dict[str, Draft]:
    """The drafts by the id of their question."""
    drafts: dict[str, Draft] = {}
    for path in files.drafts(found):
        name, in_file = files.name(path), Findings(files.name(path))
        if (text := files.read(path, in_file)) is not None:
            draft, findings = read_draft(text, name)
            drafts[draft.question_id] = draft
            in_file.add(findings)
        found.add(in_file.all())
    return drafts


def _with_drafts(questions: Sequence[Question], drafts: Mapping[str, Draft], found: Findings) -> list[Question]:
    """The questions, those without key points of their own with the points of their draft."""
    used: set[str] = set()
    joined: list[Question] = []
    for question in questions:
        draft = drafts.get(question.id)
        if draft is not None:
            used.add(question.id)
        if draft is None or question.key_points or not draft.used:
            joined.append(question)
            continue
        note = with_draft(question.note, draft, question.id)
        joined.append(question.model_copy(update={"note": note, "dimension": note.dimension or question.dimension}))
    for question_id, draft in drafts.items():
        if question_id not in used:
            in_file = Findings(draft.file)
            what = "No question of the outline uses this draft."
            in_file.warning("unlinked_draft", 1, what, "Remove it, or name it by the question's id again.")
            found.add(in_file.all())
    return joined


def _twins(questions: Sequence[Question], outline: Outline, found: Findings) -> Mapping[tuple[str, str], float]:
    """The near-duplicates among the questions, each pair a finding; where there are too many, that is one too."""
    rows = [(q.id, f"{q.section_id}/{q.topic}", q.text.to(outline.language)) for q in questions]
    twins = search_twins(rows)
    by_id = {question.id: question for question in questions}
    for (one, other), similarity in twins.pairs.items():
        first, second = sorted((by_id[one], by_id[other]), key=lambda question: question.line)
        _check_pair(first, second, similarity, outline, found)
    if not twins.every_pair:
        what = f"There are {len(twins.pairs)} or more pairs of nearly the same question; further ones were not counted."
        found.warning("too_alike", 1, what, "Remove what stands in the outline again and again.")
    if twins.looked_at < len(questions):
        line = questions[twins.looked_at].line
        what = "The questions are so alike that from this line on near-duplicates were not looked for."
        found.warning("too_alike", line, what, "Part the outline into several banks.")
    return twins.pairs


def _check_pair(first: Question, second: Question, similarity: float, outline: Outline, found: Findings) -> None:
    texts = [question.text.to(outline.language) for question in (first, second)]
    if normalise(texts[0]) == normalise(texts[1]):
        what = f"{shortened(texts[1])!r} is also the question in line {first.line}."
        if first.extra != second.extra:
            return  # the same words over other code or another picture
        if first.chapter_id == second.chapter_id:
            found.error("duplicate_question", second.line, what, "Remove one of the two.")
        else:
            fix = "Leave it if both chapters are to ask it; one interview never has both."
            found.warning("duplicate_question", second.line, what, fix)
    else:
        what = f"{shortened(texts[1])!r} asks nearly the same as line {first.line}, {shortened(texts[0])!r} ({similarity:.2f})."
        fix = "Make them ask different things; one interview never has both."
        found.warning("near_duplicate", second.line, what, fix)


def _scoring(outline: Outline, bank_file: BankFile) -> Scoring:
    """bank.toml's own values, else the default weights, and knots that put the levels on the outline's own bands."""
    lower = {band.id: band.lower for band in outline.bands}
    default = Scoring()
    written = bank_file.scoring
    on_bands = (0.0, lower["fair"], lower["good"], lower["excellent"], 100.0)
    knots = tuple((coverage, score) for (coverage, _), score in zip(default.knots, on_bands, strict=True))
    return Scoring(weights=written.weights or default.weights, knots=written.knots or knots)


def _name(outline: Outline, bank_file: BankFile) -> Bilingual:
    return Bilingual(zh=bank_file.name_zh, en=bank_file.name_en) or in_language(outline.title, outline)


def _titles(outline: Outline, bank_file: BankFile) -> dict[str, Bilingual]:
    """Titles by chapter and section id; a topic is found under its own title."""
    parts: dict[str, str] = {}
    for chapter in outline.chapters:
        parts[chapter.id] = chapter.title
        for section in chapter.sections:
            parts[section.id] = section.title
            parts |= {topic.title: topic.title for topic in section.topics if topic.title}
    english = bank_file.titles_en
    return {key: in_language(title, outline, english.get(title, "")) for key, title in parts.items()}


def _check_titles(titles: Mapping[str, Bilingual], bank_file: BankFile, files: BankFiles) -> tuple[Finding, ...]:
    if not bank_file.titles_en:
        return ()
    found = Findings("bank.toml")
    lines = lines_of(files.texts.get("bank.toml", ""))
    written = {title.zh for title in titles.values()}
    for title in bank_file.titles_en:
        if title not in written:
            fix = "Write the title as in the outline, without its number and minutes."
            found.warning("unknown_title", lines.get(title, 1), f"The outline has no title {title!r}.", fix)
    for title in dict.fromkeys(title.zh for title in titles.values() if not title.en):
        what = f"The title {title!r} has no English side."
        found.warning("missing_title", lines.get("titles_en", 1), what, "Add it under [titles_en].")
    return found.all()


def _bank_id(files: BankFiles) -> str:
    """An id from the folder's name, or from the file's where the outline stands alone."""
    name = files.outline.stem if files.alone else files.root.name
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if slug and has_cjk(name):
        return text_id(slug[:50], name)  # 熟悉go and 精通go are two banks
    return slug[:60] if slug else text_id("bank", name)
