"""What the scripted server says in whole interviews: it "reads" a prompt as literally as a test needs, never more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from interviewer.models import TurnKind
from interviewer.scripted import ChatRequest, Reply

_POINT = re.compile(r"^([pk]\d+) \[\w+\] (.+)$", re.M)
_ASKED = re.compile(r"^Judge these key points: (.+?)\.(?: The last clause is \[\d+\]\.)?$", re.M)
_TURN = re.compile(r"⟦candidate turn \d+⟧\n(.*?)\n⟦/candidate turn \d+⟧", re.S)
_MARK = re.compile(r"\[(\d+)\]\n?")
_LETTER = {"covered": "c", "partial": "p", "contradicted": "x"}

Found = tuple[str, str]
"""A verdict and the candidate's words for it."""


def listening_brain(request: ChatRequest) -> Reply:
    """Covers a key point exactly when a candidate turn holds its words; acknowledges by the answer's first words."""
    if not judging(request):
        said = request.user.rsplit("Candidate: ", 1)[-1].strip()
        chinese = any("\u4e00" <= character <= "\u9fff" for character in request.system + said)
        words = re.split(r"[。，,.\n⟦]", said)[0][:20]
        return Reply(f"我听到你说的是{words}。" if chinese else f"I heard you speak of {words}.")
    turns = turns_of(request)
    kind: TurnKind = "dont_know" if turns[-1].strip() in ("不知道", "I do not know") else "answer"
    return judgement(
        request, lambda _, text: ("covered", text[:120]) if any(text in one for one in turns) else None, kind
    )


def judging(request: ChatRequest) -> bool:
    """Whether the request asks for a judgement, in whichever form."""
    return request.schema is not None or bool(request.regex)


def turns_of(request: ChatRequest) -> list[str]:
    """The candidate's turns in a request for a judgement, without the numbers of their clauses."""
    turns = _TURN.findall(request.user)
    return [_MARK.sub("", turn) for turn in turns] if _by_reference(request) else turns


def judgement(
    request: ChatRequest,
    find: Callable[[int, str], Found | None],
    kind: TurnKind = "answer",
    *,
    voiced: Mapping[int, str] | None = None,
    sure: Mapping[str, float] | None = None,
    reason: str = "stated",
) -> Reply:
    """The reply that says of each key point what `find` gives for its number and text, in the form that was asked for.

    `voiced` are the words of misconceptions by their number.
    """
    listed = dict(_POINT.findall(request.user))
    asked = _ASKED.findall(request.user)[-1].split(", ")
    found = {id: find(int(id[1:]), listed[id]) for id in asked}
    if not _by_reference(request):
        rows = {
            id: {"reason": reason, "quote": one[1], "verdict": one[0]} if one else "absent" for id, one in found.items()
        }
        wrong = [{"id": f"m{n}", "quote": words} for n, words in (voiced or {}).items()]
        return Reply({"kind": kind, "points": rows, "misconceptions": wrong})
    words = {id: _LETTER[one[0]] + _clauses(request, one[1]) if one else "-" for id, one in found.items()}
    wrong_words = {f"m{n}": _clauses(request, said) for n, said in (voiced or {}).items()}
    if request.regex:
        line = " ".join([*(f"{id}={word}" for id, word in (words | wrong_words).items()), kind])
        return Reply(line, sure=sure or {})
    known = [name for name in (request.schema or {}).get("properties", {}) if name.startswith("m")]
    return Reply({**words, **dict.fromkeys(known, "-"), **wrong_words, "kind": kind}, sure=sure or {})


def _by_reference(request: ChatRequest) -> bool:
    return " The last clause is [" in request.user


def _clauses(request: ChatRequest, words: str) -> str:
    """The first and last number of the clauses that hold `words`, in the last turn that does."""
    wanted = re.sub(r"\[(\d+)\]", r"[ \1 ]", words)
    for turn in reversed(_TURN.findall(request.user)):
        _, *marked = _MARK.split(turn)
        numbers, pieces = marked[::2], marked[1::2]
        at = "".join(pieces).find(wanted)
        if at < 0:
            continue
        ends = [sum(map(len, pieces[: n + 1])) for n in range(len(pieces))]
        first = next(n for n, end in enumerate(ends) if end > at)
        last = next(n for n, end in enumerate(ends) if end >= at + len(wanted))
        return numbers[first] if first == last else f"{numbers[first]}-{numbers[last]}"
    raise AssertionError(f"no candidate turn holds {words!r}")
