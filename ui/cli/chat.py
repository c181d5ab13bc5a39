"""`interviewer chat`: the same interview in the terminal, over the same facade and store."""

from __future__ import annotations

import argparse
import asyncio
import sys

from interviewer.app import App
from interviewer.errors import AnswerTooLong, SettingsError
from interviewer.interview.interviews import StartRequest
from interviewer.interview.results import report_of
from interviewer.interview.state import InterviewState, active_seconds
from interviewer.report.wording import number
from interviewer.settings import Settings
from knowledge.errors import UserFacingError
from knowledge.models import Bank, Language
from ui.cli.screen import waiting
from ui.cli.self_mark import mark, waiting_sheets
from ui.cli.streams import can_show
from ui.cli.typed_input import COMMAND, Typed, typed_from, unbuffered_terminal
from ui.cli.voice import Voice
from ui.texts import explain_to_candidate, say, texts

INTERRUPTED = 130


def chat(args: argparse.Namespace, settings: Settings) -> int:
    """Hold or resume an interview; leaving keeps everything and prints how to come back."""
    app = App(settings)
    talk = Talk(app, args)
    try:
        with unbuffered_terminal():
            return asyncio.run(talk.hold())
    except KeyboardInterrupt:
        talk.say_saved()
        return INTERRUPTED


class Talk:
    """One interview at one terminal."""

    def __init__(self, app: App, args: argparse.Namespace) -> None:
        self._app = app
        self._args = args
        self._typed: Typed = typed_from()
        self._voice = Voice(self._mark_what_was_left)
        self._session_id = ""
        self._language: Language = app.settings.ui.language
        self._unsent = ""
        self._ended_by_hand = False

    async def hold(self) -> int:
        """Begin or resume, talk, show the result; exit code."""
        try:
            with waiting(self._language, "loading"):
                state = await self._begin()
            self._session_id, self._language = state.session.id, state.session.language
            self._open(state)
            code = await self._talk()
            state = await self._look()
            if state.status == "finished":
                await self._end(state)
            else:
                self.say_saved()
            return code
        finally:
            await self._app.aclose()

    def say_saved(self) -> None:
        """How to go on later; nothing where nothing was begun."""
        if self._session_id:
            print(f"\n{say(self._language, 'chat', 'saved', session=self._session_id)}")

    async def _begin(self) -> InterviewState:
        app, args = self._app, self._args
        if args.resume:
            await app.interviews.resume(args.resume)
            return await app.interviews.look(args.resume)
        request = StartRequest(
            language=app.settings.ui.language,
            mode=args.mode,
            minutes=app.settings.interview.minutes,
            chapters=chosen_chapters(app.bank, args.chapters),
            seed=args.seed,
            questions=args.questions,
            timed=args.questions is None or args.minutes is not None,
            thinking=app.thinking,
            candidate=args.name or "",
        )
        return await app.interviews.start(request)

    def _open(self, state: InterviewState) -> None:
        language, thinking = self._language, state.session.thinking
        if not can_show(say(language, "terminal", "sample")):
            print(f"(this console's encoding, {sys.stdout.encoding}, lacks the characters of this interview: set PYTHONIOENCODING=utf-8)", file=sys.stderr)  # fmt: skip
        mode = say(language, "progress", state.session.mode)
        print(say(language, "chat", "banner", mode=mode, thinking=say(language, "chat", thinking)))
        promise = "promise_offline" if thinking == "offline" else "promise"
        print(say(language, "chat", promise, session=state.session.id))
        print(say(language, "terminal", "keys"))
        if state.transcript.messages and state.status != "finished":
            self._voice.say(state.transcript.messages[-1].text)

    async def _talk(self) -> int:
        """Turns until the interview ends or is left; exit code."""
        while True:
            state = await self._look()
            if state.status != "active":
                return 0
            try:
                if state.pending in ("open", "reply"):  # a process that was killed left it so
                    await self._voice.turn(self._app.interviews.carry_on(self._session_id))
                    continue
                prompt, hint = say(self._language, "chat", "answer"), self._hint(state)
                text = await self._typed.answer(prompt, hint, self._unsent)
                self._unsent = ""
                await self._act(state, text)
            except UserFacingError as error:
                print(f"\n{explain_to_candidate(error, self._language)}", file=sys.stderr)
                if (await self._look()).pending == "reply":
                    return 1

    async def _act(self, state: InterviewState, text: str | None) -> None:
        interviews, session_id = self._app.interviews, self._session_id
        command = "pause" if text is None else command_of(text, self._language)
        match command:
            case "pause":
                await interviews.pause(session_id)
            case "end":
                self._ended_by_hand = True
                print(f"\n{(await interviews.finish(session_id)).transcript.messages[-1].text}")
            case "hint":
                self._voice.say((await interviews.hint(session_id, state.turn)).text)
            case "repeat":
                self._voice.say((await interviews.repeat(session_id, state.turn)).text)
            case "skip":
                await self._voice.turn(interviews.skip(session_id, state.turn))
            case "mark":
                await self._mark(say_when_none=True)
            case "help":
                print(f"\n{say(self._language, 'terminal', 'help')}")
            case "unknown":
                print(f"\n{say(self._language, 'terminal', 'unknown', command=(text or '').strip())}", file=sys.stderr)
            case None:
                await self._answer(state, text or "")

    async def _answer(self, state: InterviewState, text: str) -> None:
        if not text.strip():
            return
        try:
            await self._voice.turn(self._app.interviews.answer(self._session_id, text, state.turn))
        except AnswerTooLong:
            self._unsent = text  # refused and not stored: it is there again, to be shortened
            raise

    async def _mark(self, *, say_when_none: bool = False) -> None:
        sheets = waiting_sheets(self._app, await self._look())
        if sheets:
            await mark(self._app, sheets, self._typed, self._language)
        elif say_when_none:
            print(f"\n{say(self._language, 'self_mark', 'none')}")

    async def _mark_what_was_left(self) -> None:
        """Between two questions, where a person sits at the terminal: mark what was just answered."""
        if self._typed.interactive:
            await self._mark()

    async def _end(self, state: InterviewState) -> None:
        if self._typed.interactive and not self._ended_by_hand and waiting_sheets(self._app, state):
            await self._mark()
            state = await self._look()
        show_result(state, self._language)
        if waiting_sheets(self._app, state):
            print(say(self._language, "self_mark", "later", session=state.session.id))

    async def _look(self) -> InterviewState:
        return await self._app.interviews.look(self._session_id)

    def _hint(self, state: InterviewState) -> str:
        minutes = active_seconds(state.transcript, self._app.clock()) / 60
        return say(self._language, "terminal", "hint", n=len(state.asked), total=state.session.plan.total_questions, minutes=f"{minutes:.0f}")  # fmt: skip


def command_of(text: str, language: Language) -> str | None:
    """The command that `text` is, "unknown" for one that does not exist, None for an answer. Either language's names count."""
    found = COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name = found[1].lower()
    for one in (language, "zh", "en"):
        for command, names in texts(one)["terminal_commands"].items():
            if name in names:
                return command
    return "unknown"


def chosen_chapters(bank: Bank, listed: str | None) -> tuple[str, ...]:
    """Chapter ids from "1,2" or "c1,bonus"; empty means all. Raises SettingsError naming what there is."""
    known = {chapter.id: chapter.id for chapter in bank.outline.chapters}
    known |= {str(chapter.number): chapter.id for chapter in bank.outline.chapters if chapter.number}
    wanted = [part.strip() for part in (listed or "").split(",") if part.strip()]
    unknown = [part for part in wanted if part not in known]
    if unknown:
        raise SettingsError(f"There is no chapter {unknown[0]!r}.", f"The bank has: {', '.join(sorted(known))}.")
    return tuple(known[part] for part in wanted)


def show_result(state: InterviewState, language: Language) -> None:
    """The total with its interval, what is not graded, and where the report is."""
    report, card = report_of(state, language)
    own = f" · {say(language, 'chat', 'own')}" if report.self_marked else ""
    unmarked = sum(bool(question.to_mark) for question in report.questions)
    print()
    if card.total is None or card.interval is None:
        print(say(language, "chat", "no_total"))
    else:
        low, high = map(number, card.interval)
        print(say(language, "chat", "score", total=number(card.total), low=low, high=high) + own)
        named = say(language, "chat", "band", band=say(language, "bands", card.band)) if card.band else None
        print(named or say(language, "chat", "little"))
    if unmarked:
        print(say(language, "chat", "unmarked", n=unmarked))
    if left := len(card.ungraded) - unmarked:
        print(say(language, "chat", "ungraded", n=left))
    print(say(language, "chat", "report", session=state.session.id))
