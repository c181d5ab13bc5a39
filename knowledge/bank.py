"""A bank folder to `Bank`: outline and notes joined, given ids, and checked against each other.

Its rule: only a bank that cannot be read at all raises; everything less is a finding and the rest is used. Findings
made here are about how the files fit together; `lint` reads what they say.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files as resources
from pathlib import Path

from knowledge.bank_file import BankFile
from knowledge.bank_folder import BankFiles, locate
from knowledge.drafts import Draft, read_draft, with_draft
from knowledge.errors import BankError
from knowledge.findings import Findings, gathered, shortened
from knowledge.ids import Ids
from knowledge.links import NOTE_KINDS, is_address, places
from knowledge.markdown import has_cjk
from knowledge.models import (
    Bank,
    Bilingual,
    Chapter,
    FileLimits,
    Finding,
    Item,
    KeyPoint,
    Note,
    Outline,
    Question,
    Scoring,
    Section,
    TermGroup,
    Topic,
)
from knowledge.notes import parse_note
from knowledge.outline_file import read_outline
from knowledge.similarity import normalise, text_id
from knowledge.terms import load_terms
from knowledge.toml_file import lines_of
from knowledge.twins import search_twins

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def load_bank(path: Path, limits: FileLimits | None = None, *, drafts: bool = True) -> Bank:
    """Read the bank at `path`: its folder, or an outline file alone (then only the notes it links are read).

    A question's id is the name of its note's file; without such a note (or where the name is no plain ASCII slug) `q-`
    and 8 hex digits of its own text, so that neighbours never change it. A question without a note counts towards
    `theory`. `drafts`: whether key points that a model drafted stand in where a question has none. Where bank.toml sets no knots, the scoring runs through the outline's own bands.
    Raises BankError when there is no outline, it is not UTF-8, or it has no chapter.
    """
    files = locate(path, limits)
    outline, findings = read_outline(files)
    found = Findings(files.name(files.outline))
    bank_file, terms, folder_findings = _read_folder(files)
    notes, note_findings = _read_notes(files, outline)
    beside = Findings("")
    files.unread(beside)
    questions = _join(outline, notes, files, found)
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
        notes=tuple(note for _, note in notes),
        titles=titles,
        scoring=_scoring(outline, bank_file),
        terms=terms,
        twins=frozenset(twins),
        findings=gathered(
            findings, found.all(), note_findings, folder_findings, beside.all(), _check_titles(titles, bank_file, files)
        ),
        content_hash=files.digest(),
        drafted=frozenset(read),
    )


def note_files(files: BankFiles, outline: Outline) -> list[str]:
    """For each question of `outline`, in order, the file of its note as the bank names it; "" where it has none."""
    notes, _ = _read_notes(files, outline)
    own = files.name(files.outline)
    found = [question.note.file if question.note else "" for question in _join(outline, notes, files, Findings(own))]
    return ["" if file == own else file for file in found]


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


def _read_notes(files: BankFiles, outline: Outline) -> tuple[list[tuple[Path, Note]], tuple[Finding, ...]]:
    findings = Findings("notes")
    paths: set[Path] = set(_linked_paths(files, outline))
    if not files.alone:
        paths |= set(files.notes(findings))
    notes: list[tuple[Path, Note]] = []
    seen: dict[str, str] = {}
    for path in sorted(paths):
        name = files.name(path)
        found = Findings(name)
        text = files.read(path, found)
        if text is not None:
            note = _note(path, name, text, outline, found)
            first = seen.setdefault(note.id.lower(), name)
            if first == name:
                notes.append((path, note))
            else:
                found.error(
                    "duplicate_note",
                    1,
                    f"The note's id {note.id!r} is also that of {first}.",
                    "Rename one of the files.",
                )
        findings.add(found.all())
    return notes, findings.all()


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


def _note(path: Path, name: str, text: str, outline: Outline, found: Findings) -> Note:
    """The note at `path`; its id is the file's name, or made from its question where that is no plain ASCII slug."""
    note, findings = parse_note(text, name, path.stem)
    found.add(findings)
    if _SLUG.fullmatch(path.stem):
        return note
    return note.model_copy(update={"id": text_id("q", note.question.to(outline.language) or path.stem)})


def _linked_paths(files: BankFiles, outline: Outline) -> Iterable[Path]:
    """The files that links lead to, where they really are; where a target differs from a file in punctuation or width only,
    that file. A target outside the folder is left out here and named where its question is read."""
    for item in _items(outline):
        target = _target(item, files)
        if target is None or target.suffix.lower() not in NOTE_KINDS:
            continue
        place = files.inside(target)
        if place and os.path.lexists(place):
            yield place
        elif place:
            yield from filter(None, map(files.inside, files.alike(target)))


def _items(outline: Outline) -> Iterable[Item]:
    return (item for chapter in outline.chapters for section in chapter.sections for item in section.items)


def _target(item: Item, files: BankFiles) -> Path | None:
    """Where an item's link leads: the first place it may mean at which there is a file. None for an address or no link."""
    if item.link is None or is_address(item.link):
        return None
    meant = list(places(item.link, files.outline, files.root))
    for path in meant:
        if (place := files.inside(path)) and os.path.isfile(place):
            return path
    for path in meant:
        if files.inside(path) and files.alike(path):
            return path
    return meant[0] if meant else None


@dataclass(slots=True)
class _Join:
    """The notes by everything a question may be tied to them with, and which are taken."""

    by_path: dict[Path, Note]
    by_stem: dict[tuple[Path, str], Note]
    by_text: dict[str, Note]
    by_id: dict[str, Note]
    used: dict[str, int] = field(default_factory=dict[str, int])
    ids: Ids = field(default_factory=Ids)


def _join(outline: Outline, notes: Sequence[tuple[Path, Note]], files: BankFiles, found: Findings) -> list[Question]:
    join = _Join(
        by_path=dict(notes),
        by_stem={(path.parent, normalise(path.stem)): note for path, note in notes},
        by_text=_by_text(notes),
        by_id={note.id: note for _, note in notes},
    )
    questions = [
        _question(chapter, section, topic, item, outline, join, files, found)
        for chapter in outline.chapters
        for section in chapter.sections
        for topic in section.topics
        for item in topic.items
    ]
    for _, note in notes:
        if note.id not in join.used:
            found.add(_unused(note, join))
    return questions


def _unused(note: Note, join: _Join) -> tuple[Finding, ...]:
    """That no question uses `note`, and where one could have: because another note was there first."""
    found = Findings(note.file)
    texts = (note.question.zh, note.question.en, *note.names)
    other = next((one for text in texts if text and (one := join.by_text.get(normalise(text)))), None)
    if other is not None and other is not note and other.id in join.used:
        what = f"Its question has the note {other.file} already; this one is not used."
        found.warning("second_note", 1, what, "Put the two together in one file.")
    else:
        fix = "Link it from the outline, give it the question's exact text, or remove it; it is still searched for passages."
        found.warning("unlinked_note", 1, "No question of the outline uses this note.", fix)
    return found.all()


def _by_text(notes: Sequence[tuple[Path, Note]]) -> dict[str, Note]:
    """The notes by the question they say they answer; where they say none, by title, first heading and file name."""
    found: dict[str, Note] = {}
    for path, note in notes:
        for name in (*note.names, path.stem, re.sub(r"^[\d\s._、-]+", "", path.stem)):
            if len(normalise(name)) > 3:
                found.setdefault(normalise(name), note)
    for _, note in notes:
        found |= {normalise(text): note for text in (note.question.zh, note.question.en) if text}
    return found


def _question(
    chapter: Chapter,
    section: Section,
    topic: Topic,
    item: Item,
    outline: Outline,
    join: _Join,
    files: BankFiles,
    found: Findings,
) -> Question:
    target = _target(item, files)
    note = _linked(item, target, files, join, found)
    if note is None:
        meant = join.by_text.get(normalise(item.text)) or join.by_id.get(text_id("q", item.text))
        note = meant if meant is not None and meant.id not in join.used else None
    own = note.id if note else target.stem if target and _SLUG.fullmatch(target.stem) else text_id("q", item.text)
    if note and note.id in join.used:
        what = f"The note {note.file} already belongs to the question in line {join.used[note.id]}."
        found.error("note_shared", item.line, what, "Give each question its own note.")
        own = text_id("q", item.text)
    elif note:
        join.used[note.id] = item.line
        _check_text(item, note, outline, found)
        if target is None and not note.question:
            in_note = Findings(note.file)
            what = f"The note was found by its title or its file's name: {shortened(item.text)!r}."
            in_note.warning(
                "matched_by_title",
                1,
                what,
                "Link it from the outline, or give it `question:` at its top, so that it stays found when either changes.",
            )
            found.add(in_note.all())
    question_id = join.ids.take(own, f"{own}-", first=2)
    other = (note.question.en if outline.language == "zh" else note.question.zh) if note else ""
    return Question(
        id=question_id,
        text=_in_language(item.text, outline, other),
        chapter_id=chapter.id,
        section_id=section.id,
        topic=topic.title,
        headline=note.headline if note and note.headline is not None else item.link is not None,
        dimension=(note.dimension if note else None) or "theory",
        bonus=chapter.bonus,
        note=_both(note, _note_of(item, question_id, outline, files.name(files.outline))),
        line=item.line,
        extra=item.extra,
    )


def _both(note: Note | None, beside: Note | None) -> Note | None:
    """A question's note together with what stands beside the question in the outline."""
    if note is None or beside is None:
        return note or beside
    known = {point.id for point in note.key_points}
    reference = Bilingual(
        zh="\n\n".join(filter(None, (note.reference.zh, beside.reference.zh))),
        en="\n\n".join(filter(None, (note.reference.en, beside.reference.en))),
    )
    return note.model_copy(
        update={
            "reference": reference,
            "key_points": note.key_points + tuple(one for one in beside.key_points if one.id not in known),
            "follow_ups": note.follow_ups + beside.follow_ups,
            "body": f"{note.body}\n\n{beside.body}".strip(),
        }
    )


def _note_of(item: Item, question_id: str, outline: Outline, file: str) -> Note | None:
    """A note made of the answer that stands beside the question in its own list."""
    if not (item.reference or item.points or item.follow_ups):
        return None
    body = "\n\n".join(piece for piece in (item.reference, "\n".join(f"- {point}" for point in item.points)) if piece)
    points = tuple(
        KeyPoint(
            id=text_id("k", text), level="fair", text=_in_language(text, outline), probe=Bilingual(), line=item.line
        )
        for text in dict.fromkeys(item.points)
        if normalise(text)
    )
    return Note(
        id=question_id, file=file, question=_in_language(item.text, outline), dimension=None, headline=None,
        reference=_in_language(item.reference, outline), key_points=points, misconceptions=(), sources=(), body=body,
    )  # fmt: skip


def _linked(item: Item, target: Path | None, files: BankFiles, join: _Join, found: Findings) -> Note | None:
    link = shortened(item.link or "", 80)
    if target is None:
        if item.link is not None:
            what = f"The link {shortened(item.link)!r} leads to no note."
            found.warning("dead_link", item.line, what, "Link to a note's file, relative to the outline.")
        return None
    place = files.inside(target)
    if place is None and files.alone and not os.path.lexists(target):
        # an outline given alone, away from the notes it was written beside: nothing is there to be read
        what = f"The link {link!r} leads to a file that is not there."
        found.warning(
            "dead_link", item.line, what, "Put the note there, or give the folder that holds outline and notes."
        )
        return None
    if place is None:
        what = f"The link {link!r} leads out of the bank's folder and is not read."
        found.error("link_outside", item.line, what, "Copy the note into the folder and link it there.")
        return None
    if place in join.by_path:
        return join.by_path[place]
    note = join.by_stem.get((place.parent, normalise(place.stem)))
    if note:
        what = f"The link's target differs from the file {note.file} in spelling; that file is used."
        found.warning("link_spelling", item.line, what, "Write the file's name exactly.")
    elif os.path.lexists(place):
        what = f"The link's target is no note that could be read: {link!r}."
        found.warning("dead_link", item.line, what, "Link to a Markdown file with UTF-8 text.")
    else:
        what = f"The link's target does not exist: {link!r}."
        found.warning("dead_link", item.line, what, "Write the note, or mend or remove the link.")
    return note


def _check_text(item: Item, note: Note, outline: Outline, found: Findings) -> None:
    text = note.question.zh if outline.language == "zh" else note.question.en
    if text and normalise(text) != normalise(item.text):
        what = f"The outline asks {shortened(item.text)!r}, its note {note.file} answers {shortened(text)!r}."
        found.warning("question_differs", item.line, what, "Use the same words in both; the outline's are asked.")


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
    return Bilingual(zh=bank_file.name_zh, en=bank_file.name_en) or _in_language(outline.title, outline)


def _in_language(text: str, outline: Outline, other: str = "") -> Bilingual:
    """`text` on the side of the outline's own language, `other` on the other."""
    return Bilingual(zh=text, en=other) if outline.language == "zh" else Bilingual(zh=other, en=text)


def _titles(outline: Outline, bank_file: BankFile) -> dict[str, Bilingual]:
    """Titles by chapter and section id; a topic is found under its own title."""
    parts: dict[str, str] = {}
    for chapter in outline.chapters:
        parts[chapter.id] = chapter.title
        for section in chapter.sections:
            parts[section.id] = section.title
            parts |= {topic.title: topic.title for topic in section.topics if topic.title}
    english = bank_file.titles_en
    return {key: _in_language(title, outline, english.get(title, "")) for key, title in parts.items()}


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
