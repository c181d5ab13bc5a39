"""A model decides what each of an interviewer's turns is, among what retrieval found. The one rule: it answers with a number
or a word for each turn and writes no word of the transcript; where it cannot be asked, retrieval's proposal stands and that is said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import prompts
from interviewer.errors import EndpointError, ReplyError
from interviewer.llm import StructuredReply
from interviewer.recordings.alignment import Choice
from interviewer.recordings.turns import Turn
from knowledge.models import Bank, Language

PROMPT_ID = "align"
TURNS_AT_ONCE = 12
_ASKED, _REPLIED = 800, 240
"""Characters shown of a turn (its end) and of the reply (its beginning)."""
_FOLLOW, _OTHER, _TALK = "follow_up", "other_question", "small_talk"


class Structured(Protocol):
    """The part of `ChatClient` that is used here."""

    async def structured(
        self, system: str, user: str, schema: Mapping[str, Any], *, name: str, max_tokens: int, temperature: float = ..., seed: int | None = ...
    ) -> StructuredReply: ...  # fmt: skip


@dataclass(frozen=True)
class Decided:
    """The choices after the model, how it is named, and why some turns were left to retrieval (empty when none were)."""

    choices: tuple[Choice, ...]
    aligner: str = ""
    failure: str = ""


async def decide(
    chat: Structured,
    bank: Bank,
    language: Language,
    turns: Sequence[Turn],
    choices: Sequence[Choice],
    prompt_version: str = "v1",
) -> Decided:
    """`choices` with the model's decision on every turn of the interviewer that is more than a sound."""
    prompt = prompts.load(PROMPT_ID, prompt_version)
    asked = [n for n, choice in enumerate(choices) if choice.role == "interviewer" and choice.label != "backchannel"]
    blocks = [asked[begin : begin + TURNS_AT_ONCE] for begin in range(0, len(asked), TURNS_AT_ONCE)]

    async def ask(block: Sequence[int]) -> tuple[dict[int, Choice], str, str]:
        """What the block's turns are, by whom, and why not."""
        offered = {f"t{k}": (n, _offered(choices[n])) for k, n in enumerate(block, 1)}
        system, user = prompt.render(
            open=_open_before(bank, language, turns, choices, block[0]),
            turns="\n\n".join(_shown(bank, language, turns, key, n, ids) for key, (n, ids) in offered.items()),
            keys=", ".join(offered),
        )
        schema = _schema({key: _menu(choices[n], ids) for key, (n, ids) in offered.items()})
        try:
            reply = await chat.structured(
                system, user, schema, name=PROMPT_ID, max_tokens=60 + 16 * len(block), temperature=0.0, seed=0
            )
        except (EndpointError, ReplyError) as error:
            return {}, "", error.what
        return (
            {n: _chosen(choices[n], str(reply.value[key]), ids) for key, (n, ids) in offered.items()},
            reply.model,
            "",
        )

    answers = await asyncio.gather(*map(ask, blocks))
    decided = {n: choice for made, _, _ in answers for n, choice in made.items()}
    model = next((name for _, name, _ in answers if name), "")
    failure = next((why for _, _, why in answers if why), "")
    found = [decided.get(n, choice) for n, choice in enumerate(choices)]
    return Decided(tuple(_answered(found)), f"{model} {PROMPT_ID}/{prompt_version}" if decided else "", failure)


def _offered(choice: Choice) -> tuple[str, ...]:
    """The questions a turn may be asking, the proposed one first."""
    own = (choice.question_id,) if choice.question_id else ()
    return (*own, *(one.question_id for one in choice.others))


def _menu(choice: Choice, ids: Sequence[str]) -> list[str]:
    """What may be answered, what retrieval proposes first."""
    numbers = [str(k) for k in range(1, len(ids) + 1)]
    proposed = {"question": numbers[0] if choice.question_id else _OTHER, "follow_up": _FOLLOW}.get(choice.label, _TALK)
    return [proposed, *(one for one in (*numbers, _OTHER, _FOLLOW, _TALK) if one != proposed)]


def _schema(menus: Mapping[str, list[str]]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: {"type": "string", "enum": menu} for key, menu in menus.items()},
        "required": list(menus),
        "additionalProperties": False,
    }


def _open_before(bank: Bank, language: Language, turns: Sequence[Turn], choices: Sequence[Choice], first: int) -> str:
    opened = next((n for n in range(first - 1, -1, -1) if choices[n].label == "question"), None)
    if opened is None:
        return "(none)"
    known = choices[opened].question_id
    return bank.question(known).text.to(language) if known else prompts.untrusted(turns[opened].text[-_ASKED:], "turn")


def _shown(bank: Bank, language: Language, turns: Sequence[Turn], key: str, n: int, ids: Sequence[str]) -> str:
    reply = next((t.text for t in turns[n + 1 :] if not t.heard), "") if n + 1 < len(turns) else ""
    listed = (
        "\n".join(f"{k}. {bank.question(one).text.to(language)}" for k, one in enumerate(ids, 1))
        or "(no question of the bank is near)"
    )
    return "\n".join(
        (
            f"## {key}",
            prompts.untrusted(turns[n].text[-_ASKED:], "interviewer"),
            prompts.untrusted(reply[:_REPLIED] or "(nothing)", "reply"),
            "Questions of the bank it may be asking:",
            listed,
        )
    )


def _chosen(choice: Choice, said: str, ids: Sequence[str]) -> Choice:
    match said:
        case "follow_up":
            return choice.model_copy(update={"label": "follow_up", "question_id": "", "fit": 0.0, "lead": 1.0})
        case "small_talk":
            return choice.model_copy(update={"label": "small_talk", "question_id": "", "fit": 0.0, "lead": 1.0})
        case "other_question":
            return choice.model_copy(update={"label": "question", "question_id": "", "fit": 0.0, "lead": 1.0})
        case number:
            chosen = ids[int(number) - 1]
            fit = next((one.fit for one in choice.others if one.question_id == chosen), choice.fit)
            others = tuple(one for one in choice.others if one.question_id != chosen)
            return choice.model_copy(
                update={"label": "question", "question_id": chosen, "fit": fit, "lead": 1.0, "others": others}
            )


def _answered(choices: Sequence[Choice]) -> list[Choice]:
    """A follow-up before any question opens one; what a candidate says before any is small talk."""
    found: list[Choice] = []
    opened = False
    for choice in choices:
        if choice.label == "follow_up" and not opened:
            choice = choice.model_copy(update={"label": "question", "question_id": ""})
        opened = opened or choice.label == "question"
        if choice.label == "answer" and not opened:
            choice = choice.model_copy(update={"label": "small_talk"})
        elif (
            choice.label == "small_talk"
            and choice.role == "candidate"
            and opened
            and found
            and found[-1].label in ("question", "follow_up")
        ):
            choice = choice.model_copy(update={"label": "answer"})
        found.append(choice)
    return found
