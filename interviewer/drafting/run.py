"""A bank to its drafts, several questions at once. The rule: a draft is on disk before the next question is asked, and a question
whose draft is there, whatever a person said of it, is not asked again.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.drafting.ask import Asker
from interviewer.errors import EndpointError
from knowledge.bank_folder import DRAFTS
from knowledge.drafts import Draft, draft_text
from knowledge.errors import BankError, UserFacingError
from knowledge.models import Bank, Question


@dataclass(slots=True)
class Outcome:
    """What a run did. `failed` are questions with the error that kept them from a draft; `unusable` those whose reference breaks
    off or answers something else; `left_out` counts probes and points that broke a rule."""

    written: list[str] = field(default_factory=list[str])
    failed: list[tuple[str, UserFacingError]] = field(default_factory=list[tuple[str, UserFacingError]])
    unusable: list[str] = field(default_factory=list[str])
    left_out: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0


def reference_of(question: Question) -> str:
    """What a question's note says, in all its languages; of a free-form note everything."""
    note = question.note
    if note is None:
        return ""
    texts = [text for text in (note.reference.zh, note.reference.en) if text]
    return "\n\n".join(texts) or note.body


def wanting(bank: Bank, *, from_model: bool) -> list[Question]:
    """The questions without key points and without a draft: those with a reference, and with `from_model` all others too."""
    return [
        one
        for one in bank.questions
        if not one.key_points and one.id not in bank.drafted and (from_model or reference_of(one))
    ]


async def draft_bank(
    bank: Bank,
    asker: Asker,
    questions: Sequence[Question],
    *,
    at_once: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:
    """Draft for `questions` and write each draft into the bank's folder. An endpoint that does not answer ends the run with what
    is done; whatever else fails is kept with its question. Raises BankError where the folder cannot be written."""
    outcome, todo = Outcome(), iter(questions)

    async def work() -> None:
        for question in todo:
            try:
                made = await asker.draft(question, reference_of(question))
            except EndpointError as error:
                outcome.failed.append((question.id, error))
                return
            except UserFacingError as error:
                outcome.failed.append((question.id, error))
            else:
                outcome.prompt_tokens += made.prompt_tokens
                outcome.completion_tokens += made.completion_tokens
                outcome.left_out += len(made.left_out) if made.draft else 0
                if made.draft is None:
                    outcome.unusable.append(question.id)
                else:
                    write_draft(bank.root, made.draft, bank)
                    outcome.written.append(question.id)
            progress(len(outcome.written) + len(outcome.failed) + len(outcome.unusable), len(questions))

    async with asyncio.TaskGroup() as group:
        for _ in range(max(1, min(at_once, len(questions)))):
            group.create_task(work())
    return outcome


def write_draft(root: Path, draft: Draft, bank: Bank) -> None:
    """Write a draft's file, beside and moved into place. Raises BankError."""
    path = root / DRAFTS / f"{draft.question_id}.md"
    try:
        path.parent.mkdir(exist_ok=True)
        beside = path.with_name(f".{path.name}.part")
        beside.write_text(draft_text(draft, bank.outline.language), "utf8")
        os.replace(beside, path)
    except OSError as error:
        raise BankError(f"{path}: it cannot be written ({error.strerror}).", "Check its permissions.") from error
