"""The sections of a note's file that links name: by heading as GitHub, GitLab and Obsidian do, by `{#id}`, by `<a id=…>`.

Its rule: a section reaches to the next heading of its own depth or above. Headings of a note's parts (answer, key points)
never end one, so that questions and answers may stand on one level.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.ids import Ids
from knowledge.links import is_address
from knowledge.markdown import read_blocks
from knowledge.notes import part_of
from knowledge.similarity import normalise

_GIVEN = re.compile(r"\s*\{:?\s*#([^\s{}]+)[^{}]*\}\s*$")
_OBSIDIAN = re.compile(r"\s+\^([\w-]+)\s*$")
_TAG = re.compile(r"<(?:a|span|div|p)\b[^<>]*?\b(?:id|name)\s*=\s*[\"']?([^\s\"'<>]+)[\"']?[^<>]*>(?:\s*</(?:a|span|div|p)>)?", re.IGNORECASE)  # fmt: skip
_ANY_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_WIKI = re.compile(r"\[\[(.+?)(?:\|.*)?\]\]")


@dataclass(frozen=True, slots=True)
class Part:
    """One section: the anchor it goes by, its title, and the lines it covers, counted from 1, both included."""

    anchor: str
    title: str
    first: int
    last: int
    depth: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The sections of one text. `named` holds every way of naming one."""

    lines: Sequence[str]
    headed: Sequence[Part]
    named: Mapping[str, Part]
    alike: Mapping[str, Part]

    def find(self, anchor: str) -> Part | None:
        """The section that `anchor` names: exactly, else but for case and marks, else by its title."""
        return self.named.get(anchor) or self.named.get(slug(anchor)) or self.alike.get(normalise(anchor))

    def text(self, part: Part) -> str:
        """Its Markdown, the heading without the marks that name it."""
        head = _OBSIDIAN.sub("", _GIVEN.sub("", _TAG.sub("", self.lines[part.first - 1])))
        lines = [head.rstrip(), *self.lines[part.first : part.last]]
        while len(lines) > 1 and _bare(lines[-1]):
            lines.pop()
        return "\n".join(lines)

    def whole(self, part: Part) -> bool:
        """Whether nothing but blank lines stands outside of `part`."""
        outside = (*self.lines[: part.first - 1], *self.lines[part.last :])
        return all(map(_bare, outside))

    def empty(self, part: Part) -> bool:
        """Whether nothing stands under its heading."""
        return bool(part.depth) and all(map(_bare, self.lines[part.first : part.last]))


def anchor_of(link: str | None) -> str:
    """What a link names inside of its file; "" for the file itself and for addresses. `[[note#A#B]]` means B."""
    if not link or is_address(link):
        return ""
    wiki = _WIKI.fullmatch(link)
    if wiki:
        return wiki[1].rpartition("#")[2].strip().lstrip("^") if "#" in wiki[1] else ""
    return link.partition("#")[2].strip()


def slug(title: str) -> str:
    """A heading's anchor as GitHub makes it: small letters, marks left out, a hyphen for each blank."""
    kept = (c for c in title.strip().lower() if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).replace(" ", "-")


def parts_of(text: str, skipped: int = 0) -> Parts:
    """The sections of `text`; `skipped` lines at its top (a front matter) belong to none."""
    lines = text.split("\n")
    lines[:skipped] = [""] * skipped
    heads = [b for b in read_blocks("\n".join(lines)) if b.kind == "heading"]
    titles = [_OBSIDIAN.sub("", _GIVEN.sub("", _ANY_TAG.sub("", b.text))).strip() for b in heads]
    sources = [title for title in titles if part_of(title) == "sources"]
    named: dict[str, Part] = {}
    headed: list[Part] = []
    ids = Ids()
    for at, (block, title) in enumerate(zip(heads, titles, strict=True)):
        end = len(lines)
        for n in range(at + 1, len(heads)):
            other, name = heads[n], titles[n]
            kind = part_of(name)
            inner = (
                kind and other.depth == block.depth and not part_of(title) and (kind != "sources" or len(sources) > 1)
            )
            if other.depth <= block.depth and not inner:
                end = other.line - 1
                break
        made = ids.take(slug(title), f"{slug(title)}-")
        given = _GIVEN.search(lines[block.line - 1]) or _OBSIDIAN.search(lines[block.line - 1])
        part = Part(given[1] if given else made, title, block.line, end, block.depth)
        headed.append(part)
        named.setdefault(made, part)
        named[part.anchor] = part
    for name, part in _placed(lines, headed):
        named[name] = part
    alike: dict[str, Part] = {}
    for name, part in (*named.items(), *((part.title, part) for part in headed)):
        if key := normalise(name):
            alike.setdefault(key, part)
    return Parts(lines, headed, named, alike)


def unlinked(parts: Parts, linked: Collection[int]) -> list[Part]:
    """The headings as deep as one of the linked ones, each known by the line it begins on, that are in none of them and hold
    none."""
    used = [part for part in parts.headed if part.first in linked]
    depths = {part.depth for part in used}
    used += [part for part in parts.named.values() if part.first in linked]
    apart: list[Part] = []
    covered = 0
    spans = sorted((part.first, part.last) for part in used)
    at = 0
    for part in parts.headed:
        while at < len(spans) and spans[at][0] <= part.first:
            covered = max(covered, spans[at][1])
            at += 1
        holds = at < len(spans) and spans[at][0] <= part.last
        if part.depth in depths and part.first > covered and not holds:
            apart.append(part)
    return apart


def _placed(lines: Sequence[str], headed: Sequence[Part]) -> Iterator[tuple[str, Part]]:
    """What `<a id=…>` names: the heading it stands in, just before or just below; else the lines up to the next one."""
    marks = list(_marks(lines))
    if not marks:
        return
    before, after = _neighbours(lines)
    starts = {part.first: part for part in headed}
    firsts = [part.first for part in headed]
    free = [line for _, line in marks if line not in starts and after[line] not in starts]
    for name, line in marks:
        if own := starts.get(line) or starts.get(after[line]):
            yield name, replace(own, anchor=name)
            continue
        above = bisect_right(firsts, line)
        following = bisect_right(free, line)
        stops = [free[following] - 1] if following < len(free) else []
        if below := starts.get(before[line]):
            yield name, replace(below, anchor=name, last=min([below.last, *stops]))
            continue
        stops.append(headed[above].first - 1 if above < len(headed) else len(lines))
        yield name, Part(name, "", line, max(line, min(stops)), 0)


def _marks(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Every name that a tag gives, and its line; none of code."""
    fence = ""
    for number, line in enumerate(lines, 1):
        mark = _FENCE.match(line)
        if mark and (not fence or fence == mark[1]):
            fence = "" if fence else mark[1]
        elif not fence and "<" in line and len(line) < 2000:
            for found in _TAG.finditer(line):
                yield found[1], number


def _bare(line: str) -> bool:
    """Whether a line holds nothing but tags."""
    return not _ANY_TAG.sub("", line).strip()


def _neighbours(lines: Sequence[str]) -> tuple[Sequence[int], Sequence[int]]:
    """For each line (from 1) the last one above that holds more than tags, and the first one below where it does not itself; 0
    for none."""
    bare = [True, *map(_bare, lines)]
    before, after = [0] * (len(lines) + 1), [0] * (len(lines) + 1)
    last = 0
    for line in range(1, len(lines) + 1):
        before[line] = last
        last = last if bare[line] else line
    following = 0
    for line in range(len(lines), 0, -1):
        after[line] = following if bare[line] else 0
        following = following if bare[line] else line
    return before, after
