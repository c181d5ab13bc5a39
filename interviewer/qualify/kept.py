"""Every verdict, kept as JSON Lines while a run goes on. The one rule: what is written is never asked again.

A line is a `Draft` or a `Reading`. A run that was killed leaves half a last line at most; it is dropped, with a notice,
and that answer is asked again. Of two readings of the same answer and repeat the later one counts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self, TextIO

from pydantic import Field, TypeAdapter, ValidationError

from interviewer.models import ENDPOINT_REASONS, Assessment, Ungraded
from interviewer.qualify.answers import AnswersError
from interviewer.qualify.model import Draft, Reading

_LINE: TypeAdapter[Draft | Reading] = TypeAdapter(Annotated[Draft | Reading, Field(discriminator="record")])


def grader_of(reading: Reading) -> str:
    """Who judged, as one line: model, prompt and grader version, or offline; empty for what could not be graded."""
    if not isinstance(reading.result, Assessment):
        return ""
    by = reading.result.provenance
    if by.thinking == "offline":
        return f"offline, grader {by.grader_version}"
    if not by.model:
        return ""  # nothing was asked: a blank answer is absent whoever judges
    return f"{by.model}, prompt {by.prompt_id}/{by.prompt_version} {by.prompt_sha256[:8]}, grader {by.grader_version}"


class Kept:
    """Readings and drafts of one judge, in memory and, with a file, on disk line by line. Close it when done."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self.readings: dict[tuple[str, int], Reading] = {}
        self.drafts: dict[str, Draft] = {}
        self.notices: list[str] = []
        self._grader = ""
        self._file: TextIO | None = None

    @classmethod
    def open(cls, path: Path | None) -> Self:
        """What `path` holds already, ready for more; None keeps in memory only. Raises AnswersError."""
        kept = cls(path)
        if path is None:
            return kept
        try:
            if path.exists():
                kept._read(path)
            kept._file = path.open("a", encoding="utf8")
        except (OSError, UnicodeDecodeError) as error:
            raise AnswersError(
                f"{str(path)!r} cannot be used to keep verdicts: {error}.", "Choose another --out."
            ) from error
        return kept

    def add(self, line: Draft | Reading) -> None:
        """Keep one more; it is on disk when this returns. Raises AnswersError for a reading by another judge."""
        self._take(line)
        if self._file:
            self._file.write(line.model_dump_json() + "\n")
            self._file.flush()

    def settled(self, id: str, repeat: int, case_hash: str) -> bool:
        """Whether this needs no asking: judged before on the same words. An endpoint that was down judged nothing."""
        reading = self.readings.get((id, repeat))
        if reading is None or reading.case_hash != case_hash:
            return False
        return not (isinstance(reading.result, Ungraded) and reading.result.reason in ENDPOINT_REASONS)

    def close(self) -> None:
        if self._file:
            self._file.close()
            self._file = None

    def _take(self, line: Draft | Reading) -> None:
        if isinstance(line, Draft):
            self.drafts[line.question_key] = line
            return
        grader = grader_of(line)
        if self._grader and grader and grader != self._grader:
            raise AnswersError(
                f"Verdicts of two judges would be mixed in {str(self.path)!r}: {self._grader!r} and {grader!r}.",
                "Give each judge its own --out.",
            )
        self._grader = self._grader or grader
        self.readings[line.id, line.repeat] = line

    def _read(self, path: Path) -> None:
        raw = path.read_bytes()
        lines = raw.split(b"\n")
        good = 0
        for number, line in enumerate(lines, 1):
            last = number == len(lines)
            if line.strip():
                try:
                    self._take(_LINE.validate_json(line))
                except ValidationError as error:
                    if last:
                        self.notices.append(f"{path}:{number} was half written; it is dropped and asked again")
                        break
                    what = f"{path}:{number} is no verdict that `interviewer qualify` kept."
                    raise AnswersError(what, "Mend or delete the line, or choose another --out.") from error
            good += len(line) + (0 if last else 1)
        if good < len(raw):
            with path.open("r+b") as file:
                file.truncate(good)
        elif raw and not raw.endswith(b"\n"):
            with path.open("ab") as file:
                file.write(b"\n")
