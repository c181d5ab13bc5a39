"""Commands on interviews that were held: grade, replay, report, export, import."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from interviewer.app import App
from interviewer.errors import EndpointError, TranscriptError
from interviewer.interview.explaining import unexplained
from interviewer.interview.judging import case_of, grade_of
from interviewer.interview.regrade import answered, is_pending, regrade, replay
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState, fold
from interviewer.models import Assessment, Scorecard, Thinking, Transcript, Ungraded
from interviewer.report.wording import Words, number
from interviewer.settings import Settings
from interviewer.store import set_aside
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.cli.left import Left
from ui.texts import explain, say, texts


def grade(args: argparse.Namespace, settings: Settings) -> int:
    """Judge a session again and add the rows; a file is imported first, so that its grades are kept too.

    With `--offline` only what text similarity would give is printed: an experiment, stored nowhere.
    `--pending` without a session takes every stored session that has something left to grade.
    """
    app = App(settings)
    if args.offline and args.session is None:
        raise TranscriptError(
            "Text similarity is an experiment and grades nothing.",
            "Name one session or file to see what it would give.",
        )
    if args.explain and (args.offline or args.session is None):
        raise TranscriptError(
            "Only a model's verdicts on one interview can be explained.", "Name one session or file, without --offline."
        )
    if args.session is None:
        if not args.pending:
            raise TranscriptError("There is nothing to grade.", "Name a session or a file, or give --pending for all.")
        return asyncio.run(_grade_pending(app, args))
    transcript = _transcript(app, args.session)
    if args.offline:
        return asyncio.run(_try_similarity(app, _state(app, transcript)))
    if _is_file(args.session):
        app.store.import_transcript(transcript)
    return asyncio.run(_grade(app, _state(app, transcript), args))


async def _grade(app: App, state: InterviewState, args: argparse.Namespace) -> int:
    try:
        judge = app.interviews.mind(state.session, _judging(app, state)).judge
        results = await regrade(state, judge, app.store, "pending" if args.pending else "all", app.clock)
        after = _state(app, app.store.transcript(state.session.id))
        _, card = report_of(after)
        _print_grades(after, results, card, app.settings.ui.language)
        waiting = Left()
        waiting.add(results)
        for line in waiting.lines(app, app.last_failure):
            print(line)
        explained = await _explain(app, after) if args.explain else True
        return 1 if any(isinstance(result, Ungraded) for result in results) or not explained else 0
    finally:
        await app.aclose()


async def _explain(app: App, state: InterviewState) -> bool:
    """Have every partial and contradicted verdict explained, a question a call, and print what comes; whether all came."""
    language, whole = app.settings.ui.language, True
    for asked in state.asked:
        if not unexplained(state, asked):
            continue
        print(f"  {asked.question.text.to(state.session.language)}")
        try:
            rows = await app.explain_verdicts(state.session.id, asked.question.id)
        except UserFacingError as error:
            print(f"    {explain(error, language)}", file=sys.stderr)
            whole = False
            continue
        points = {point.id: point.text.to(state.session.language) for point in asked.question.key_points}
        for row in rows:
            print(f"    {Words(language).say('status', row.status)} · {points[row.key_point_id]}\n      {row.text}")
    return whole


def _judging(app: App, state: InterviewState) -> Thinking:
    """Who grades: a model. An interview held offline is graded by one where one is set, else by its candidate."""
    if state.session.thinking == "offline" and app.thinking == "offline":
        raise EndpointError(
            "This interview was held offline: its candidate marks it, and nothing else grades it without a model.",
            "Mark it on its report page, or give --base-url to have a model judge it.",
        )
    return "endpoint"


async def _try_similarity(app: App, state: InterviewState) -> int:
    """Print what text similarity would give, labelled; nothing is stored, and nothing imported."""
    language, assessor = app.settings.ui.language, app.similarity(state.bank)
    print(say(language, "chat", "similarity"))
    for asked in answered(state):
        result = await assessor.assess(case_of(state, asked, afresh=True))
        title = asked.question.text.to(state.session.language)
        if isinstance(result, Ungraded):
            print(_not_graded(result, title, language))
        else:
            print(f"  {grade_of(state.bank, asked, result).score:8.1f}  {title}")
    return 0


async def _grade_pending(app: App, args: argparse.Namespace) -> int:
    """Every stored session of these banks with answers that could not be graded; a line each."""
    graded = left = 0
    unread: dict[str, UserFacingError] = {}
    waiting = Left()
    try:
        for session_id in _session_ids(app):
            results: tuple[Assessment | Ungraded, ...] = ()
            with set_aside(session_id, unread):
                results = await _grade_left(app, session_id, waiting)
            if results:
                done = sum(isinstance(result, Assessment) for result in results)
                graded, left = graded + done, left + len(results) - done
                counted = say(app.settings.ui.language, "grades", "counted", done=done, left=len(results) - done)
                print(f"{session_id}: {counted}", flush=True)
                waiting.add(results)
    finally:
        failure = app.last_failure
        await app.aclose()
    print(say(app.settings.ui.language, "grades", "counted", done=graded, left=left))
    for line in waiting.lines(app, failure):
        print(line)
    return 1 if name_unread(unread, app.settings.ui.language) or left else 0


async def _grade_left(app: App, session_id: str, waiting: Left) -> tuple[Assessment | Ungraded, ...]:
    """What became of the answers of one session that wait for a grade; nothing where none does, or its bank is not served."""
    transcript = app.store.transcript(session_id)
    if transcript.session.bank_id not in app.banks:
        waiting.elsewhere(transcript)
        return ()
    state = _state(app, transcript)
    if not any(map(is_pending, state.asked)):
        return ()
    return await regrade(state, app.interviews.mind(state.session).judge, app.store, "pending", app.clock)


def name_unread(unread: Mapping[str, UserFacingError], language: Language) -> bool:
    """Say at the end which sessions could not be read or done, and why; whether there were any."""
    for session_id, error in unread.items():
        print(f"{session_id}: {explain(error, language)}", file=sys.stderr)
    return bool(unread)


def _session_ids(app: App, page: int = 200) -> Iterator[str]:
    offset = 0
    while found := app.store.session_ids(limit=page, offset=offset):
        yield from found
        offset += page


def replayed(args: argparse.Namespace, settings: Settings) -> int:
    """Recompute all scores of a session from its stored verdicts; exit 1 when one differs by a single bit."""
    app, language = App(settings), settings.ui.language
    pairs = replay(_state(app, _transcript(app, args.session)))
    for stored, again in pairs:
        found = "same" if stored == again else "points_changed" if again is None else "differs"
        score, said = "–" if again is None else f"{again.score:.2f}", say(language, "grades", found)
        print(f"{stored.score:8.2f}  {score:>8}  {said:8}  {stored.question_id}")
    differing = sum(again is not None and stored != again for stored, again in pairs)
    print(say(language, "grades", "replayed", n=len(pairs), differing=differing))
    return 1 if differing else 0


def _print_grades(
    state: InterviewState, results: tuple[Assessment | Ungraded, ...], card: Scorecard, language: Language
) -> None:
    """A line for each result; `language` is the one of the run, questions stay in that of the interview."""
    by_id = {grade.question_id: grade for grade in card.grades}
    titles = {asked.question.id: asked.question.text.to(state.session.language) for asked in state.asked}
    if not results:
        print(say(language, "grades", "nothing"))
    for result in results:
        title = titles[result.question_id]
        if isinstance(result, Ungraded):
            print(_not_graded(result, title, language))
        else:
            print(f"  {number(by_id[result.question_id].score):>8}  {title}")
    if card.total is not None and card.interval is not None:
        low, high = map(number, card.interval)
        own = f" · {say(language, 'chat', 'own')}" if any(_is_own(row) for row in card.rows) else ""
        print(say(language, "chat", "score", total=number(card.total), low=low, high=high) + own)


def _not_graded(result: Ungraded, title: str, language: Language) -> str:
    why = texts(language)["ungraded"].get(result.reason, result.reason)
    return f"  {say(language, 'grades', 'ungraded')}  {title}\n            {why}"


def _is_own(row: Assessment | Ungraded) -> bool:
    return isinstance(row, Assessment) and row.provenance.thinking == "self"


def report(args: argparse.Namespace, settings: Settings) -> int:
    """Print or write the report in the session's language, or in --lang."""
    from interviewer.report import render

    app = App(settings)
    state = _state(app, _transcript(app, args.session))
    language: Language | None = args.lang
    built, _ = report_of(state, language)
    _deliver(render(built, args.format), args.out)
    return 0


def export(args: argparse.Namespace, settings: Settings) -> int:
    """Everything stored about a session as one JSON document; of several, a file each in the folder `--out`.

    One that cannot be read does not hold up the others: it is named at the end.
    """
    if bool(args.session) == args.all:
        raise TranscriptError(
            "It is not clear which sessions to export.", "Name one or more sessions, or give --all, not both."
        )
    app = App(settings)
    if not args.all and len(args.session) == 1 and not _is_folder(args.out):
        _deliver(_exported(app, args.session[0]), args.out)
        return 0
    if args.out is None:
        raise TranscriptError("Several sessions do not fit into one document.", "Give --out FOLDER for a file each.")
    folder = _made(args.out)
    unread: dict[str, UserFacingError] = {}
    for session_id in _session_ids(app) if args.all else dict.fromkeys(args.session):
        with set_aside(session_id, unread):
            _deliver(_exported(app, session_id), str(folder / f"{quote(session_id, safe='')}.json"))
    return 1 if name_unread(unread, settings.ui.language) else 0


def _exported(app: App, session_id: str) -> str:
    return app.store.transcript(session_id).model_dump_json(indent=1)


def _is_folder(out: str | None) -> bool:
    return out is not None and (out.endswith(("/", os.sep)) or os.path.isdir(out))


def _made(out: str) -> Path:
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TranscriptError(f"{out!r} cannot be a folder: {error.strerror}.", "Choose another --out.") from error
    return Path(out)


def read_transcript(path: Path) -> Transcript:
    """The transcript in an exported file. Raises TranscriptError that says where it is off."""
    from interviewer.recordings.recognise import read_file

    if not _is_file(str(path)):  # nor a folder, nor a device that never ends
        raise TranscriptError(f"There is no file {_short(path)!r}.", "Check its path.")
    found = read_file(path)
    if len(found.exports) != 1 or found.recordings:
        raise TranscriptError(
            f"The file {str(path)!r} is not one exported session.",
            "Give a file that `interviewer export` wrote, or read it in with `interviewer import` first.",
        )
    return found.exports[0]


def _transcript(app: App, session_or_file: str) -> Transcript:
    return (
        read_transcript(Path(session_or_file)) if _is_file(session_or_file) else app.store.transcript(session_or_file)
    )


def _short(path: Path) -> str:
    text = str(path)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _is_file(session_or_file: str) -> bool:
    try:
        return Path(session_or_file).is_file()
    except OSError:  # longer than any file's name
        return False


def _state(app: App, transcript: Transcript) -> InterviewState:
    return fold(app.interviews.bank_of(transcript.session), transcript)


def _deliver(text: str, out: str | None) -> None:
    if out is None:
        sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
        return
    try:
        Path(out).write_text(text, "utf8")
    except OSError as error:
        raise TranscriptError(f"{out!r} cannot be written: {error.strerror}.", "Choose another --out.") from error
    print(out)
