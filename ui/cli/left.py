"""What `grade --pending` could not grade: why, and what to do about it.

One rule: the same words as on the pages, once for each reason; what an endpoint said last is told in full, with its address.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from interviewer.app import App
from interviewer.errors import EndpointError
from interviewer.models import ENDPOINT_REASONS, Assessment, Transcript, Ungraded, UngradedReason
from ui.texts import explain, say, texts


class Left:
    """Counts what was left over many sessions."""

    def __init__(self) -> None:
        self._why: Counter[UngradedReason] = Counter()
        self._banks: Counter[str] = Counter()

    def add(self, results: Iterable[Assessment | Ungraded]) -> None:
        self._why.update(result.reason for result in results if isinstance(result, Ungraded))

    def elsewhere(self, transcript: Transcript) -> None:
        """A session on a bank that is not served here, if anything in it may wait for a grade."""
        self._banks[transcript.session.bank_id] += any(isinstance(row, Ungraded) for row in transcript.assessments)

    def lines(self, app: App, failure: EndpointError | None) -> Iterator[str]:
        """A line for each reason with what to do; `failure` is the latest call of the model endpoint that failed."""
        language = app.settings.ui.language
        words, advice = texts(language)["ungraded"], texts(language)["left"]
        for reason, n in self._why.most_common():
            yield say(
                language, "left", "line", n=n, why=words.get(reason, reason), advice=advice.get(reason, "")
            ).rstrip()
        if failure is not None and any(reason in ENDPOINT_REASONS or reason == "over_context" for reason in self._why):
            yield f"  {explain(failure, language)}"
        for bank, n in self._banks.items():
            if n:
                yield say(language, "left", "other_bank", n=n, bank=bank)
