"""Judging by reference (assess/v2): the model points at numbered clauses, code quotes them.

The one rule: the model types no word of evidence, so none can be invented. Its reply is one line, `k1=c3 k2=p5-6 k3=- m1=4
answer`: for each open key point a letter with a clause, or with the first and last of a run; then the misconceptions that
were voiced; then the kind of turn. Where a server has no grammar for a line, the same words come as the values of a JSON
object; both are read into one mapping from id to word and checked by the same code.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import prompts
from interviewer.grading.by_quote import KINDS
from interviewer.grading.case import Case, taken_back
from interviewer.grading.clauses import number_clauses
from interviewer.grading.echo import echo_of
from interviewer.grading.turn_kinds import only_orders
from interviewer.grading.units import units
from interviewer.llm.chances import chances
from interviewer.llm.structured import Flaw, Line, StructuredReply
from interviewer.models import Span, Verdict, VerdictStatus, VoicedMisconception
from knowledge.models import KeyPoint, Misconception

STATUS: Mapping[str, VerdictStatus] = {"c": "covered", "p": "partial", "x": "contradicted", "-": "absent"}
ABSENT = "-"
EXACT = False
"""Whether each answer has a grammar of its own that ends at its last clause; else a number out of range is repaired."""
_WORD = re.compile(r"(?P<letter>[cpx])(?P<first>[1-9]\d{0,2})(?:-(?P<last>[1-9]\d{0,2}))?|-")
_VOICED = re.compile(r"(?P<first>[1-9]\d{0,2})(?:-(?P<last>[1-9]\d{0,2}))?|-")
_PAIR = re.compile(r"\b([km]\d+)\s*[=:]\s*(\S+)")
_KIND = re.compile(rf"\b({'|'.join(KINDS)})\b")
_TRIMMED = " \t\r\n，,、；;。."


class Referenced:
    """One case as the model sees it, and its reply read back. Ids are places in the note, the same at every turn."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.points: dict[str, KeyPoint] = {f"k{n}": point for n, point in enumerate(case.question.key_points, 1)}
        self.open = {id: point for id, point in self.points.items() if point in case.open_points}
        known = case.question.note.misconceptions if case.question.note else ()
        self.misconceptions: dict[str, Misconception] = {f"m{n}": one for n, one in enumerate(known, 1)}
        self.clauses = number_clauses(case.exchange.answers)
        self.line: Line | None = Line(
            line_regex(tuple(self.open), tuple(self.misconceptions), len(self.clauses), exact=EXACT), self._read
        )
        self._texts = {message.turn: message.text for message in case.exchange.answers}

    @property
    def max_tokens(self) -> int:
        """Room for the fullest reply as JSON with white space; the line needs less than half."""
        return 60 + 20 * (len(self.open) + len(self.misconceptions))

    @property
    def least_tokens(self) -> int:
        """Room for the same words as compact JSON."""
        return 40 + 14 * (len(self.open) + len(self.misconceptions))

    def blanks(self) -> dict[str, str]:
        case, language = self.case, self.case.language
        rubric = case.rubric
        levels = (("fair", rubric.fair), ("good", rubric.good), ("excellent", rubric.excellent)) if rubric else ()
        note = case.question.note
        reference = [note.reference.to(language)] if note and note.reference else []
        return {
            "question": case.question.shown(language),
            "rubric": "\n".join(f"- {level}: {text}" for level, text in levels if text),
            "key_points": "\n".join(f"{id} [{p.level}] {p.text.to(language)}" for id, p in self.points.items()),
            "misconceptions": "\n".join(
                f"{id} wrong: {one.wrong.to(language)} | right: {one.right.to(language)}"
                for id, one in self.misconceptions.items()
            ),
            "reference": "\n\n".join((*reference, *case.passages)),
            "conversation": "\n".join(self._conversation()),
            "open_points": ", ".join(self.open),
            "last": str(len(self.clauses)),
        }

    def _conversation(self) -> Iterable[str]:
        """The talk in order. The question stands above it already; another wording of it does not."""
        question = " ".join(self.case.question.text.to(self.case.language).split())
        for message in self.case.exchange.messages:
            if message.kind in ("skip", "hint_request", "repeat_request"):
                continue
            if message.kind == "question" and question in " ".join(message.text.split()):
                continue
            name = f"{message.role} turn {message.turn}"
            if message.kind == "answer":
                own = [clause for clause in self.clauses if clause.turn == message.turn]
                yield prompts.numbered(((one.number, message.text[one.start : one.end]) for one in own), name)
            else:
                yield prompts.untrusted(prompts.unnumbered(message.text), name)

    def schema(self) -> dict[str, Any]:
        """The same words as values, for a server that has a grammar for JSON and none for a line."""
        number = "[1-9][0-9]{0,2}"
        clauses = f"{number}(-{number})?"
        said = {"type": "string", "pattern": f"^(-|[cpx]{clauses})$", "maxLength": 8}
        voiced = {"type": "string", "pattern": f"^(-|{clauses})$", "maxLength": 7}
        properties: dict[str, Any] = dict.fromkeys(self.open, said) | dict.fromkeys(self.misconceptions, voiced)
        properties["kind"] = {"type": "string", "enum": list(KINDS)}
        return {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }

    def _read(self, text: str) -> dict[str, Any] | Flaw:
        """The words of a line, whatever stands around it: an unbound model may begin with "Here it is:"."""
        words: dict[str, Any] = {}
        for id, word in _PAIR.findall(text):
            if id in words:
                return _flaw(f"{id} is given twice.")
            words[id] = word.rstrip(",.;")
        kinds = _KIND.findall(text)
        if not words or not kinds:
            return _flaw(
                f"it does not end with the kind of turn ({', '.join(KINDS)})." if words else "it holds no k1=… words."
            )
        return dict.fromkeys(self.misconceptions, ABSENT) | words | {"kind": kinds[-1]}

    def check(self, value: dict[str, Any]) -> str | Flaw | None:
        """What is wrong with the words of a reply, however it was written."""
        wanted = {*self.open, *self.misconceptions, "kind"}
        if missing := [id for id in self.open if id not in value]:
            return _flaw(f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.")
        if unknown := [id for id in value if id not in wanted]:
            return _flaw(f"{', '.join(map(str, unknown))} is not asked for.")
        for id, word in value.items():
            if id == "kind":
                continue
            match = (_WORD if id in self.open else _VOICED).fullmatch(str(word))
            if match is None:
                return _flaw(f"{id}={word} is no verdict with its clauses.")
            if (fault := self._fault_of_run(match)) is not None:
                return _flaw(f"{id}={word}: {fault}")
        return None

    def _fault_of_run(self, match: re.Match[str]) -> str | None:
        if match["first"] is None:
            return None
        first, last = _run(match)
        if last > len(self.clauses):
            return f"there is no clause {last}; the last one is {len(self.clauses)}."
        if self.clauses[first - 1].turn != self.clauses[last - 1].turn:
            return "these clauses stand in several turns; give those of one turn."
        return None

    def verdicts(self, reply: StructuredReply) -> tuple[Verdict, ...]:
        """The verdicts of a checked reply; what code does not credit is taken back to absent, with its words."""
        places = {id: at for id in self.open if (at := _place(reply.text, id)) is not None}
        sure = chances(reply.tokens, reply.text, places, "".join(STATUS)) if reply.tokens else {}
        found: list[Verdict] = []
        for id, point in self.open.items():
            verdict = self._verdict(point, str(reply.value[id]))
            found.append(
                verdict.model_copy(update={"sure": _rounded(sure[id])}) if sure.get(id) is not None else verdict
            )
        return tuple(found)

    def voiced(self, value: dict[str, Any]) -> tuple[VoicedMisconception, ...]:
        """The misconceptions that the model pointed at; empty words and the interviewer's own carry no blame either."""
        found: list[VoicedMisconception] = []
        for id, known in self.misconceptions.items():
            match = _VOICED.fullmatch(str(value.get(id, ABSENT)))
            if match is None or match["first"] is None:
                continue
            words, span = self._words(match)
            if units(words) and not only_orders(words) and echo_of(words, self.case.talk, span.turn) is None:
                found.append(VoicedMisconception(misconception_id=known.id, quote=words, span=span))
        return tuple(found)

    def claimed(self, value: dict[str, Any]) -> int:
        return sum(str(value.get(id, ABSENT)) != ABSENT for id in self.misconceptions)

    def _verdict(self, point: KeyPoint, word: str) -> Verdict:
        match = _WORD.fullmatch(word)
        if match is None or match["letter"] is None:
            return Verdict(key_point_id=point.id, status="absent")
        status = STATUS[match["letter"]]
        words, span = self._words(match)
        if not units(words):
            return taken_back(point.id, status, words, span, "empty")
        if only_orders(words):
            return taken_back(point.id, status, words, span, "order")
        if echoed := echo_of(words, self.case.talk, span.turn):
            return taken_back(point.id, status, words, span, "echo", echoed)
        return Verdict(
            key_point_id=point.id,
            status=status,
            quote=words,
            span=span,
            after_hint=any(hint < span.turn for hint in self.case.hint_turns),
        )

    def _words(self, match: re.Match[str]) -> tuple[str, Span]:
        """What the clauses of a word say, as typed, without the stops and white space around them."""
        first, last = _run(match)
        one, other = self.clauses[first - 1], self.clauses[last - 1]
        text = self._texts[one.turn]
        start, end = one.start, other.end
        while end > start + 1 and text[end - 1] in _TRIMMED:
            end -= 1
        while start < end - 1 and text[start] in _TRIMMED:
            start += 1
        return text[start:end], Span(turn=one.turn, start=start, end=end)


@lru_cache(maxsize=1024)
def line_regex(points: tuple[str, ...], misconceptions: tuple[str, ...], clauses: int, *, exact: bool = False) -> str:
    """The grammar of a line: every open point once and in order, then any of the misconceptions, then the kind.

    One grammar for all answers of up to 99 clauses, and one up to 999, so that a server compiles it once for a number of
    key points; with `exact` no number beyond the last clause can be said at all.
    """
    number = up_to(clauses if exact else 99 if clauses <= 99 else 999)
    run = f"{number}(?:-{number})?"
    said = " ".join(f"{id}=(?:-|[cpx]{run})" for id in points)
    voiced = "".join(f"(?: {id}={run})?" for id in misconceptions)
    return f"{said}{voiced} (?:{'|'.join(KINDS)})"


def up_to(most: int) -> str:
    """A pattern of the whole numbers from 1 to `most` (three digits at most), without leading zeros."""
    if most in (99, 999):
        return "[1-9][0-9]?" if most == 99 else "[1-9][0-9]{0,2}"
    if most < 10:
        return f"[1-{most}]"
    ways = [up_to(9 if most < 100 else 99)]
    if most >= 200:
        ways.append(f"[1-{most // 100 - 1}][0-9][0-9]")
    if most >= 100:
        tens, rest = most // 10 % 10, most % 10
        head = str(most // 100)
    else:
        tens, rest, head = most // 10, most % 10, ""
    lowest = 0 if head else 1
    if tens > lowest:
        ways.append(f"{head}[{lowest}-{tens - 1}][0-9]")
    ways.append(f"{head}{tens}[0-{rest}]")
    return f"(?:{'|'.join(ways)})"


def _run(match: re.Match[str]) -> tuple[int, int]:
    """First and last clause of a word; written the wrong way round they are the same clauses."""
    first = int(match["first"])
    last = int(match["last"] or first)
    return min(first, last), max(first, last)


def _place(text: str, id: str) -> int | None:
    """Where the letter of the word of `id` stands in a reply, a line or JSON; the last one counts, after any thinking."""
    found = [hit.end() for hit in re.finditer(rf'\b{id}"?\s*[=:]\s*"?(?=[cpx-])', text)]
    return found[-1] if found else None


def _rounded(chance: float | None) -> float | None:
    return None if chance is None else round(min(1.0, max(0.0, chance)), 4)


def _flaw(reason: str) -> Flaw:
    return Flaw("reply_malformed", reason)
