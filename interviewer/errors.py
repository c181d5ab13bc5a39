"""The interview's own errors: what happened, where, and what to do. Raised early, at one layer; shown in both languages."""

from __future__ import annotations

from knowledge.errors import UserFacingError


class SettingsError(UserFacingError):
    """A setting that cannot be used (unknown key, wrong type, not a URL)."""

    code = "settings"


class ReviewerNameRefused(SettingsError):
    """A reviewer's name that would need quoting somewhere between a shell and the store."""

    code = "reviewer_name"


class PasswordTooShort(SettingsError):
    code = "password_short"


class PasswordsDiffer(SettingsError):
    """The password typed a second time is another one."""

    code = "passwords_differ"


class PortTaken(UserFacingError):
    """The page cannot be served at the address asked for."""

    code = "port_taken"


class WorkersFailed(UserFacingError):
    """The page's worker processes do not stay up."""

    code = "workers_failed"


class StoreError(UserFacingError):
    """The store cannot be opened, read or written."""

    code = "store_unusable"


class StoreMoved(StoreError):
    """The database's file was deleted, moved away or replaced while this process had it open."""

    code = "store_moved"


class SessionUnusable(StoreError):
    """A stored session that can be read, but contradicts itself so that something fails on it."""

    code = "session_unusable"


class ExpiryIncomplete(StoreError):
    """Some of the sessions that were due could not be deleted; the others were."""

    code = "expiry_incomplete"


class UnknownSession(UserFacingError):
    code = "unknown_session"


class SessionDeleted(UserFacingError):
    """The session was deleted, by its candidate or because its time was over; nothing of it is kept."""

    code = "session_deleted"


class TurnTaken(UserFacingError):
    """Another tab, process or double click already wrote this turn."""

    code = "turn_taken"


class SessionClosed(UserFacingError):
    """The session is finished; a move that would continue it came too late."""

    code = "session_closed"


class SessionPaused(UserFacingError):
    code = "session_paused"


class ConsentMissing(UserFacingError):
    """Nothing is asked before the candidate has agreed to what is stored and who judges."""

    code = "consent_missing"


class UnknownBank(UserFacingError):
    """The bank chosen for a new interview is not served (any more)."""

    code = "unknown_bank"


class UnknownChapter(UserFacingError):
    """A chapter chosen for a new interview is not in the bank (any more)."""

    code = "unknown_chapter"


class NameTooLong(UserFacingError):
    code = "name_too_long"


class BackgroundTooLong(UserFacingError):
    code = "background_too_long"


class MinutesOutOfRange(UserFacingError):
    code = "minutes_out_of_range"


class QuestionsOutOfRange(UserFacingError):
    code = "questions_out_of_range"


class BadSeed(UserFacingError):
    """A seed that is no whole number, or too long a one."""

    code = "bad_seed"


class FormUnreadable(UserFacingError):
    """A page's form came in a shape that the page does not send."""

    code = "form_unreadable"


class TooManyInterviews(UserFacingError):
    """One address began as many interviews within an hour as it may."""

    code = "too_many_interviews"


class UnknownQuestion(UserFacingError):
    """The question was not asked in this interview."""

    code = "unknown_question"


class NotFinished(UserFacingError):
    """What was asked for shows references or grades, and those wait until the question or the interview is closed."""

    code = "not_finished"


class MarkingClosed(UserFacingError):
    """The question is not one to mark oneself: a model judges it, a reviewer has set it, or nothing was answered."""

    code = "marking_closed"


class AccessDenied(UserFacingError):
    """Wrong name or password, or locked after too many failures."""

    code = "access_denied"


class SpeechError(UserFacingError):
    """The transcription endpoint cannot be used, or a recording cannot be sent to it."""

    code = "speech_failed"


class EmptyAnswer(UserFacingError):
    code = "empty_answer"


class AnswerTooLong(UserFacingError):
    """Nothing is cut: the answer is refused with its length and the limit."""

    code = "answer_too_long"


class OverContext(AnswerTooLong):
    """With this answer, what was said on the question no longer fits the model's context."""

    code = "over_context"


class BankChanged(UserFacingError):
    """The stored session asks for a bank or a question that is no longer there."""

    code = "bank_changed"


class EndpointError(UserFacingError):
    """The model endpoint cannot be used: wrong URL, refused, timed out, wrong key, unknown model."""

    code = "endpoint_unusable"


class ReplyError(UserFacingError):
    """The model answered, but not with something usable: cut off, malformed, blank; after the bounded repairs."""

    code = "reply_unusable"


class TranscriptError(UserFacingError):
    """An exported transcript that cannot be read."""

    code = "transcript_unreadable"


class RecordingRefused(TranscriptError):
    """A file that cannot be taken as a recording; `details["reason"]` names why, for programs."""

    code = "recording_refused"


class NothingWritten(UserFacingError):
    """A reason or a reply that must not be empty."""

    code = "nothing_written"


class ScoreStands(UserFacingError):
    """The score given is the one a person has given before and that counts now."""

    code = "score_stands"


class NothingChanged(UserFacingError):
    """An override that would say what already counts, or that leaves key points without a verdict."""

    code = "nothing_changed"


class ScoreOutOfRange(UserFacingError):
    code = "score_out_of_range"
