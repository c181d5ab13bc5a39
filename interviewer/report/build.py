"""A session's rows into a `Report`: pure, no clock, no words. The one rule: nothing is shown that the rows do not say."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, TypeVar

from interviewer.models import (
    Assessment,
    Grade,
    JudgedBy,
    Message,
    Remark,
    Review,
    Scorecard,
    Session,
    Span,
    Transcript,
    Ungraded,
    exchanges,
    explanations_of,
    is_outside,
    may_be_explained,
)
from interviewer.report.model import (
    BandRow,
    ChapterRow,
    DimensionRow,
    Failure,
    Flag,
    Highlight,
    Judge,
    Line,
    MisconceptionRow,
    PointRow,
    PointToMark,
    QuestionRow,
    RecordingRow,
    RemarkRow,
    Report,
    ReviewRow,
    Tried,
)
from interviewer.report.overview import overview
from interviewer.report.study import study_plan
from interviewer.report.tries import try_row, voiced
from knowledge.models import LEVELS, Bank, Bilingual, Language, Question

WAITS_FOR_MARKS = ("unmarked", "withdrawn")
"""Why a question of an interview held offline has no grade yet: its candidate has not marked it."""
HIGHLIGHTS = 5
"""Most strengths, and most gaps, named at the top."""
_Quoted = TypeVar("_Quoted", PointRow, MisconceptionRow)
Tries = Mapping[str, Sequence[Tried]]
"""Second tries by question id, oldest first."""


FOUND = {"quote", "span", "reason", "after_hint", "note", "claimed", "echo_of", "sure"}
"""What a row of the report takes over from a verdict."""


def build(
    bank: Bank,
    transcript: Transcript,
    scorecard: Scorecard,
    language: Language | None = None,
    tries: Tries | None = None,
) -> Report:
    """The report of `transcript` in `language`, or in the language of the session. `tries` are shown and counted nowhere."""
    session = transcript.session
    times = [session.created_at, *(message.at for message in transcript.messages)]
    questions = _questions(bank, transcript, scorecard, tries or {})
    chapters = tuple(
        ChapterRow(
            id=one.chapter_id,
            title=_title(bank, one.chapter_id),
            points=one.points,
            asked=one.asked,
            graded=one.graded,
            score=one.score,
            earned=one.earned,
            bonus=one.bonus,
        )
        for one in scorecard.chapters
    )
    language = language or session.language
    return Report(
        language=language,
        report_id=report_id(session.id),
        candidate=session.candidate,
        bank=bank.name,
        mode=session.mode,
        interview_language=session.language,
        thinking=session.thinking,
        started_at=times[0],
        ended_at=max(times),
        minutes=session.minutes,
        timed=session.timed,
        seed=session.seed,
        finished=any(event.kind == "finished" for event in transcript.events),
        judges=_judges(transcript, scorecard),
        unread=_unread(transcript, scorecard),
        total=scorecard.total,
        interval=scorecard.interval,
        band=scorecard.band,
        too_little_evidence=scorecard.too_little_evidence,
        bonus=scorecard.bonus,
        graded=len(scorecard.grades),
        self_marked=sum(question.judged_by == "self" for question in questions),
        drafted=sum(question.drafted for question in questions),
        bands=_bands(bank, language),
        chapters=chapters,
        chapters_not_asked=tuple(_title(bank, id) for id in scorecard.chapters_not_asked),
        dimensions=_dimensions(bank, scorecard, language),
        strengths=_strengths(questions),
        gaps=_gaps(questions),
        overview=overview(chapters, questions),
        study=study_plan(questions),
        questions=questions,
        flags=tuple(Flag(turn=event.turn, detail=event.detail) for event in transcript.events if event.kind == "flag"),
        recording=_recording(session, questions, transcript.messages),
        apart=_apart(transcript.messages),
    )


def report_id(session_id: str) -> str:
    """A name for the report of a session that does not open the session."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:10]


def _questions(bank: Bank, transcript: Transcript, scorecard: Scorecard, tries: Tries) -> tuple[QuestionRow, ...]:
    rows = [
        _question(number, bank, transcript, scorecard, question_id, messages)
        for number, (question_id, messages) in enumerate(exchanges(transcript.messages).items(), 1)
    ]
    return tuple(
        row.model_copy(update={"tries": tuple(try_row(bank, row, one) for one in tries.get(row.id, ()))})
        for row in rows
    )


def _apart(messages: Iterable[Message]) -> tuple[Line, ...]:
    """What a recording holds outside of all questions."""
    return tuple(_line(message) for message in messages if message.kind in ("small_talk", "backchannel"))


def _line(message: Message) -> Line:
    return Line(
        turn=message.turn,
        role=message.role,
        kind=message.kind,
        text=message.text,
        speaker=message.speaker,
        start_s=message.moments[0].start_s if message.moments else None,
    )


def _recording(session: Session, questions: Sequence[QuestionRow], messages: Sequence[Message]) -> RecordingRow | None:
    source = session.recording
    if source is None:
        return None
    return RecordingRow(
        file=source.file,
        format=source.format,
        title=source.title,
        recorded_at=source.recorded_at,
        imported_at=source.imported_at,
        interviewers=source.interviewers,
        aligned_by=source.aligned_by,
        aligner=source.aligner,
        confirmed_by=source.confirmed_by,
        timed=any(message.moments for message in messages),
        outside=tuple(one.number for one in questions if one.outside),
    )


def _second(transcript: Transcript, span: Span | None) -> float | None:
    """When a quoted stretch was said in the recording."""
    if span is None or transcript.session.recording is None:
        return None
    said = next((message for message in transcript.messages if message.turn == span.turn), None)
    return said.second_of(span.start) if said else None


def _question(
    number: int, bank: Bank, transcript: Transcript, scorecard: Scorecard, question_id: str, messages: Sequence[Message]
) -> QuestionRow:
    question = next((one for one in bank.questions if one.id == question_id), None)
    grade = next((one for one in scorecard.grades if one.question_id == question_id), None)
    ungraded = next((one for one in scorecard.ungraded if one.question_id == question_id), None)
    review = transcript.overrides.get(question_id)
    row = QuestionRow(
        number=number,
        id=question_id,
        text=question.text if question else Bilingual(**{transcript.session.language: messages[0].text}),
        chapter=_title(bank, question.chapter_id) if question else Bilingual(),
        section=_title(bank, question.section_id) if question else Bilingual(),
        dimension=question.dimension if question else None,
        bonus=question.bonus if question else False,
        asked_because=messages[0].reason,
        lines=tuple(map(_line, messages)),
        outside=question is None and is_outside(question_id),
        review=_review(review, transcript.standing_grades) if review else None,
        ungraded=_failure(grade, ungraded),
        remarks=tuple(
            RemarkRow(author=one.author, name=one.name, text=one.text, at=one.at)
            for one in transcript.annotations
            if isinstance(one, Remark) and one.question_id == question_id
        ),
    )
    if question is None:
        return row
    note = question.note
    assessment = _assessment(transcript, scorecard, question_id)
    return row.model_copy(
        update={
            "to_mark": _to_mark(question, transcript) if ungraded and ungraded.reason in WAITS_FOR_MARKS else (),
            "judged_by": _judged_by(grade, assessment) if grade else None,
            "drafted": grade is not None and note is not None and note.drafted,
            "points": _timed(transcript, _points(question, assessment, review, transcript)) if grade else (),
            "misconceptions": _timed(transcript, voiced(question, assessment)) if grade and assessment else (),
            "reference": note.reference if note else Bilingual(),
            "sources": note.sources if note else (),
            "score": grade.score if grade else None,
            "level": grade.level if grade else None,
            "depth": grade.depth if grade else None,
        }
    )


def _review(review: Review, stored: Sequence[Grade]) -> ReviewRow:
    before = next((g for g in reversed(stored) if g.question_id == review.question_id and not g.reviewed), None)
    return ReviewRow(
        reviewer=review.reviewer, reason=review.reason, at=review.at, judged_score=before.score if before else None
    )


def _failure(grade: Grade | None, ungraded: Ungraded | None) -> Failure | None:
    if grade:
        return None
    if ungraded:
        return Failure(reason=ungraded.reason, detail=ungraded.detail)
    return Failure(reason="not_reached", detail="")


def _judged_by(grade: Grade, assessment: Assessment | None) -> JudgedBy | Literal["person"] | None:
    if grade.reviewed:
        return "person"
    return assessment.provenance.thinking if assessment else None


def _to_mark(question: Question, transcript: Transcript) -> tuple[PointToMark, ...]:
    """All key points of an answer that the candidate has not marked whole, in an interview held offline."""
    if transcript.session.thinking != "offline":
        return ()
    marks = transcript.self_marks(question.id)
    return tuple(
        PointToMark(
            number=number,
            id=point.id,
            level=point.level,
            text=point.text,
            status=marks[point.id].status if point.id in marks else None,
        )
        for number, point in enumerate(question.key_points, 1)
    )


def _assessment(
    transcript: Transcript, scorecard: Scorecard, question_id: str, *, read: bool = False
) -> Assessment | None:
    """The assessment that the scorecard counts, else the newest up to the last turn judged; with `read`, the newest with a
    reader."""
    counts = next((row for row in scorecard.rows if row.question_id == question_id), None)
    if isinstance(counts, Assessment) and (counts.provenance.read or not read):
        return counts
    rows = [r for r in transcript.standing if isinstance(r, Assessment) and r.question_id == question_id]
    if read:
        rows = [row for row in rows if row.provenance.read]
    return max(enumerate(rows), key=lambda one: (one[1].turn, one[0]))[1] if rows else None


def _points(
    question: Question, assessment: Assessment | None, review: Review | None, transcript: Transcript
) -> tuple[PointRow, ...]:
    explained = explanations_of(transcript, assessment) if assessment else {}
    by_model = assessment is not None and assessment.provenance.thinking == "endpoint"
    verdicts = {verdict.key_point_id: verdict for verdict in assessment.verdicts} if assessment else {}
    statuses = review.statuses if review and review.score is None else {}
    rows: list[PointRow] = []
    for number, point in enumerate(question.key_points, 1):
        verdict = verdicts.get(point.id)
        status = statuses.get(point.id) or (verdict.status if verdict else None)
        if status is None:
            continue
        row = PointRow(
            number=number,
            id=point.id,
            level=point.level,
            text=point.text,
            status=status,
            reviewed=point.id in statuses,
        )
        if verdict:
            found: dict[str, object] = verdict.model_dump(include=FOUND)
            if verdict.status == status:  # a person's verdict is not what was explained
                found["explained"] = explained.get(point.id, "")
                found["explainable"] = by_model and not found["explained"] and may_be_explained(verdict)
            row = PointRow.model_validate({**row.model_dump(), **found, "echo": verdict.note == "echo"})
        rows.append(row)
    return tuple(rows)


def _timed(transcript: Transcript, rows: Sequence[_Quoted]) -> tuple[_Quoted, ...]:
    """The rows with the time of each quote, in a recording."""
    if transcript.session.recording is None:
        return tuple(rows)
    return tuple(row.model_copy(update={"start_s": _second(transcript, row.span)}) for row in rows)


def _judges(transcript: Transcript, scorecard: Scorecard) -> tuple[Judge, ...]:
    """Who judged the graded questions: most often one entry, more after a re-grading by another model.

    A turn with nothing in it to read leaves its question to whoever read the turns before.
    """
    counts: dict[Judge, int] = {}
    for grade in scorecard.grades:
        assessment = _assessment(transcript, scorecard, grade.question_id, read=True)
        if assessment is None:
            continue
        by = assessment.provenance
        prompt = f"{by.prompt_id}/{by.prompt_version}" if by.prompt_id else ""
        judge = Judge(thinking=by.thinking, model=by.model, prompt=prompt, grader_version=by.grader_version)
        counts[judge] = counts.get(judge, 0) + 1
    return tuple(judge.model_copy(update={"questions": count}) for judge, count in counts.items())


def _unread(transcript: Transcript, scorecard: Scorecard) -> int:
    judged = [one.question_id for one in scorecard.grades if _assessment(transcript, scorecard, one.question_id)]
    return sum(_assessment(transcript, scorecard, question_id, read=True) is None for question_id in judged)


def _bands(bank: Bank, language: Language) -> tuple[BandRow, ...]:
    """Bands from the lowest up. What the outline says of them is kept only in its own language."""
    bands = sorted(bank.outline.bands, key=lambda band: band.lower)
    uppers = [higher.lower for _, higher in pairwise(bands)] + [100.0]
    own = bank.outline.language == language
    return tuple(
        BandRow(id=band.id, lower=band.lower, upper=upper, text=band.text if own else "")
        for band, upper in zip(bands, uppers, strict=True)
    )


def _dimensions(bank: Bank, scorecard: Scorecard, language: Language) -> tuple[DimensionRow, ...]:
    """Dimensions in the outline's order, with its own titles where they are in `language`, else without."""
    scores = {one.dimension_id: one for one in scorecard.dimensions}
    own = bank.outline.language == language
    return tuple(
        DimensionRow(
            id=dimension.id,
            title=dimension.title if own else "",
            weight=dimension.weight,
            graded=scores[dimension.id].graded,
            score=scores[dimension.id].score,
        )
        for dimension in bank.outline.dimensions
        if dimension.id in scores
    )


def _strengths(questions: Iterable[QuestionRow]) -> tuple[Highlight, ...]:
    """Points covered in the candidate's own words without a hint, the deepest first; at most two a question."""
    found = [
        Highlight(question=question.number, point=point)
        for question in questions
        for point in question.points
        if point.status == "covered" and point.level != "fair" and not point.after_hint
    ]
    return _spread(sorted(found, key=lambda one: -LEVELS.index(one.point.level)))


def _gaps(questions: Iterable[QuestionRow]) -> tuple[Highlight, ...]:
    """Points contradicted, then points missing, the most basic first; at most two a question."""
    found = [
        Highlight(question=question.number, point=point)
        for question in questions
        for point in question.points
        if point.status in ("absent", "contradicted")
    ]
    return _spread(sorted(found, key=lambda one: (one.point.status != "contradicted", LEVELS.index(one.point.level))))


def _spread(found: Sequence[Highlight]) -> tuple[Highlight, ...]:
    chosen: list[Highlight] = []
    for one in found:
        if sum(other.question == one.question for other in chosen) < 2:
            chosen.append(one)
    return tuple(chosen[:HIGHLIGHTS])


def _title(bank: Bank, part_id: str) -> Bilingual:
    return bank.titles.get(part_id, Bilingual())
