"""Texts in which a name and a time stand above or before what was said: Tencent Meeting, Feishu Minutes, iFlytek, Tongyi
Tingwu, Otter, Teams and Zoom captions, Fathom, Rev, chat logs. The one rule: one layout a file, chosen by how many
lines bear it out, so that a time inside a sentence opens nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from interviewer.recordings.formats.clock import TIME, date_in, seconds
from interviewer.recordings.formats.labels import is_anonymous, is_sentence, tidy_name
from interviewer.recordings.formats.prose import front_matter, is_footer
from interviewer.recordings.model import Aside, Cue, Notice, Recording

_DATE = r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ \tT]+)?"
_RANGE = rf"(?P<time>{TIME})(?:[ \t]*(?:-->|[-–—~至])[ \t]*(?:{TIME}))?"
_OPEN, _CLOSE = r"[\[(（【［]", r"[\])）】］]"
_NAME = r"(?P<name>\S(?:[^\n]{0,78}\S)??)"
_LAYOUTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        # 面试官甲(00:00:03): 我们开始吧 · Speaker 1 (00:03): … · 张三（00:03）
        ("name_bracket", rf"^{_NAME}[ \t]*{_OPEN}[ \t]*(?P<date>{_DATE}){_RANGE}[ \t]*{_CLOSE}[ \t]*(?:(?P<colon>[:：])[ \t]*(?P<text>.*))?$"),
        # [00:03] Ann: … · 00:00:03 Ann: … · [00:03 - 00:07] Ann: …
        ("time_label", rf"^{_OPEN}?[ \t]*(?P<date>{_DATE}){_RANGE}[ \t]*{_CLOSE}?[ \t]*[-–—|]?[ \t]*(?P<name>[^\s:：][^\n:：]{{0,78}}?)[ \t]*[:：](?!\d)[ \t]*(?P<text>.*)$"),
        # Ann 00:03: … · Ann [00:03]: is name_bracket
        ("name_time_label", rf"^{_NAME}[ \t]+(?P<date>{_DATE}){_RANGE}[ \t]*[:：][ \t]+(?P<text>\S.*)$"),
        # 说话人 2 00:00:11.480 · Ann Lee  0:08 · [Ann Lee] 10:32:11 · 张三 2026-03-02 10:00:03
        ("name_time", rf"^{_NAME}[ \t]+(?P<date>{_DATE}){_RANGE}[ \t]*$"),
        # 0:03 - Ann Lee (Acme) · [00:00:02 - 00:00:07] SPEAKER_0 · 00:03 张三
        ("time_name", rf"^{_OPEN}?[ \t]*(?P<date>{_DATE}){_RANGE}[ \t]*{_CLOSE}?[ \t]*[-–—|]?[ \t]+{_NAME}[ \t]*$"),
    )
)  # fmt: skip
_ALONE = re.compile(rf"^{_OPEN}?[ \t]*(?P<time>{TIME})[ \t]*{_CLOSE}?$")
_MINUTES = re.compile(r"^\d+ (?:hours?|minutes?|seconds?)(?: \d+ (?:minutes?|seconds?))*[ \t]*")


class Head(NamedTuple):
    """A line that opens a stretch of speech; `took` is how many lines it is made of."""

    line: int
    name: str
    time_s: float
    at: datetime | None
    text: str
    took: int = 1


@dataclass(frozen=True)
class _Found:
    layout: str
    heads: list[Head]


def sees(text: str) -> float:
    """How sure it is that `text` has this shape, 0 to 1: the share of its paragraphs that a head opens."""
    lines = text.split("\n")
    heads = _heads(lines).heads
    if not heads:
        return 0.0
    if len(heads) == 1 and not is_anonymous(heads[0].name):
        return 0.1
    spoken = sum(bool(line.strip()) for line in lines[heads[0].line :])
    return min(1.0, 0.5 + len(heads) / max(1, spoken))


def read(text: str) -> Recording:
    """The cues under each head; what stands above the first one and what a program adds at the end apart."""
    lines = text.split("\n")
    heads = _heads(lines).heads
    asides, title, at = front_matter(lines[: heads[0].line])
    cues: list[Cue] = []
    first = heads[0]
    clock = first.at is not None or first.time_s > 6 * 3600
    origin = first.time_s if clock else 0.0
    for head, end in zip(heads, [*(head.line for head in heads[1:]), len(lines)], strict=True):
        asides.extend(
            Aside(line.strip(), "marker", n + 1)
            for n, line in enumerate(lines[head.line : head.line + head.took], head.line)
            if not head.text
        )
        last = end == len(lines)
        body = [(head.line + 1, head.text)] if head.text else []
        body += [(n + 1, lines[n].rstrip()) for n in range(head.line + head.took, end)]
        said = _without_footer(body, asides) if last else body
        words = "\n".join(line for _, line in said).strip("\n")
        start = head.time_s - origin
        cues.append(Cue(words.strip(), head.name, start if start >= 0 else start + 86_400, None, head.line + 1))
    silent = sum(not cue.text for cue in cues)
    notices = (Notice("silent_cues", {"n": silent}),) if silent else ()
    spoken = tuple(cue for cue in cues if cue.text)
    return Recording(
        "names_with_times",
        spoken,
        tuple(asides),
        title=title,
        started_at=first.at or at,
        notices=notices,
        wrapped=False,
    )


def _heads(lines: Sequence[str]) -> _Found:
    """The layout that the most lines bear out, and its heads."""
    best = _Found("", [])
    for layout, pattern in _LAYOUTS:
        heads = _plausible([head for n, line in enumerate(lines) if (head := _head(pattern, layout, n, line))], lines)
        if len(heads) > len(best.heads):
            best = _Found(layout, heads)
    two = _plausible(_two_lines(lines), lines)
    return _Found("two_lines", two) if len(two) > len(best.heads) else best


def _head(pattern: re.Pattern[str], layout: str, n: int, line: str) -> Head | None:
    if (":" not in line and "：" not in line) or (len(line) > 400 and layout in ("name_time", "time_name")):
        return None
    found = pattern.match(line.strip().lstrip("#*> "))
    if not found:
        return None
    name = tidy_name(found["name"].strip("[]【】［］:： "))
    time_s = seconds(found["time"])
    if not name or time_s is None or is_sentence(name) or name.replace(":", "").isdigit():
        return None
    words = found.groupdict().get("text") or ""
    at = date_in(f"{found['date']}{found['time']}") if found["date"] else None
    return Head(n, name, time_s, at, words.strip(" \t*_"))


def _two_lines(lines: Sequence[str]) -> list[Head]:
    """A name on a line of its own, the time alone on the next."""
    heads: list[Head] = []
    for n in range(len(lines) - 1):
        name, below = lines[n].strip().lstrip("#*> ").strip("*:： "), _MINUTES.sub("", lines[n + 1].strip())
        if not name or len(name) > 64 or is_sentence(name) or (n and lines[n - 1].strip()):
            continue
        if (found := _ALONE.match(below)) and (time_s := seconds(found["time"])) is not None:
            heads.append(Head(n, tidy_name(name), time_s, None, "", 2))
    return heads


def _plausible(heads: list[Head], lines: Sequence[str]) -> list[Head]:
    """Without lines that only look like a head: a name met once whose time does not fit between its neighbours', or
    that stands inside a paragraph where heads open one."""
    often = Counter(head.name for head in heads)
    opening = {head.line for head in heads if head.line == 0 or not lines[head.line - 1].strip()}
    mostly_open = len(opening) * 5 >= len(heads) * 4
    later: list[float | None] = [None] * len(heads)  # the time of the next head whose name comes again
    for n in range(len(heads) - 2, -1, -1):
        later[n] = heads[n + 1].time_s if often[heads[n + 1].name] > 1 else later[n + 1]
    kept: list[Head] = []
    for head, after in zip(heads, later, strict=True):
        alone = often[head.name] == 1 and not is_anonymous(head.name)
        if alone and ((kept and head.time_s < kept[-1].time_s) or (after is not None and head.time_s > after)):
            continue
        if alone and mostly_open and head.line not in opening and len(heads) > 2:
            continue
        kept.append(head)
    return kept


def _without_footer(body: list[tuple[int, str]], asides: list[Aside]) -> list[tuple[int, str]]:
    for n, (_, line) in enumerate(body):
        if is_footer(line):
            asides.extend(Aside(rest.strip(), "footer", at) for at, rest in body[n:] if rest.strip())
            return body[:n]
    return body
