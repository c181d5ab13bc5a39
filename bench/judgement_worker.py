"""Judgements by one build of the product, timed; `bench.judgement` starts one for each build, under that build's own code.

The one rule: nothing here but what both builds have. It reads one JSON object a line (a round) and answers one JSON
object a line. What bounds the replies of a model with random weights stands here too: every token is generated, sent and
read, then its words are swapped for harmless ones.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

POINT = re.compile(r"(k\d+)=\(\?:-\|(\[cpx\]\S*?)\)(?= |\(\?: m|$)")
"""One key point in the grammar of a line: its id, and what may be said of it."""


def bounded_regex(regex: str, points: int) -> str:
    """The grammar of a line with the first `points` key points said, the others absent, and no misconception."""
    found = POINT.findall(regex)
    return " ".join(f"{id}={said if n < points else '-'}" for n, (id, said) in enumerate(found)) + " answer"


def bounded_schema(schema: Mapping[str, Any], points: int | None, chars: int | None) -> dict[str, Any]:
    """An assessor's schema with as many points said, every string `chars` long, and no misconceptions."""
    parts = dict(schema["properties"])
    if "points" not in parts:  # by reference: the words of a line as values
        said = {"type": "string", "pattern": "^[cpx][1-9](-[1-9])?$", "maxLength": 4}
        ids = [id for id in parts if id.startswith("k") and id != "kind"][:points]
        words = {id: said if id in ids else one if id == "kind" else {"enum": ["-"]} for id, one in parts.items()}
        return {**schema, "properties": words}
    listed = parts["points"]
    ids = listed["required"][:points]
    said = {id: listed["properties"][id]["anyOf"][1] for id in ids}
    said = said if chars is None else exactly(said, chars)
    fixed = {**listed, "properties": said, "required": ids}
    return {**schema, "properties": parts | {"points": fixed, "misconceptions": {"type": "array", "maxItems": 0}}}


def exactly(schema: Any, chars: int) -> Any:
    """`schema` with every string that has a `maxLength` made exactly `chars` long: greedy noise would end it early."""
    if isinstance(schema, Mapping):
        fixed = {"minLength": chars, "maxLength": chars} if "maxLength" in schema else {}
        return {key: exactly(value, chars) for key, value in schema.items()} | fixed
    return schema


def nothing_said(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A judgement for an assessor's schema that finds nothing: an answer, every point absent."""
    parts = schema["properties"]
    if "points" not in parts:
        return dict.fromkeys(parts, "-") | {"kind": "answer"}
    points = dict.fromkeys(parts["points"]["required"], "absent")
    return {"kind": "answer", "points": points, "misconceptions": []}


def bounded_calls(schema: Mapping[str, Any], line: Any, points: int | None, chars: int | None) -> dict[str, Any]:
    """What a structured call is given instead: `schema`, and `line` where there is one; whatever comes back is read as sound."""
    instead: dict[str, Any] = {"schema": bounded_schema(schema, points, chars), "check": None}
    if line is not None:
        regex = line.regex if points is None else bounded_regex(line.regex, points)
        instead["line"] = type(line)(regex, lambda _: nothing_said(schema))
    return instead


async def serve(base_url: str, language: str, answer_chars: int, exact: bool) -> None:
    """Answers rounds until its input ends."""
    from interviewer.llm import ChatClient, EndpointSettings

    if exact:
        from interviewer.grading import by_reference

        by_reference.EXACT = True

    class Chat(ChatClient):
        """The product's client; with `bounds` (points, characters) replies are bounded."""

        bounds: tuple[int, int | None] | None = None

        async def structured(self, system: str, user: str, schema: Any, **how: Any) -> Any:
            if self.bounds is None:
                return await super().structured(system, user, schema, **how)
            instead = bounded_calls(schema, how.get("line"), *self.bounds)
            reply = await super().structured(system, user, instead.pop("schema"), **(how | instead))
            return reply.model_copy(update={"value": nothing_said(schema)})

    answers = Answers(language, answer_chars)
    loop = asyncio.get_running_loop()
    async with Chat(EndpointSettings(base_url=base_url, concurrency=1024, timeout_s=600)) as chat:
        await chat.connect()
        print(json.dumps({"ready": True}), flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            wanted = json.loads(line)
            chat.bounds = tuple(wanted["bounds"]) if wanted["bounds"] else None
            print(json.dumps(await _round(chat, answers, wanted)), flush=True)


class Answers:
    """Cases of the shipped bank with answers made of sentences from its notes, the same for every build.

    They come grouped by question, as a batch sends them; a number used before on a server brings a case that it has cached.
    """

    PER_QUESTION = 32

    def __init__(self, language: str, chars: int) -> None:
        from knowledge.bank import load_bank, shipped_bank_path

        self.bank = load_bank(shipped_bank_path())
        self.language, self.chars = language, chars
        self.questions = [one for one in self.bank.questions if one.key_points and one.note]
        texts = (getattr(one.note.reference, language) for one in self.questions if one.note)
        self.sentences = [s for text in texts for s in re.findall(r".+?(?:[。！？]|[.!?](?:\s+|$))", text)]

    def case(self, number: int) -> Any:
        from interviewer.grading import Case
        from interviewer.models import Exchange, Message

        question = self.questions[(number // self.PER_QUESTION * 7) % len(self.questions)]
        at, asked = datetime(2026, 1, 1, tzinfo=UTC), getattr(question.text, self.language)
        said, step = "", 0
        while len(said) < self.chars:
            said += self.sentences[(number * 7919 + step * 104_729) % len(self.sentences)]
            step += 1
        rows = (("interviewer", "question", asked), ("candidate", "answer", f"({number}) {said}"[: self.chars]))
        messages = tuple(
            Message.model_validate(
                {"session_id": "s", "turn": n, "role": role, "kind": kind, "text": text, "at": at, "question_id": question.id}
            )
            for n, (role, kind, text) in enumerate(rows)
        )  # fmt: skip
        fields: dict[str, Any] = {
            "question": question, "rubric": self.bank.section(question.section_id).rubric if question.section_id else None,
            "exchange": Exchange(question_id=question.id, messages=messages), "language": self.language, "bank_hash": "bench",
        }  # fmt: skip
        if "shown" in Case.model_fields:  # the build before judging by reference
            fields["shown"] = (asked,)
        return Case.model_validate(fields)


async def _round(chat: Any, answers: Answers, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """`n` judgements, `at` of them under way: seconds, tokens, repairs, and what could not be graded."""
    from interviewer.grading import EndpointAssessor

    assessor, took, results = EndpointAssessor(chat), list[float](), list[Any]()
    numbers = iter(range(wanted["first"], wanted["first"] + wanted["n"]))

    async def work() -> None:
        for number in numbers:
            case = answers.case(number)
            started = time.perf_counter()
            results.append(await assessor.assess(case))
            took.append(time.perf_counter() - started)

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(work() for _ in range(wanted["at"])))
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    by = [one.provenance for one in results if one.outcome == "assessed"]
    failed = Counter(one.reason for one in results if one.outcome != "assessed")
    took.sort()
    return {
        "n": len(results), "seconds": seconds, "cpu_s": cpu, "p50": took[len(took) // 2], "p95": took[int(len(took) * 0.95)],
        "prompt_tokens": sum(one.prompt_tokens for one in by), "reply_tokens": sum(one.completion_tokens for one in by),
        "repairs": sum(one.repairs for one in by), "graded": len(by), "ungraded": dict(failed),
    }  # fmt: skip


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(serve(given["base_url"], given["language"], given["answer_chars"], given["exact"]))
