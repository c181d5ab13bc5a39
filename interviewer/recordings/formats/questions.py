"""Questions with the answer below, or beside in a record: Markdown headings, and JSON objects with a question and an answer.

The one rule: a reference answer or a mark beside an answer is nobody's speech.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from interviewer.models import Role
from interviewer.recordings.formats.prose import front_matter, is_footer
from interviewer.recordings.model import Aside, Cue, Recording
from interviewer.recordings.words import folded, load_words

ASKER, ANSWERER = "Q", "A"
ROLES: Mapping[str, Role] = MappingProxyType({ASKER: "interviewer", ANSWERER: "candidate"})
QUESTION_KEYS = (
    "question",
    "questions",
    "question_text",
    "q",
    "prompt",
    "interviewer",
    "asked",
    "问题",
    "题目",
    "面试题",
    "面试问题",
    "问",
    "面试官",
    "提问",
    "考题",
)
ANSWER_KEYS = (
    "answer",
    "candidate_answer",
    "user_answer",
    "student_answer",
    "answer_text",
    "a",
    "response",
    "reply",
    "transcript",
    "候选人回答",
    "回答",
    "作答",
    "答",
    "候选人",
    "答复",
    "candidate",
    "答案",
)
WHO_KEYS = (
    "candidate",
    "candidate_name",
    "name",
    "student",
    "applicant",
    "interviewee",
    "候选人",
    "候选人姓名",
    "姓名",
    "应聘者",
    "考生",
)
GROUP_KEYS = (
    "session",
    "session_id",
    "interview",
    "interview_id",
    "conversation_id",
    "candidate_id",
    "面试编号",
    "场次",
    "编号",
)
_HEADING = re.compile(r"^(#{1,6})[ \t]+(?P<text>.*?)[ \t]*#*$")
_BOLD = re.compile(r"^(?:\d{1,3}[.)、]?[ \t]*)?(?:\*\*|__)(?P<text>[^*_]{2,400})(?:\*\*|__)[ \t]*$")
_NUMBERED = re.compile(
    r"^(?:(?:Q|问题|题目|题)[ ._\-]?)?(?:第?\d{1,3}[题.)、：:]|Q\d{1,3}[.:：]?)[ \t]*(?P<text>\S.*)$"
)
_ASKS = re.compile(r"[?？]\s*$")
_ASKED_IN_KEY = re.compile(r"\bquestions?\b|问题|题目|题干")
_ANSWERED_IN_KEY = re.compile(r"\b(answers?|responses?|repl(y|ies))\b|回答|作答|答复|答案")
_EXPECTED = re.compile(
    r"reference|expected|model|sample|correct|ideal|score|_?id\b|type|count|time|参考|标准|正确|分|编号|类型|时间"
)


def sees(text: str) -> float:
    """How sure it is that `text` is headings that ask with answers below, 0 to 1."""
    found = _asked(text.split("\n"))
    asking = sum(bool(_ASKS.search(words)) or load_words().asks.search(folded(words)) is not None for _, words in found)
    return 0.0 if not found or asking * 3 < len(found) * 2 else min(1.0, 0.5 + 0.1 * asking)


def read(text: str) -> Recording:
    """Each heading that asks and what stands below it."""
    lines = text.split("\n")
    asked = dict(_asked(lines))
    begin = min(asked, default=len(lines))
    asides, title, at = front_matter(lines[:begin])
    cues: list[tuple[str, int, list[str]]] = []
    beside = False
    for n in range(begin, len(lines)):
        line = lines[n].strip()
        if n in asked:
            cues.append((ASKER, n + 1, [asked[n]]))
            beside = False
        elif is_footer(line):
            asides.extend(Aside(rest.strip(), "footer", k + 1) for k, rest in enumerate(lines[n:], n) if rest.strip())
            break
        elif _is_reference(line) or (beside and line):
            asides.append(Aside(line, "reference", n + 1))
            beside = True
        elif line and _HEADING.match(line):
            asides.append(Aside(line, "heading", n + 1))
        elif cues[-1][0] == ANSWERER:
            cues[-1][2].append(lines[n].rstrip())
        elif line:
            cues.append((ANSWERER, n + 1, [_answer(lines[n].rstrip())]))
    said = [(who, at, "\n".join(words).strip()) for who, at, words in cues]
    spoken = tuple(Cue(words, who, line=at) for who, at, words in said if words)
    return Recording(
        "questions_and_answers", spoken, tuple(asides), title=title, started_at=at, roles=ROLES, wrapped=False
    )


def _asked(lines: Sequence[str]) -> list[tuple[int, str]]:
    """(line, question) of every heading, bold line or number that asks, of the one kind that asks most often."""
    kinds: dict[str, list[tuple[int, str]]] = {}
    for n, line in enumerate(lines):
        plain = line.strip()
        if found := _HEADING.match(plain):
            kinds.setdefault(found[1], []).append((n, found["text"]))
        elif found := _BOLD.match(plain):
            kinds.setdefault("bold", []).append((n, found["text"]))
        elif (found := _NUMBERED.match(plain)) and _ASKS.search(plain):
            kinds.setdefault("number", []).append((n, found["text"]))
    rows = {kind: [(n, text.strip()) for n, text in found if text.strip()] for kind, found in kinds.items()}
    best = max(
        rows.values(), key=lambda found: (sum(bool(_ASKS.search(text)) for _, text in found), len(found)), default=[]
    )
    return [
        (n, _number_off(text))
        for n, text in best
        if len(best) < 2 or _ASKS.search(text) or load_words().asks.search(folded(text))
    ]


def _number_off(text: str) -> str:
    found = _NUMBERED.match(text)
    return found["text"].strip() if found else text


def _answer(line: str) -> str:
    return re.sub(r"^[ \t>*_-]*(?:A|Ans|Answer|答|回答)[ \t]*\d*[ \t*_]*[:：][ \t*_]*", "", line, count=1)


def _is_reference(line: str) -> bool:
    name, colon, _ = line.replace("：", ":").partition(":")
    return bool(colon) and folded(name.strip("*_#> -")) in load_words().references


def key_of(row: Mapping[str, Any], keys: Sequence[str]) -> str | None:
    """The first of `keys` that `row` has, as it is spelled there."""
    spelled = {folded(str(key)).replace(" ", "_"): key for key in row}
    return next((spelled[key] for key in keys if key in spelled), None)


def pair_keys(row: Mapping[str, Any]) -> tuple[str, str] | None:
    """The keys of question and answer in a record; None where it has not both."""
    asked = key_of(row, QUESTION_KEYS) or _holding(row, _ASKED_IN_KEY, ())
    beside = (asked,) if asked else ()
    named = [key for key in ANSWER_KEYS if key != "candidate" or folded(asked or "") == "interviewer"]
    answered = key_of(row, named) or _holding(row, _ANSWERED_IN_KEY, beside)
    return (asked, answered) if asked and answered and asked != answered else None


def _holding(row: Mapping[str, Any], words: re.Pattern[str], other_than: Sequence[str]) -> str | None:
    """The only key that names such a thing in other words: `Candidate's answer (typed)`, `面试问题内容`."""
    found = [
        key
        for key in row
        if key not in other_than and words.search(folded(str(key))) and not _EXPECTED.search(folded(str(key)))
    ]
    return found[0] if len(found) == 1 else None


def from_records(rows: Sequence[Mapping[str, Any]]) -> list[Recording]:
    """One recording for each candidate or interview that the records tell apart; what stands beside is a reference."""
    groups: dict[str, list[tuple[int, Mapping[str, Any]]]] = {}
    for n, row in enumerate(rows, 1):
        groups.setdefault(_group(row), []).append((n, row))
    return [_recording(own, number) for number, own in enumerate(groups.values(), 1)]


def _group(row: Mapping[str, Any]) -> str:
    keys = pair_keys(row)
    told = [key_of(row, GROUP_KEYS), key_of(row, WHO_KEYS)]
    return "\n".join(str(row[key]) for key in told if key and (not keys or key not in keys))


def _recording(rows: Sequence[tuple[int, Mapping[str, Any]]], number: int) -> Recording:
    cues: list[Cue] = []
    asides: list[Aside] = []
    who = ""
    for n, row in rows:
        keys = pair_keys(row)
        assert keys is not None
        for key, speaker in zip(keys, (ASKER, ANSWERER), strict=True):
            words = "" if row[key] is None else str(row[key]).strip()
            if words:
                cues.append(Cue(words, speaker, line=n))
        if (name := key_of(row, WHO_KEYS)) and name not in keys:
            who = who or str(row[name]).strip()
        beside = [f"{key}: {value}" for key, value in row.items() if key not in keys and value not in (None, "")]
        asides.extend(Aside(one, "reference", n) for one in beside)
    return Recording(
        "questions_and_answers", tuple(cues), tuple(asides), roles=ROLES, candidate=who, wrapped=False, number=number
    )
