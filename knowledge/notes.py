"""Markdown to `Note`: front matter, reference answer, key points with their probes, misconceptions, sources.

Its rule: a note without key points is a good note (reference text only); what looks like one of the note's parts but
cannot be read becomes a finding with its line, and nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, cast

import yaml

from knowledge.findings import Findings, shortened
from knowledge.headings import level_of, split_label
from knowledge.levels import onto_levels
from knowledge.markdown import Block, Entry, has_cjk, read_blocks
from knowledge.models import DIMENSIONS, Bilingual, DimensionId, Finding, KeyPoint, Language, Level, Misconception, Note
from knowledge.similarity import text_id
from knowledge.toml_file import deepest_line

Heading = Literal["reference", "points", "misconceptions", "sources", "follow_ups"]
_HEADINGS: dict[Heading, str] = {
    "reference": r"(?:参考|标准|示例|推荐)?(?:答案|回答)|解答|(?:(?:reference|model|sample|expected|suggested) )?answers?|solution",
    "points": r"(?:评分|核心|关键|答题|得分|回答)?要点|关键点|得分点|(?:key|scoring|main) ?points?|points",
    "misconceptions": r"(?:常见)?误区|常见错误|(?:common )?misconceptions?|(?:common )?mistakes",
    "follow_ups": r"(?:常见|深入|可能的?)?追问(?:问题)?|延伸问题|follow[- ]?ups?(?: questions?)?",
    "sources": r"参考资料|参考文献|资料来源|sources?|references?|further reading",
}
_PHRASINGS = r"也可以这样问|其他问法|(?:it is )?also asked as|other (?:phrasings|ways (?:of asking|to ask)).*"
_KEYS = ("question", "question_en", "question_zh", "dimension", "headline")
_USUAL_KEYS = frozenset(("title", "id", "tags", "tag", "difficulty", "level", "date", "author", "category", "categories", "layout", "permalink", "description"))  # fmt: skip
"""Keys that other programs read; only the title says something to us."""
_TAG = re.compile(r"(?:\*\*)?[\[【]([^\[\]【】]{1,40})[\]】](?:\*\*)?(.*)", re.DOTALL)
_MARKS = re.compile(r"\s*[（(]\s*\d+(?:\.\d+)?\s*(?:分|points?|pts?)\s*[)）]\s*$", re.IGNORECASE)
_MOST_FIELDS = 20_000
"""Characters of a front matter: it holds one note's question and a few words."""
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)(?:^---[ \t]*(?:\n|\Z))", re.DOTALL | re.MULTILINE)
_Sided = tuple[Literal["text", "probe"], Language]


def parse_note(text: str, file: str, note_id: str, above: int = 0) -> tuple[Note, tuple[Finding, ...]]:
    """Read a note; `file` is how findings name it, relative to the bank's folder, and `above` how many of its lines stand above
    `text`.

    Text goes to the side (zh, en) that its label names; where no label does, to zh when it holds a Chinese character.
    Key points get `k-` and 8 hex digits of their own statement as id, misconceptions `m-`.
    """
    found = Findings(file)
    fields, body, skipped = _front_matter(text.replace("\r\n", "\n"), found)
    parts = _read_parts(body, skipped + above, found)
    key_points = tuple(_key_points(parts.points, found))
    if parts.points_line == 0:
        _check_free_form(parts.other, found)
    elif not key_points:
        found.error(
            "no_key_points",
            parts.points_line,
            "The note has a heading for key points but none under it.",
            "Add some, or remove the heading.",
        )
    note = Note(
        id=note_id,
        file=file,
        question=_question(fields),
        dimension=_dimension(fields, found),
        headline=_headline(fields, found),
        reference=parts.answer(),
        key_points=key_points,
        misconceptions=tuple(_misconceptions(parts.misconceptions, found)),
        sources=parts.sources(),
        body=body.strip(),
        follow_ups=parts.follow_ups(),
        line=1 + above,
        names=tuple(name for name in (fields["title"].text if "title" in fields else "", parts.title) if name),
    )
    if not note.body:
        found.warning(
            "empty_note", 1, "The note is empty.", "Write a reference answer, or remove the file and its link."
        )
    return note, found.all()


def phrasings(note: Note) -> tuple[str, ...]:
    """Other ways of asking the note's question, where it lists some; only search and a bank's editors read them."""
    found: list[str] = []
    inside = False
    for block in read_blocks(note.body, raw=True):
        if block.kind == "heading" and block.depth <= 2:
            inside = re.fullmatch(_PHRASINGS, block.text.strip(" :：*#").lower()) is not None
        elif inside:
            found += [entry.text for entry in block.entries]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Field:
    """One value of the front matter as written; `plain` is false for lists and mappings."""

    text: str
    line: int
    plain: bool


@dataclass(slots=True)
class _Parts:
    """The note's blocks by the heading they stand under."""

    reference: dict[Language, list[str]] = field(default_factory=lambda: {"zh": [], "en": []})
    points: list[Block] = field(default_factory=list[Block])
    misconceptions: list[Block] = field(default_factory=list[Block])
    source_blocks: list[Block] = field(default_factory=list[Block])
    other: list[Block] = field(default_factory=list[Block])
    asked: list[Block] = field(default_factory=list[Block])
    """The blocks under a heading for follow-ups."""
    title: str = ""
    lead: str = ""
    """The text before the first part, without the title."""
    points_line: int = 0
    """Where the key points begin; 0 for a free-form note."""

    def answer(self) -> Bilingual:
        """The reference answer; of a note with key points and no heading for one, the text before them."""
        zh, en = ("\n\n".join(self.reference[side]) for side in ("zh", "en"))
        if self.points_line and self.lead and not zh and not en:
            return Bilingual(**{_side(self.lead, "en"): self.lead})
        return Bilingual(zh=zh, en=en)

    def follow_ups(self) -> tuple[str, ...]:
        texts = [text for b in self.asked for text in (*b.text.splitlines(), *(e.text for e in b.entries))]
        return tuple(text for text in texts if text)

    def sources(self) -> tuple[str, ...]:
        """Every list item, and every line of a paragraph, under the sources heading."""
        lines = [line for b in self.source_blocks for line in (*b.text.splitlines(), *(e.text for e in b.entries))]
        return tuple(line for line in lines if line)


def _front_matter(text: str, found: Findings) -> tuple[Mapping[str, _Field], str, int]:
    """The fields, the Markdown after them, and how many lines stand before it."""
    if not text.startswith("---\n"):
        return {}, text, 0
    match = _FRONT_MATTER.match(text)
    if match is None:
        found.error("front_matter", 1, "The front matter has no closing `---`.", "Close it with a line `---`.")
        return {}, text, 0
    skipped = text[: match.end()].count("\n")
    return _fields(match[1], found), text[match.end() :], skipped


def _fields(source: str, found: Findings) -> Mapping[str, _Field]:
    """The fields as written. Nothing of YAML but plain values is looked into: what an anchor repeats stays unread."""
    if len(source) > _MOST_FIELDS:
        what = f"The front matter has {len(source)} characters, more than {_MOST_FIELDS}, and is not read."
        found.error("front_matter", 1, what, "Move all but the known keys below its closing `---`.")
        return {}
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        root = cast("yaml.Node | None", yaml.compose(source, Loader=loader))  # pyright: ignore[reportUnknownMemberType] -- untyped
    except yaml.MarkedYAMLError as error:
        line = 2 + (error.problem_mark.line if error.problem_mark else 0)
        what = f"The front matter is not valid YAML: {error.problem}."
        found.error("front_matter", line, what, 'Put a value that holds `: ` or `#` in double quotes: question: "…".')
        return {}
    except RecursionError:
        line = 1 + deepest_line(source)
        found.error("front_matter", line, "The front matter is nested too deeply.", "Write `key: value` lines only.")
        return {}
    except yaml.YAMLError as error:
        found.error(
            "front_matter", 2, f"The front matter is not valid YAML: {error}.", "Remove unusual control characters."
        )
        return {}
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        found.error(
            "front_matter", 2, "The front matter is not a list of `key: value` lines.", "Write `question: …` and so on."
        )
        return {}
    fields: dict[str, _Field] = {}
    pairs: list[tuple[yaml.Node, yaml.Node]] = root.value
    for key, value in pairs:
        name, line = str(key.value) if isinstance(key, yaml.ScalarNode) else "", key.start_mark.line + 2
        plain = isinstance(value, yaml.ScalarNode)
        if name in _USUAL_KEYS:
            if plain and name == "title":
                fields[name] = _Field(str(value.value).strip(), line, plain)
        elif name not in _KEYS or not plain or name in fields:
            fix = f"Known keys, each once and with one value: {', '.join(_KEYS)}."
            found.warning("unknown_key", line, f"The key {name!r} is unknown, stands twice or has no plain value.", fix)
        else:
            fields[name] = _Field(str(value.value).strip(), line, plain)
    return fields


def _question(fields: Mapping[str, _Field]) -> Bilingual:
    plain, zh, en = (fields[name].text if name in fields else "" for name in ("question", "question_zh", "question_en"))
    return Bilingual(zh=zh or (plain if has_cjk(plain) else ""), en=en or ("" if has_cjk(plain) else plain))


def _dimension(fields: Mapping[str, _Field], found: Findings) -> DimensionId | None:
    given = fields.get("dimension")
    if given is None:
        return None
    for dimension in DIMENSIONS:
        if given.text == dimension:
            return dimension
    found.error(
        "unknown_dimension", given.line, f"Unknown dimension {given.text!r}.", f"Use one of: {', '.join(DIMENSIONS)}."
    )
    return None


def _headline(fields: Mapping[str, _Field], found: Findings) -> bool | None:
    given = fields.get("headline")
    if given is None:
        return None
    if given.text.lower() not in ("true", "false"):
        found.error("headline", given.line, f"headline is {given.text!r}.", "Write true or false.")
        return None
    return given.text.lower() == "true"


def _read_parts(body: str, skipped: int, found: Findings) -> _Parts:
    parts = _Parts()
    lines = body.split("\n")
    blocks = read_blocks(body, raw=True, skipped_lines=skipped, found=found)
    heads = [n for n, b in enumerate(blocks) if b.kind == "heading" and (b.depth <= 2 or part_of(b.text))]
    parts.other += blocks[: heads[0]] if heads else blocks
    first = next((n for n in heads if part_of(blocks[n].text)), len(blocks))
    lead = blocks[:first]
    if lead and lead[0].kind == "heading":
        parts.title, lead = lead[0].text.strip(), lead[1:]
    elif lead and lead[0].kind == "paragraph":
        parts.title = lead[0].text.split("\n")[0].strip()
    if lead:
        parts.lead = "\n".join(lines[lead[0].line - 1 - skipped : lead[-1].end - skipped]).strip()
    for place, begin in enumerate(heads):
        stop = heads[place + 1] if place + 1 < len(heads) else len(blocks)
        inside = blocks[begin + 1 : stop]
        kind = part_of(blocks[begin].text)
        if kind == "reference" and inside:
            text = "\n".join(lines[inside[0].line - 1 - skipped : inside[-1].end - skipped]).strip()
            parts.reference[_side(text, "zh" if has_cjk(blocks[begin].text) else "en")].append(text)
        elif kind == "points":
            parts.points += inside
            parts.points_line = parts.points_line or blocks[begin].line
        elif kind == "misconceptions":
            parts.misconceptions += inside
        elif kind == "sources":
            parts.source_blocks += inside
        elif kind == "follow_ups":
            parts.asked += inside
        else:
            parts.other += inside
        if kind and kind != "points" and not inside:
            what = f"Nothing stands under {blocks[begin].text!r}."
            found.warning("empty_part", blocks[begin].line, what, "Fill the part or remove its heading.")
    return parts


def front_lines(text: str) -> int:
    """How many lines the front matter of a note takes."""
    match = _FRONT_MATTER.match(text)
    return text[: match.end()].count("\n") if match else 0


def part_of(heading: str) -> Heading | None:
    """The part of a note that stands under `heading`; None where that is no part's name."""
    bare = heading.strip(" :：*#").lower()
    return next((kind for kind, words in _HEADINGS.items() if re.fullmatch(words, bare)), None)


def _side(text: str, said: Language) -> Language:
    """The side a labelled text belongs to: as its label says, unless it plainly is the other language."""
    cjk = sum(has_cjk(c) for c in text)
    words = len(re.findall(r"[A-Za-z]+", text))
    if said == "zh":
        return "zh" if cjk else "en"
    return "zh" if cjk > words else "en"


def _entries(blocks: Iterable[Block], found: Findings) -> Iterable[Entry]:
    for block in blocks:
        if block.kind == "list":
            yield from block.entries
        elif block.kind not in ("rule", "heading"):
            what = f"This text is not read: {shortened(block.text or block.kind)!r}."
            found.warning("unread_text", block.line, what, "Write it as a bullet, or move it to the reference answer.")


def _key_points(blocks: Sequence[Block], found: Findings) -> Iterable[KeyPoint]:
    ids: set[str] = set()
    entries = list(_entries(blocks, found))
    levels = _levels(entries, found)
    for entry in entries:
        tag = _TAG.fullmatch(entry.text)
        level = levels.get(tag[1].strip() if tag else "")
        statement = _MARKS.sub("", tag[2].lstrip(" :：") if tag else entry.text).strip()
        if level is None or not statement:
            what = f"The key point {shortened(entry.text)!r} has no level or no text."
            found.error("no_level", entry.line, what, "Begin it with [fair], [good] or [excellent].")
            continue
        texts: dict[_Sided, str] = {("text", "zh" if has_cjk(statement) else "en"): statement}
        for nested in entry.entries:
            _read_nested(nested, texts, found)
        point_id = text_id("k", statement)
        if point_id in ids:
            found.error(
                "duplicate_point", entry.line, f"The key point {shortened(statement)!r} stands twice.", "Remove one."
            )
            continue
        ids.add(point_id)
        yield KeyPoint(
            id=point_id,
            level=level,
            text=Bilingual(zh=texts.get(("text", "zh"), ""), en=texts.get(("text", "en"), "")),
            probe=Bilingual(zh=texts.get(("probe", "zh"), ""), en=texts.get(("probe", "en"), "")),
            line=entry.line,
        )


def _levels(entries: Sequence[Entry], found: Findings) -> Mapping[str, Level]:
    """The level for each tag in a list of key points: ours by name, a team's own by order; a list without any counts plain."""
    tags = [tag[1].strip() for entry in entries if (tag := _TAG.fullmatch(entry.text))]
    if not tags and entries:
        what = "The key points have no levels; all count alike."
        found.warning(
            "no_levels", entries[0].line, what, "Begin each with [fair], [good] or [excellent] to weigh them."
        )
        return {"": "fair"}
    own: dict[str, Level] = {tag: level for tag in tags if (level := level_of(tag))}
    if len(own) == len(set(tags)):
        return own
    ranks: dict[str, Level] = {tag: rank for tag, rank in onto_levels(tags).items() if rank != "below"}
    if ranks:
        said = ", ".join(f"{tag} = {rank}" for tag, rank in ranks.items())
        found.warning("levels_mapped", entries[0].line, f"Levels were read by their order: {said}.", "Rename them if that is not meant.")  # fmt: skip
    return ranks


def _read_nested(entry: Entry, texts: dict[_Sided, str], found: Findings) -> None:
    label, text = split_label(entry.text)
    key = _sided(label, text)
    if key is None or not text or key in texts:
        what = f"The line {shortened(entry.text)!r} under a key point is unknown, empty or stands twice."
        found.warning("unknown_line", entry.line, what, "Use EN:, ZH: and Probe:, each once.")
    else:
        texts[key] = text


def _sided(label: str, text: str) -> _Sided | None:
    match label.strip(" *_").lower():
        case "en" | "english" | "英文":
            return "text", "en"
        case "zh" | "cn" | "中文":
            return "text", "zh"
        case "追问" | "追问zh":
            return "probe", _side(text, "zh")
        case "probe" | "follow-up" | "追问en":
            return "probe", _side(text, "en")
        case _:
            return None


def _misconceptions(blocks: Sequence[Block], found: Findings) -> Iterable[Misconception]:
    ids: set[str] = set()
    for entry in _entries(blocks, found):
        pair = _split_arrow(entry.text)
        if pair is None:
            what = f"{shortened(entry.text)!r} does not say what is right."
            found.warning(
                "misconception", entry.line, what, "Write `wrong statement -> what is right`, with one arrow."
            )
            continue
        sides: dict[Language, tuple[str, str]] = {"zh" if has_cjk(pair[0]) else "en": pair}
        for nested in entry.entries:
            label, text = split_label(nested.text)
            key = _sided(label, text)
            other = _split_arrow(text)
            if key is None or key[0] != "text" or other is None or key[1] in sides:
                what = f"The line {shortened(nested.text)!r} under a misconception is unknown or has no arrow."
                found.warning("unknown_line", nested.line, what, "Write `EN: wrong -> right` (or ZH:), once.")
            else:
                sides[key[1]] = other
        misconception_id = text_id("m", pair[0])
        if misconception_id in ids:
            found.warning("misconception", entry.line, f"{shortened(pair[0])!r} stands twice.", "Remove one.")
            continue
        ids.add(misconception_id)
        zh, en = sides.get("zh", ("", "")), sides.get("en", ("", ""))
        wrong, right = Bilingual(zh=zh[0], en=en[0]), Bilingual(zh=zh[1], en=en[1])
        yield Misconception(id=misconception_id, wrong=wrong, right=right, line=entry.line)


def _split_arrow(text: str) -> tuple[str, str] | None:
    """The two sides of the arrow. ` -> ` parts first, so that the other arrows may stand inside a statement."""
    for arrow in (" -> ", "→", "->", "=>"):
        sides = [side.strip() for side in text.split(arrow)]
        if len(sides) > 1:
            return (sides[0], sides[1]) if len(sides) == 2 and all(sides) else None
    return None


def _check_free_form(blocks: Iterable[Block], found: Findings) -> None:
    """A note without key points whose bullets carry level tags has its heading misspelt."""
    for block in blocks:
        for entry in block.entries:
            tag = _TAG.fullmatch(entry.text)
            if tag and level_of(tag[1]):
                what = "Key points stand under a heading that is not known."
                found.error("points_heading", block.line, what, "Call the heading `## Key points`.")
                return
