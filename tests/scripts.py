"""What the scripted server says in whole interviews: it "reads" a prompt as literally as a test needs, never more."""

from __future__ import annotations

import re

from interviewer.scripted import ChatRequest, Reply

_POINT = re.compile(r"^(p\d+) \[\w+\] (.+)$", re.M)
_TURN = re.compile(r"⟦candidate turn \d+⟧\n(.*?)\n⟦/candidate turn \d+⟧", re.S)


def listening_brain(request: ChatRequest) -> Reply:
    """Covers a key point exactly when a candidate turn holds its words; acknowledges by the answer's first words."""
    if request.schema is None:
        said = request.user.rsplit("Candidate: ", 1)[-1].strip()
        chinese = any("\u4e00" <= character <= "\u9fff" for character in request.system + said)
        words = re.split(r"[。，,.\n⟦]", said)[0][:20]
        return Reply(f"我听到你说的是{words}。" if chinese else f"I heard you speak of {words}.")
    turns = _TURN.findall(request.user)
    listed = dict(_POINT.findall(request.user))
    asked = request.schema["properties"]["points"]["required"]
    points = {point: _verdict(listed[point], turns) for point in asked}
    kind = "dont_know" if turns[-1].strip() in ("不知道", "I do not know") else "answer"
    return Reply({"kind": kind, "points": points, "misconceptions": []})


def _verdict(text: str, turns: list[str]) -> dict[str, str] | str:
    if not any(text in turn for turn in turns):
        return "absent"
    return {"reason": "stated", "quote": text[:120], "verdict": "covered"}
