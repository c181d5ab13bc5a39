"""What a person says of a draft: accepted, edited or dropped, by whom and when, in the draft's own file.

The rule: an edit is read as any note is before it counts; what cannot be read is refused and nothing is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from interviewer.drafting.run import write_draft
from knowledge.bank_folder import DRAFTS
from knowledge.drafts import Draft, Status, draft_text, read_draft
from knowledge.errors import BankError
from knowledge.models import Bank
from knowledge.walls import NotOpened, read_file

_MOST_MB = 1.0


class Reviews:
    """The drafts of one bank as they stand on disk now."""

    def __init__(self, bank: Bank, now: Callable[[], datetime]) -> None:
        self._bank = bank
        self._now = now

    def all(self) -> list[Draft]:
        """In the order of the bank's questions; a draft that cannot be read is left out (the check names it)."""
        found: list[Draft] = []
        for question in self._bank.questions:
            if (self._path(question.id)).is_file():
                found.append(self.read(question.id))
        return found

    def read(self, question_id: str) -> Draft:
        """Raises BankError where there is none."""
        path = self._path(question_id)
        try:
            text = read_file(path, _MOST_MB).decode("utf8")
        except (NotOpened, UnicodeDecodeError) as error:
            raise BankError(f"{path.name}: the draft cannot be read.", "Load the page again.") from error
        return read_draft(text, f"{DRAFTS}/{path.name}")[0]

    def body(self, question_id: str) -> str:
        """The part of the file that a person edits: key points, misconceptions, phrasings."""
        return draft_text(self.read(question_id), self._bank.outline.language).partition("\n---\n")[2].strip() + "\n"

    def decide(self, question_id: str, status: Status, by: str, body: str | None = None) -> Draft:
        """Write down what `by` decided, with the edited text where it was edited. Raises BankError where that cannot be read."""
        draft = self.read(question_id)
        if body is not None:
            edited, findings = read_draft(f"---\nstatus: drafted\n---\n{body}", draft.file)
            wrong = next((one for one in findings if one.severity == "error"), None)
            if wrong is not None or not edited.key_points:
                what = wrong.what if wrong else "There is no key point."
                raise BankError(
                    f"{what}",
                    wrong.fix if wrong else "Write at least one, as `- [fair] …` under its heading; or drop the draft.",
                )
            draft = draft.model_copy(
                update={
                    "key_points": edited.key_points,
                    "misconceptions": edited.misconceptions,
                    "phrasings": edited.phrasings,
                }
            )
        at = "" if status == "drafted" else self._now().isoformat(timespec="seconds")
        decided = draft.model_copy(update={"status": status, "reviewed_by": by if at else "", "reviewed_at": at})
        write_draft(self._bank.root, decided, self._bank)
        return decided

    def _path(self, question_id: str) -> Path:
        if not any(question.id == question_id for question in self._bank.questions):
            raise BankError(f"The bank has no question {question_id!r}.", "Load the page again.")
        return self._bank.root / DRAFTS / f"{question_id}.md"
