"""The one error family of the product: every error says what happened, where, and what to do about it.

It stands on the ground floor so that every room above can raise it; `interviewer.errors` adds the interview's own kinds.
"""

from __future__ import annotations


class UserFacingError(Exception):
    """An error a person can act on: `what` happened (with its place) and how to `fix` it.

    `code` is stable and names the entry of the same name in the pages' word lists, which say it in Chinese and English;
    `details` fills the blanks there.
    """

    code = "error"

    def __init__(self, what: str, fix: str, **details: object) -> None:
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix
        self.details = details


class BankError(UserFacingError):
    """A bank folder that cannot be read at all (no outline, no chapters, not UTF-8)."""

    code = "bank_unreadable"


class EmbeddingError(UserFacingError):
    """The embedding endpoint does not answer, or answers something that is not one vector a text."""

    code = "embedding_failed"


class VectorIndexError(UserFacingError):
    """The vector index is locked by another process, was built by another embedder, or cannot be rebuilt."""

    code = "index_unusable"


class IndexInUse(VectorIndexError):
    """Another process has the index's folder open."""

    code = "index_in_use"


class IndexBusy(VectorIndexError):
    """This process is bringing the index up to date at this moment."""

    code = "index_busy"


class IndexEmpty(VectorIndexError):
    """The index was never brought up to date with this bank."""

    code = "index_empty"
