"""Marking one's own answers in the terminal: each key point with one's nearest sentence beside it, one key for each mark.

The one rule: nothing is marked but by a key that was pressed; what is proposed is only shown.
"""

from __future__ import annotations

from interviewer.app import App
from interviewer.interview.self_marking import MarkRow, Sheet
from interviewer.interview.state import InterviewState
from interviewer.models import SelfStatus
from interviewer.report.wording import number
from knowledge.models import Language
from ui.cli.typed_input import Typed
from ui.texts import say

STATUS: dict[str, SelfStatus] = {"said": "covered", "partly": "partial", "not": "absent"}
KEYS = {"1": "said", "2": "partly", "3": "not", "0": "rest"}


def waiting_sheets(app: App, state: InterviewState) -> list[Sheet]:
    """The questions with key points that nobody has marked, in the order asked; none where a model judges."""
    if state.session.thinking != "offline":
        return []
    return [sheet for sheet in app.self_marking.sheets(state).values() if sheet.left and not sheet.lock]


async def mark(app: App, sheets: list[Sheet], typed: Typed, language: Language) -> None:
    """Go through the sheets, a key for each key point: Enter leaves one as it is, 0 says that the rest was not said, and whoever
    types anything else (a command, the next answer) goes on with that."""
    for sheet in sheets:
        if not await _mark_one(app, sheet, typed, language):
            return


async def _mark_one(app: App, sheet: Sheet, typed: Typed, language: Language) -> bool:
    """One question; whether to go on with the next."""
    title = sheet.question.text.to(language)
    print(
        f"\n{say(language, 'self_mark', 'title', n=sheet.number, question=title)}\n{say(language, 'self_mark', 'keys')}"
    )
    at = {"session_id": sheet.session_id, "question_id": sheet.question.id, "attempt": sheet.attempt}
    go_on = True
    for row in sheet.rows:
        if row.status is not None:
            continue
        _show(row, language)
        match await typed.key(say(language, "self_mark", "prompt"), KEYS):
            case "stop":
                go_on = False
                break
            case "rest":
                sheet = await app.self_marking.mark_rest(**at)
                break
            case "":
                continue
            case chosen:
                sheet = await app.self_marking.mark(**at, key_point_id=row.point.id, status=STATUS[chosen])
    if sheet.grade is not None:
        print(say(language, "self_mark", "score", score=number(sheet.grade.score)))
    elif sheet.left:
        print(say(language, "self_mark", "left", n=sheet.left))
    return go_on


def _show(row: MarkRow, language: Language) -> None:
    print(f"\n{row.number}. [{say(language, 'levels', row.point.level)}] {row.point.text.to(language)}")
    if row.proposed is not None:
        print(f"   {say(language, 'self_mark', 'maybe', words=' '.join(row.proposed.text.split()))}")
