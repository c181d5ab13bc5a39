"""One line of a source as what it says: text without marks, links, images, tags; and what stands in front of or behind a question.

Its rule: formulas, code and angle brackets of programs come through letter by letter; only marks of Markdown and HTML go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.token import Token

from knowledge.adopt.vocabulary import ANSWER_WORD, TAG
from knowledge.similarity import normalise

_LONGEST = 4000
"""Characters of one text that are parsed for links; a longer one is prose and is taken as it stands."""
_INLINE = MarkdownIt("commonmark", {"maxNesting": 20}).disable(["emphasis", "entity", "newline"])
_FORMULA = re.compile(
    r"\$\$[^$\n]{1,2000}\$\$|(?<![\\$\w])\$(?![\s$\d][^$\n]{0,40}[\s，。,.]\$?)(?!\s)(?:[^$\n\\]|\\.){1,500}(?<![\s\\])\$(?![\d$])|\\\((?:.{1,500}?)\\\)"
)
_WIKI = re.compile(r"!?\[\[([^\[\]|#\n]{1,200})(#[^\[\]|\n]{0,200})?(?:\|([^\[\]\n]{1,200}))?\]\](?!\()")
_BROKEN_LINK = re.compile(
    r"\[(?P<text>[^\[\]\n]{1,500})\]\((?P<target>[^()<>\n]{1,400}(?:\([^()\n]{0,200}\)[^()<>\n]{0,200})?)\)"
)
_SPECIAL = re.compile(r"[\[\]*_`<>!~\\&$]")
_BOLD = re.compile(r"\*\*(?=\S)((?:(?!\*\*).)+?)(?<=\S)\*\*|(?<![\w_])__(?=\S)((?:(?!__).)+?)(?<=\S)__(?![\w_])")
_ITALIC = re.compile(
    r"(?<![\w*\\])\*(?=[^\s*])((?:[^*\n])+?)(?<=[^\s*])\*(?![\w*])|(?<![\w_\\])_(?=[^\s_])([^_\n]+?)(?<=[^\s_])_(?![\w_])"
)
_WHOLE_BOLD = re.compile(r"(?:[^\w*]|\[[ xX]?\])*(\*\*|__)(?=\S)(?:(?!\1).)+\1(?:[\s:：]|[^\w\s*])*")
_ANCHOR_TAG = re.compile(r"<a\b[^<>]*?\bhref\s*=\s*[\"']?([^\"'\s<>]+)[\"']?[^<>]*>(.*?)</a\s*>", re.IGNORECASE)
_ANY_TAG = re.compile(
    r"</?(?:a|br|b|strong|i|em|u|sup|sub|span|font|p|div|kbd|img|small|big|del|s|summary|details|center|mark|ins)\b[^<>]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_STRUCK = re.compile(
    r"(?:[^\w~]|\[[ xX]\])*(?:~~.+~~|<(?:del|s|strike)\b[^>]*>.+</(?:del|s|strike)\s*>)\W*", re.IGNORECASE | re.DOTALL
)
_SHORTCODE = re.compile(r":(?:[a-z0-9_+-]{2,30}):")
_ICON = r"[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U0001f000-\U0001faff★☆]"
_LEAD = re.compile(
    rf"^(?:\s|{_ICON}|\[[ xX]?\](?!\()|[•·◦▪►»]|(?:\\?[*+-]\s))+"
    r"|^#{1,6}\s+"
    r"|^(?:\d{1,4}(?:\.\d{1,3}){0,3}\s*[.、)）:：｜|．]\s*(?!\d)|\d{1,3}(?:\.\d{1,3}){1,3}\s+|[（(]\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[)）]\s*|[①-⑳]\s*|[一二三四五六七八九十]{1,3}\s*[、.．]\s*)"
    r"|^(?:面试官|interviewer)\s*[:：]\s*|^[【\[](?:题目|问题|试题|面试题)\s*\d{0,3}[】\]](?!\()\s*"
    r"|^q(?:uestion)?\.?\s*#?\s*\d{0,4}\s*[:：.)、｜-]\s*|^q\d{1,4}\s+|^第\s*[\d一二三四五六七八九十百]{1,4}\s*[题问]\s*[:：.、]?\s*|^(?:问题|题目|面试题|问)\s*[\d一二三四五六七八九十]{0,3}\s*[:：.、)]\s*|^(?:问题|题目)\s*\d{1,3}\s+",
    re.IGNORECASE,
)
_LEAD_NUMBER = re.compile(
    r"^\d{1,3}(?=\s+\S)(?!\s*(?:[+\-*/=%]|个|种|年|月|天|位|层|台|倍|万|亿|ways?|types?|worst|best|main|key|things|reasons|steps)\b)\s+"
)
_BRACKET_LEAD = re.compile(r"^[`*]*[\[【(（]\s*([^\[\]【】()（）]{1,20}?)\s*[\]】)）][`*]*\s*(?![(（])")
_BRACKET_TAIL = re.compile(r"\s*[`*]*[\[【(（]\s*([^\[\]【】()（）]{1,24}?)\s*[\]】)）][`*]*\s*$")
_DASH_TAIL = re.compile(r"\s+[-–—|·]\s*([^-–—|]{1,12})\s*$")
_PRIORITY_LEAD = re.compile(r"^(?:P[0-4]|L[1-9])\s*[:：｜|·-]\s*")
_TAIL = re.compile(rf"(?:\s|{_ICON}|\*{{3}}(?=\s*$)|[👉👈⬆↑])+$")
_BACK_LINK = re.compile(
    r"\s*(?:\[?\[?\s*(?:↑|⬆|⬆️|↥|▲|back to top|回到顶部|返回目录|top|toc)\s*\]?\]?(?:\([^)]*\))?)\s*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    target: str


@dataclass(frozen=True, slots=True)
class Said:
    """A text without marks. `images` are Markdown of the pictures in it; `note` is the link that leads to its answer."""

    text: str
    links: tuple[Link, ...] = ()
    images: tuple[str, ...] = ()
    bold: bool = False
    struck: bool = False
    tags: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """Where its answer stands: the first link to something else than a place on this page, or ""."""
        return next((link.target for link in self.links if not link.target.startswith("#")), "")


def say(raw: str, references: Mapping[str, str] | None = None) -> Said:
    """What `raw` says. Line breaks stay where a paragraph had them or `<br>` stood."""
    struck = bool(("~~" in raw or "<" in raw) and _STRUCK.fullmatch(raw))
    bold = bool(("**" in raw or "__" in raw) and _WHOLE_BOLD.fullmatch(raw))
    if not _SPECIAL.search(raw):
        return Said(raw.strip())
    kept: list[str] = []
    text = _FORMULA.sub(lambda m: _keep(m[0], kept), raw) if "$" in raw or "\\(" in raw else raw
    text = _BREAK.sub("\n", text) if "<" in text else text
    links: list[Link] = []
    images: list[str] = []
    if "[[" in text:
        text = _WIKI.sub(lambda m: _wiki(m, links, images), text)
    if "<" in text:
        text = _ANCHOR_TAG.sub(lambda m: f"[{m[2]}](<{m[1]}>)", text)
    text = _parsed(text, references or {}, links, images, kept)
    text = _ANY_TAG.sub("", text) if "<" in text else text
    text = _unmarked(text)
    for place in range(len(kept) - 1, -1, -1):
        text = text.replace(chr(0xE100 + place), kept[place]) if place < 1000 else text
    lines = (re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in text.split("\n"))
    return Said("\n".join(line for line in lines if line), tuple(links), tuple(images), bold, struck)


def question_of(said: Said) -> Said:
    """`said` without number, task box, stars and tags around it; a link that only says "answer" gives its target, not its words."""
    text, tags = said.text, list(said.tags)
    for link in said.links:
        if link.text and ANSWER_WORD.fullmatch(link.text):
            text = re.sub(rf"\s*[(（\[【]?\s*{re.escape(link.text)}\s*[)）\]】]?", " ", text, count=1)
        elif link.text and text.rstrip().endswith(link.text):
            before = text.rstrip()[: -len(link.text)]
            if normalise(before) and normalise(before) == normalise(link.text):
                text = before
    text = _BACK_LINK.sub("", text.strip())
    text = _SHORTCODE.sub(" ", text) if ":" in text else text
    text = _without_lead(text, tags)
    text = _without_tail(text, tags)
    if (text.startswith("**") and text.count("**") % 2) or re.search(
        r"(?<![\w*)])\*{1,3}$|(?<=[?？.。])\*{1,3}$", text
    ):
        text = text.strip("*").strip()
    return Said(text, said.links, said.images, said.bold, said.struck, tuple(tags))


def title_of(said: Said) -> str:
    """`said` as a title on one line, without its number and signs; the number of a chapter is read elsewhere."""
    text = one_line(_BACK_LINK.sub("", said.text))
    text = _SHORTCODE.sub(" ", text) if ":" in text else text
    return _TAIL.sub("", re.sub(rf"^(?:\s|{_ICON}|#)+", "", text)).strip(" ：:")


def picture(words: str, target: str) -> str:
    """A picture as Markdown; a target with blanks or brackets stands in angle brackets."""
    return f"![{words}](<{target}>)" if re.search(r"[\s()]", target) else f"![{words}]({target})"


def one_line(text: str) -> str:
    """`text` with line breaks closed up between full-width characters, and as a space elsewhere."""
    closed = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    return re.sub(r"\s+", " ", closed).strip()


def _without_lead(text: str, tags: list[str]) -> str:
    for _ in range(8):
        before = text
        text = _LEAD.sub("", text, count=1)
        text = _LEAD_NUMBER.sub("", text, count=1) if text == before else text
        if match := _PRIORITY_LEAD.match(text):
            tags.append(match[0].strip(" :：｜|·-"))
            text = text[match.end() :]
        if (match := _BRACKET_LEAD.match(text)) and TAG.fullmatch(match[1]):
            tags.append(match[1])
            text = text[match.end() :]
        if text == before:
            break
    return text.strip()


def _without_tail(text: str, tags: list[str]) -> str:
    for _ in range(6):
        before = text
        text = _TAIL.sub("", text)
        for pattern in (_BRACKET_TAIL, _DASH_TAIL):
            if (match := pattern.search(text)) and TAG.fullmatch(match[1]):
                tags.append(match[1])
                text = text[: match.start()]
        if text == before:
            break
    return text.strip()


def _keep(text: str, kept: list[str]) -> str:
    if len(kept) >= 1000:
        return text
    kept.append(text)
    return chr(0xE100 + len(kept) - 1)


def _wiki(match: re.Match[str], links: list[Link], images: list[str]) -> str:
    target, words = match[1].strip(), (match[3] or match[1]).strip()
    if match[0].startswith("!"):
        images.append(picture(words, target))
        return ""
    links.append(Link(words, f"[[{target}]]"))
    return words


def _parsed(text: str, references: Mapping[str, str], links: list[Link], images: list[str], kept: list[str]) -> str:
    """`text` with its Markdown links, images and code read; emphasis is left to `_unmarked`."""
    if len(text) > _LONGEST or not re.search(r"[\[`<\\!]", text):
        return text
    env: dict[str, Any] = {
        "references": {normalizeReference(k): {"href": v, "title": ""} for k, v in references.items()}
    }
    tokens = _INLINE.parseInline(text, env)[0].children or []
    return _broken(_flat(tokens, links, images, kept), links)


def _flat(tokens: Sequence[Token], links: list[Link], images: list[str], kept: list[str]) -> str:
    out: list[str] = []
    opened: list[tuple[int, str]] = []
    for token in tokens:
        match token.type:
            case "code_inline":
                mark = "``" if "`" in token.content else "`"
                out.append(_keep(f"{mark}{token.content}{mark}", kept))
            case "softbreak" | "hardbreak":
                out.append("\n")
            case "link_open":
                opened.append((len(out), unquote(str(token.attrs.get("href", "")))))
            case "link_close" if opened:
                begin, target = opened.pop()
                links.append(Link(_revealed("".join(out[begin:]), kept).strip(" *_"), target))
            case "image":
                images.append(picture(token.content, unquote(str(token.attrs.get("src", "")))))
            case "text_special":
                out.append(_keep(token.content, kept))
            case _:
                out.append(token.content)
    return "".join(out)


def _revealed(text: str, kept: Sequence[str]) -> str:
    return "".join(kept[ord(c) - 0xE100] if 0xE100 <= ord(c) < 0xE100 + len(kept) else c for c in text)


def _broken(text: str, links: list[Link]) -> str:
    """Links whose target holds blanks or backslashes, which CommonMark does not read."""

    def read(match: re.Match[str]) -> str:
        links.append(Link(match["text"].strip(" *_"), unquote(match["target"].strip())))
        return match["text"]

    return _BROKEN_LINK.sub(read, text) if "](" in text else text


def _unmarked(text: str) -> str:
    text = _BOLD.sub(lambda m: m[1] or m[2], text) if "**" in text or "__" in text else text
    text = _ITALIC.sub(lambda m: m[1] or m[2], text) if "*" in text or "_" in text else text
    text = text.replace("~~", "") if "~~" in text else text
    return unescape(text) if "&" in text else text
