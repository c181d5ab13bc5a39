"""Before parsing: Markdown as people write it, brought to where a CommonMark parser reads what they meant.

Its rule: lines are parted, never joined or reordered, and every line that comes out knows the source line it came from.
What is taken out (comments, front matter, link targets, tags) is written down with its role, so that nothing is lost unseen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

Taken = Literal["comment", "front_matter", "contents", "target", "layout", "too_long", "too_deep"]

LONGEST_LINE = 20_000
"""Characters; a longer line is not read: no question is that long, and a parser's time grows with it."""
OPEN, SUMMARY, CLOSE = "\ue000", "\ue001", "\ue002"
"""Lines that stand for `<details>`, a summary (its number follows) and `</details>`."""
_MOST_RESTARTS = 3
_DEEP = re.compile(r"[ \t]*(?:>[ \t]?|[-*+][ \t]+|\d{1,9}[.)][ \t]+){30}")
"""So many quotes or items in one line are no way to write a question; a parser ends before them."""
_FENCE = re.compile(r"^(?P<lead>(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*)(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
_ATX = re.compile(r"^\s{0,3}#{1,6}\s", re.MULTILINE)
_GLUED_HEADING = re.compile(
    r"^(\s{0,3}#{1,6})(?!(?:include|define|if|ifdef|ifndef|endif|else|elif|pragma|undef|import|region|error|line|warning)\b)(?=[^#\s!\[])"
)
_DASHES = re.compile(r"^\s{0,3}-{2,}\s*$")
_ENUM = re.compile(
    r"^[ \t]*(?:\*\*)?(?:"
    r"[（(]\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3}|[a-zA-Z])\s*[)）](?!\s*[=+*/<>;{])"
    r"|\d{1,3}\s*[、）](?=\S|\s+\S)|\d{1,9}[.)]\s+\S|\d{1,3}．|[①-⑳]|[一二三四五六七八九十]{1,3}\s*、"
    r"|:(?:one|two|three|four|five|six|seven|eight|nine|ten|keycap_ten):"
    r"|(?:Q|q|问|问题|题目?)\s*\d{0,3}\s*[:：.、]|(?:A|a|答)\s*\d{0,3}\s*[:：]"
    r"|第\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[题问]"
    r")"
)
_GLUED_NUMBER = re.compile(
    r"^([ \t]*)(\d{1,3})([.．])(?=[^\s\d.．)])(?!(?:js|ts|md|py|x|css|html?|net|json|go|txt)\b)", re.IGNORECASE
)
_BOLD_LINE = re.compile(r"^[ \t]*(?:#+\s*)?(\*\*|__)(?=\S)(?:(?!\1).)+\1[ \t]*[:：]?[ \t\W]*$")
_BOLD_LABEL = re.compile(r"^[ \t]*(\*\*|__)[^*_\n]{1,30}\1[ \t]*[:：]|^[ \t]*(\*\*|__)[^*_\n]{1,30}[:：]\2")
_TARGET = re.compile(r"^\s{0,3}\[(?P<label>(?!\^)[^\]\[]{1,200})\]:\s*<?(?P<href>[^\s>]+)>?(?:\s+[\"'(].*[\"')])?\s*$")
_CONTENTS = re.compile(r"^\s*(?:\[\[?toc\]\]?|\{:toc\}|\[\[_toc_\]\])\s*$", re.IGNORECASE)
_DETAILS = re.compile(r"<details\b[^>]*>|</details\s*>|<summary\b[^>]*>|</summary\s*>", re.IGNORECASE)
_HEADING_TAG = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.IGNORECASE)
_BOLD_TAG = re.compile(r"</?(?:b|strong)\b[^<>]*>", re.IGNORECASE)
_CODE_TAG = re.compile(r"<(code|kbd|tt)\b[^<>]*>([^`<]*)</\1\s*>", re.IGNORECASE)
_ITEM_TAG = re.compile(r"^([ \t]*)<li\b[^<>]*>(.*?)(?:</li\s*>)?\s*$", re.IGNORECASE)
_IMAGE_TAG = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_OTHER_TAG = re.compile(
    r"</?(?:p|div|center|span|font|u|i|em|small|big|sup|sub|ul|ol|li|table|thead|tbody|tr|td|th|hr|picture|source|section|article"
    r"|header|footer|nav|main|blockquote|pre|figure|figcaption|ins|mark|dl|dt|dd|iframe|video|button|label|svg)\b[^<>]*/?>",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"(?:\s|<br\s*/?>|&nbsp;|&emsp;|\u00a0|\u3000)+", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"(?:^|\s)(src|alt)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)


@dataclass(slots=True)
class Tidied:
    """`lines[i]` came from source line `origin[i]`; `clean[n]` is source line n without tags, for moving text as it stands."""

    lines: list[str] = field(default_factory=list[str])
    origin: list[int] = field(default_factory=list[int])
    clean: dict[int, str] = field(default_factory=dict[int, str])
    taken: dict[int, Taken] = field(default_factory=dict[int, Taken])
    summaries: list[list[tuple[int, str]]] = field(default_factory=list[list[tuple[int, str]]])
    references: dict[str, str] = field(default_factory=dict[str, str])
    blank: set[int] = field(default_factory=set[int])
    """Source lines that hold nothing."""
    fenced: list[bool] = field(default_factory=list[bool])
    """For each line whether it stands in a code block or a comment, where no cut may fall."""

    def put(self, text: str, line: int, *, fenced: bool = False) -> None:
        self.lines.append(text)
        self.origin.append(line)
        self.fenced.append(fenced)

    def part(self, line: int) -> None:
        """A blank line, so that what follows begins a block of its own."""
        if self.lines and self.lines[-1].strip():
            self.put("", line)


def tidy(source: Sequence[str], label: Callable[[str], bool]) -> Tidied:
    """`source` are the lines of a file, the first one being line 1; `label` tells whether a short line is a known label."""
    done = Tidied(blank={number for number, line in enumerate(source, 1) if not line.strip()})
    start = _front_matter(source, done)
    headings = any(_ATX.match(line) for line in source[start:])
    fences = _fences(source, start)
    number = start
    while number < len(source):
        number = _one(source, number, done, fences, headings=headings, label=label)
    return done


def without_tags(text: str) -> str:
    """`text` with HTML of layout taken out, bold and code tags as Markdown, images as Markdown images; `<int>` and the like stay."""
    if "<" not in text or len(text) > 4000:
        return text
    text = _HEADING_TAG.sub(lambda m: f"{'#' * int(m[1])} {m[2]}", text)
    text = _ITEM_TAG.sub(r"\1- \2", text)
    text = _CODE_TAG.sub(r"`\2`", text)
    pieces = re.split(r"(`+[^`]*`+)", text)
    for place in range(0, len(pieces), 2):
        piece = _IMAGE_TAG.sub(_image, pieces[place])
        piece = _BOLD_TAG.sub("**", piece)
        pieces[place] = _OTHER_TAG.sub("", _DETAILS.sub("", piece)).replace("****", "")
    return "".join(pieces)


def _image(match: re.Match[str]) -> str:
    found = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(match[0])}
    return f"![{found.get('alt', '')}](<{found['src']}>)" if found.get("src") else ""


def _front_matter(source: Sequence[str], done: Tidied) -> int:
    if not source or source[0].rstrip() != "---":
        return 0
    for number in range(1, min(len(source), 200)):
        if source[number].rstrip() in ("---", "..."):
            if not any(re.match(r"^[\w-]+\s*:", line) for line in source[1:number]):
                return 0
            for line in range(number + 1):
                done.taken[line + 1] = "front_matter"
            return number + 1
    return 0


def _fences(source: Sequence[str], start: int) -> dict[int, int]:
    """Where code blocks open, to the line that closes each; one that is never closed is no code block."""
    found: dict[int, int] = {}
    ignored: set[int] = set()
    number, opened, mark = start, -1, ""
    while number < len(source) or opened >= 0:
        if number >= len(source):
            ignored.add(opened)
            if len(ignored) > _MOST_RESTARTS:
                return found
            number, opened = opened + 1, -1
            continue
        line = source[number]
        if opened < 0:
            match = _FENCE.match(line) if ("```" in line or "~~~" in line) and number not in ignored else None
            if match:
                opened, mark = number, match["mark"]
            elif line.strip() == "$$" and number not in ignored:
                opened, mark = number, "$$"
        elif (mark == "$$" and line.strip().endswith("$$")) or (
            mark != "$$" and re.match(rf"^[\s>]*{re.escape(mark[0])}{{{len(mark)},}}\s*(?:</\w+>)*\s*$", line)
        ):
            found[opened], opened = number, -1
        number += 1
    return found


def _one(
    source: Sequence[str],
    number: int,
    done: Tidied,
    fences: dict[int, int],
    *,
    headings: bool,
    label: Callable[[str], bool],
) -> int:
    """Take in the line at index `number` (and those that belong to it); the index of the next one."""
    line = source[number]
    if number in fences:
        return _code(source, number, fences[number], done)
    if len(line) > LONGEST_LINE or _DEEP.match(line):
        done.taken[number + 1] = "too_deep" if _DEEP.match(line) else "too_long"
        done.put("", number + 1)
        return number + 1
    if "<!--" in line:
        closed = _comment(source, number, done)
        if closed:
            return closed
        line = re.sub(r"<!--.*?-->", "", line)
        if not line.strip():
            done.taken[number + 1] = "comment"
            done.put("", number + 1)
            return number + 1
    if _DETAILS.search(line):
        return _details(source, number, done, fences)
    line = without_tags(line)
    if _BLANKS.fullmatch(line):
        line = ""
    done.clean[number + 1] = line
    if not line.strip() and source[number].strip():
        done.taken[number + 1] = "layout"
    if _CONTENTS.match(line):
        done.taken[number + 1] = "contents"
        line = ""
    elif match := _TARGET.match(line):
        done.references[match["label"]] = match["href"]
        done.taken[number + 1] = "target"
        line = ""
    _put_text(line, number + 1, done, headings=headings, label=label)
    return number + 1


def _put_text(line: str, number: int, done: Tidied, *, headings: bool, label: Callable[[str], bool]) -> None:
    bare = line.strip()
    if not bare:
        done.put("", number)
        return
    before = done.lines[-1] if done.lines else ""
    if bare[0] in "|>" or (before.strip()[:1] == "|" and "|" in bare):
        done.put(line, number)
        return
    if "#" in line[:10]:
        line = _GLUED_HEADING.sub(r"\1 ", line)
    line = _GLUED_NUMBER.sub(r"\1\2. ", line)
    starts = bool(_ENUM.match(line))
    bold = bool(_BOLD_LINE.match(line)) and not re.match(r"^\s*[-*+]\s", line)
    labelled = bool(_BOLD_LABEL.match(line)) or (len(bare) < 400 and label(bare))
    if starts or bold or labelled or (headings and _DASHES.match(line)):
        done.part(number)
    done.put(line, number)
    if bold or (labelled and bare[-1] in ":："):
        done.put("", number)


def _code(source: Sequence[str], opened: int, closed: int, done: Tidied) -> int:
    """A code block as it is; a `$$` block of a formula is fenced, so that nothing in it is read as Markdown."""
    formula = source[opened].strip() == "$$"
    for number in range(opened, closed + 1):
        line = source[number]
        if len(line) > LONGEST_LINE:
            done.taken[number + 1] = "too_long"
            line = ""
        done.clean[number + 1] = line
        if formula and number in (opened, closed):
            indent = source[opened][: len(source[opened]) - len(source[opened].lstrip())]
            line = f"{indent}~~~~~~~~"
        if number == closed:
            line = re.sub(r"(?:</\w+>)+\s*$", "", line)
        done.put(line, number + 1, fenced=number > opened)
    return closed + 1


def _comment(source: Sequence[str], number: int, done: Tidied) -> int:
    """Take out a comment that goes over several lines; 0 where it ends on its own line, or never."""
    line = source[number]
    begin = line.rfind("<!--")
    if "-->" in line[begin:]:
        return 0
    for end in range(number + 1, min(len(source), number + 2000)):
        if "-->" in source[end]:
            for taken in range(number, end + 1):
                done.taken[taken + 1] = "comment"
                done.put("", taken + 1, fenced=taken > number)
            kept = (line[:begin].strip(), source[end].partition("-->")[2].strip())
            if any(kept):
                done.taken.pop(number + 1 if kept[0] else end + 1)
                done.put("".join(kept), number + 1 if kept[0] else end + 1)
            return end + 1
    return 0


def _details(source: Sequence[str], number: int, done: Tidied, fences: dict[int, int]) -> int:
    """A line with tags of a fold-out part: each tag and each text between them becomes a block of its own."""
    line, at = source[number], number + 1
    indent = line[: len(line) - len(line.lstrip(" \t"))]
    done.clean[at] = without_tags(line)
    if not done.clean[at].strip(" \t*"):
        done.taken[at] = "layout"
    place, end = 0, number
    for match in _DETAILS.finditer(line):
        if match.start() < place:
            continue
        _between(line[place : match.start()], indent, at, done)
        tag, place = match[0].lower(), match.end()
        if tag.startswith("<details"):
            _mark(f"{indent}{OPEN}", at, done)
        elif tag.startswith("</details"):
            _mark(f"{indent}{CLOSE}", at, done)
        elif tag.startswith("<summary"):
            found, end, rest = _summary(source, number, place, fences)
            done.summaries.append(found)
            _mark(f"{indent}{SUMMARY}{len(done.summaries) - 1}", at, done)
            for inside, text in found[1:]:
                done.clean[inside] = text
            if end > number:
                done.clean.setdefault(end + 1, without_tags(rest))
                _between(rest, indent, end + 1, done)
                return end + 1
            place = len(line) - len(rest)
    _between(line[place:], indent, at, done)
    return end + 1


def _summary(
    source: Sequence[str], number: int, place: int, fences: dict[int, int]
) -> tuple[list[tuple[int, str]], int, str]:
    """The lines of a summary that opens at `place`, the index of its last line, and what follows there.

    A code block in a summary ends it: it is read as the first thing that folds out.
    """
    found: list[tuple[int, str]] = []
    text = source[number][place:]
    for end in range(number, min(len(source), number + 40)):
        inside, closing, rest = _cut_summary(text)
        found.append((end + 1, without_tags(inside)))
        if closing:
            return [(line, words) for line, words in found if words.strip()] or found[:1], end, rest
        if end + 1 in fences:
            return [(line, words) for line, words in found if words.strip()] or found[:1], end, ""
        text = source[end + 1] if end + 1 < len(source) else ""
    inside = source[number][place:]
    return [(number + 1, without_tags(inside))], number, ""


def _cut_summary(text: str) -> tuple[str, bool, str]:
    match = re.search(r"</summary\s*>", text, re.IGNORECASE)
    return (text[: match.start()], True, text[match.end() :]) if match else (text, False, "")


def _between(text: str, indent: str, line: int, done: Tidied) -> None:
    kept = without_tags(text).strip()
    if kept.strip("* \t") and not re.fullmatch(r"(?:<br\s*/?>|\*|\s)+", kept, re.IGNORECASE):
        done.part(line)
        done.put(f"{indent}{kept}", line)


def _mark(text: str, line: int, done: Tidied) -> None:
    done.part(line)
    done.put(text, line)
    done.put("", line)
