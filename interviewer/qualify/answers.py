"""Reading a set of graded answers. The one rule: a line that cannot be understood stops the run, with its number.

JSON Lines, one answer a line (see the folder's README), or the public SAS files (`q_id`, `reference1`, `score` "0" to "10").
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from interviewer.qualify.model import GradedAnswer
from knowledge.errors import UserFacingError

SAS_MAX_SCORE = 10.0
FIX = "Mend the line; interviewer/qualify/README.md lists the fields."


class AnswersError(UserFacingError):
    """A set of answers, or a file of kept verdicts, that cannot be used."""

    code = "answers_unusable"


def shipped_answers_path() -> Path:
    """The set that ships with the bank."""
    return Path(str(files("interviewer.qualify") / "data" / "answers.jsonl"))


def read_answers(path: Path, limit: int | None = None) -> tuple[tuple[GradedAnswer, ...], tuple[str, ...]]:
    """(the first `limit` answers of `path`, or all; notices on fields that were not read). Raises AnswersError."""
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise AnswersError(f"There is no set of answers at {str(path)!r}.", "Give one with --answers FILE.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(
            f"The answers in {str(path)!r} cannot be read: {error}.", "Give a UTF-8 JSONL file."
        ) from error
    answers: list[GradedAnswer] = []
    unread: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            answers.append(_answer(_fields(line, path, number), path, number, unread))
    if not answers:
        raise AnswersError(f"{str(path)!r} holds no answers.", "Give a JSONL file with one answer a line.")
    _check_ids(answers, path)
    notices = tuple(f"field {name!r} was not read (first in line {number})" for name, number in unread.items())
    return tuple(answers[:limit]), notices


def _fields(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise AnswersError(f"{path}:{number} is not JSON: {error}.", FIX) from error
    if not isinstance(value, dict):
        raise AnswersError(f"{path}:{number} is not a JSON object.", FIX)
    return cast("dict[str, Any]", value)


def _answer(fields: dict[str, Any], path: Path, number: int, unread: dict[str, int]) -> GradedAnswer:
    if "q_id" in fields and "reference1" in fields:
        fields = _from_sas(fields, number)
    known = {name: value for name, value in fields.items() if name in GradedAnswer.model_fields and value is not None}
    for name in fields:
        if name not in GradedAnswer.model_fields:
            unread.setdefault(name, number)
    try:
        return GradedAnswer.model_validate(known)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise AnswersError(f"{path}:{number}{f' ({where})' if where else ''}: {said}.", FIX) from error


def _from_sas(fields: dict[str, Any], number: int) -> dict[str, Any]:
    references = [str(fields.get(f"reference{n}") or "").strip() for n in (1, 2, 3)]
    return {
        "id": f"{fields['q_id']}/{number}",
        "question": str(fields.get("question", "")).strip(),
        "reference": "\n".join(dict.fromkeys(text for text in references if text)),
        "answer": str(fields.get("answer", "")),
        "score": fields.get("score"),
        "max_score": SAS_MAX_SCORE,
    }


def _check_ids(answers: Sequence[GradedAnswer], path: Path) -> None:
    ids: set[str] = set()
    for answer in answers:
        if answer.id in ids:
            raise AnswersError(f"The id {answer.id!r} is given twice in {path}.", "Give each answer its own id.")
        ids.add(answer.id)
    for answer in answers:
        if answer.base_id and answer.base_id not in ids:
            raise AnswersError(
                f"The answer {answer.id!r} in {path} names a base that is not there: {answer.base_id!r}.",
                "Name the id of another answer of the same file.",
            )
