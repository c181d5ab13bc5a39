"""`interviewer chat`: the same interview in the terminal, over the same facade and store."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator

from interviewer.app import App
from interviewer.errors import SettingsError
from interviewer.interview.events import Delta, Notice, Speaking, TurnEvent, Written
from interviewer.interview.interviews import StartRequest
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState
from interviewer.settings import Settings
from knowledge.errors import UserFacingError
from knowledge.models import Bank, Language
from ui.texts import explain, say


def chat(args: argparse.Namespace, settings: Settings) -> int:
    """Hold or resume an interview; leaving keeps everything and prints how to come back."""
    app = App(settings)
    return asyncio.run(_hold(app, args))


async def _hold(app: App, args: argparse.Namespace) -> int:
    try:
        state = await _begin(app, args)
        language = state.session.language
        mode = say(language, "progress", state.session.mode)
        print(say(language, "chat", "banner", mode=mode, thinking=say(language, "chat", state.session.thinking)))
        promise = "promise_offline" if state.session.thinking == "offline" else "promise"
        print(say(language, "chat", promise, session=state.session.id))
        print(say(language, "chat", "keys"))
        print(f"\n{state.transcript.messages[-1].text}")
        await _talk(app, state.session.id, language)
        state = await app.interviews.look(state.session.id)
        if state.status == "finished":
            _result(state, language)
        else:
            print(f"\n{say(language, 'chat', 'saved', session=state.session.id)}")
        return 0
    finally:
        await app.aclose()


async def _begin(app: App, args: argparse.Namespace) -> InterviewState:
    if args.resume:
        await app.interviews.resume(args.resume)
        async for _ in app.interviews.carry_on(args.resume):
            pass
        return await app.interviews.look(args.resume)
    language = app.settings.ui.language
    request = StartRequest(
        language=language,
        mode=args.mode,
        minutes=app.settings.interview.minutes,
        chapters=chosen_chapters(app.bank, args.chapters),
        seed=args.seed,
        questions=args.questions,
        thinking=app.thinking,
    )
    return await app.interviews.start(request)


def chosen_chapters(bank: Bank, listed: str | None) -> tuple[str, ...]:
    """Chapter ids from "1,2" or "c1,bonus"; empty means all. Raises SettingsError naming what there is."""
    known = {chapter.id: chapter.id for chapter in bank.outline.chapters}
    known |= {str(chapter.number): chapter.id for chapter in bank.outline.chapters if chapter.number}
    wanted = [part.strip() for part in (listed or "").split(",") if part.strip()]
    unknown = [part for part in wanted if part not in known]
    if unknown:
        raise SettingsError(f"There is no chapter {unknown[0]!r}.", f"The bank has: {', '.join(sorted(known))}.")
    return tuple(known[part] for part in wanted)


async def _talk(app: App, session_id: str, language: Language) -> None:
    while True:
        state = await app.interviews.look(session_id)
        if state.status != "active":
            return
        text = await asyncio.to_thread(_read, say(language, "chat", "answer"))
        try:
            match None if text is None else text.strip().lower():
                case None | "/pause":
                    await app.interviews.pause(session_id)
                case "":
                    continue
                case "/end":
                    print(f"\n{(await app.interviews.finish(session_id)).transcript.messages[-1].text}")
                case "/hint":
                    print(f"\n{(await app.interviews.hint(session_id, state.turn)).text}")
                case "/skip":
                    await _print(app.interviews.skip(session_id, state.turn))
                case _:
                    await _print(app.interviews.answer(session_id, text or "", state.turn))
        except UserFacingError as error:
            print(explain(error, language), file=sys.stderr)


def _read(prompt: str) -> str | None:
    """One answer: a line, or several where each but the last ends in a backslash; None at the end of the input."""
    try:
        lines = [input(f"\n{prompt}")]
        while lines[-1].endswith("\\"):
            lines[-1] = lines[-1][:-1]
            lines.append(input("… "))
    except EOFError:
        return None
    return "\n".join(lines)


async def _print(events: AsyncIterator[TurnEvent]) -> None:
    """Words as they come; a message of its own begins on a new line."""
    async for event in events:
        match event:
            case Speaking():
                print("\n", end="", flush=True)
            case Delta(text=words):
                print(words, end="", flush=True)
            case Notice(text=words):
                print(f"\n({words})", file=sys.stderr)
            case Written():
                print()


def _result(state: InterviewState, language: Language) -> None:
    report, card = report_of(state, language)
    own = f" · {say(language, 'chat', 'own')}" if report.self_marked else ""
    unmarked = sum(bool(question.to_mark) for question in report.questions)
    print()
    if card.total is None or card.interval is None:
        print(say(language, "chat", "no_total"))
    else:
        low, high = card.interval
        print(say(language, "chat", "score", total=card.total, low=low, high=high) + own)
        named = say(language, "chat", "band", band=say(language, "bands", card.band)) if card.band else None
        print(named or say(language, "chat", "little"))
    if unmarked:
        print(say(language, "chat", "unmarked", n=unmarked))
    if left := len(card.ungraded) - unmarked:
        print(say(language, "chat", "ungraded", n=left))
    print(say(language, "chat", "report", session=state.session.id))
