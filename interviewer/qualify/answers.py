"""Reading a set of graded answers. The one rule: a line that cannot be understood stops the run, with its number.

JSON Lines, a JSON array or CSV, told apart by content, one answer each (see the folder's README), or the public SAS files
(`q_id`, `reference1`, `score` "0" to "10"). An answer without an id gets one from its place, so that it is the same at every run.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
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
        if path.exists() and not path.is_file():  # a folder, or a device that never ends
            raise AnswersError(f"{str(path)!r} is not a file.", "Give a UTF-8 file.")
        text = path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise AnswersError(f"There is no set of answers at {str(path)!r}.", "Give one with --answers FILE.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise AnswersError(f"The answers in {str(path)!r} cannot be read: {error}.", "Give a UTF-8 file.") from error
    answers: list[GradedAnswer] = []
    unread: dict[str, int] = {}
    for number, fields in _records(text, path):
        answers.append(_answer(fields, path, number, unread))
    if not answers:
        raise AnswersError(f"{str(path)!r} holds no answers.", "Give one answer a line (JSONL), a JSON array, or CSV.")
    _check_ids(answers, path)
    notices = tuple(f"field {name!r} was not read (first in line {number})" for name, number in unread.items())
    return tuple(answers[:limit]), notices


def _records(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, or place in an array, from 1; fields) of each answer."""
    if text.lstrip().startswith("["):
        yield from _from_array(text, path)
    elif text.lstrip().startswith("{"):
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                yield number, _object(_json(line, path, number), path, number)
    else:
        yield from _from_csv(text, path)


def _from_array(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, one in enumerate(cast("list[object]", _json(text, path, 1)), 1):
        yield number, _object(one, path, number)


def _from_csv(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """A header row names the fields; an empty cell is a field that is not given, lists are JSON in their cell."""
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        if "answer" not in names:
            raise AnswersError(
                f"{str(path)!r} is neither JSON nor a table with a column `answer` (its first row: {', '.join(names)[:120]}).",
                FIX,
            )
        reader.fieldnames = names
        for row in reader:
            number = reader.line_num
            if None in row:
                raise AnswersError(f"{path}:{number} has more cells than the header.", "Quote cells that hold a comma.")
            yield number, {name: _cell(name, cell, path, number) for name, cell in row.items() if cell}
    except csv.Error as error:
        raise AnswersError(f"{path}:{reader.line_num} is no CSV: {error}.", FIX) from error


def _cell(name: str, cell: str, path: Path, number: int) -> object:
    return _json(cell, path, number) if name in ("key_points", "verdicts") else cell


def _json(text: str, path: Path, number: int) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AnswersError(f"{path}:{number} is not JSON: {error}.", FIX) from error


def _object(value: object, path: Path, number: int) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise AnswersError(f"{path}:{number} is not a JSON object.", FIX)
    return cast("dict[str, Any]", value)


def _answer(fields: dict[str, Any], path: Path, number: int, unread: dict[str, int]) -> GradedAnswer:
    if "q_id" in fields and "reference1" in fields:
        fields = _from_sas(fields, number)
    fields = {"id": f"#{number}"} | {
        name: value for name, value in fields.items() if value not in (None, "") or name == "answer"
    }
    if isinstance(fields["id"], int):
        fields["id"] = str(fields["id"])
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
