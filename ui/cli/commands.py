"""The commands and their options. What each says of itself stands in `words/`, under `command.NAME`."""

from __future__ import annotations

import argparse
from argparse import SUPPRESS
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ui.cli.parser import Command, Commands

MOST_DIGITS = 15
"""Of a number on the command line; what is longer fits no column of a database."""


def declare(commands: Commands, title: str) -> None:
    """Every command, in the order in which help lists them."""
    for some in (_interviewing, _afterwards, _keeping, _qualifying):
        some(commands)
    _banks(commands, title)
    _operating(commands)


def _interviewing(commands: Commands) -> None:
    page = commands.add("ui", "serve:ui", "interviewer ui", "interviewer ui --base-url http://127.0.0.1:8000/v1", common="common model")  # fmt: skip
    page.option("--host", metavar="HOST")
    page.option("--port", type=whole, metavar="PORT")
    page.option("--workers", type=at_least_one, metavar="N")
    page.parser.add_argument("--worker", type=int, help=SUPPRESS)  # how the workers themselves are started
    page.parser.add_argument("--channel", type=int, help=SUPPRESS)
    chat = commands.add("chat", "chat:chat", "interviewer chat --lang en --chapters 1 --minutes 20", common="common model")  # fmt: skip
    _interview_options(chat)
    chat.option("--name", metavar="NAME")
    chat.option("--resume", metavar="SESSION")


def _interview_options(command: Command) -> None:
    command.option("--chapters", metavar="LIST")
    command.option("--minutes", type=float, metavar="N")
    command.option("--questions", type=at_least_one, metavar="N")
    command.option("--mode", choices=("practice", "exam"), default="practice")
    command.option("--seed", type=whole, metavar="N")


def _afterwards(commands: Commands) -> None:
    grade = commands.add(
        "grade", "results:grade", "interviewer grade 4kq…", "interviewer grade transcript.json",
        "interviewer grade --pending", "interviewer grade 4kq… --explain", common="common model",
    )  # fmt: skip
    grade.option("session", metavar="SESSION|FILE", nargs="?")
    grade.option("--pending", action="store_true")
    grade.option("--offline", action="store_true")
    grade.option("--explain", action="store_true")
    replay = commands.add("replay", "results:replayed", "interviewer replay 4kq…")
    replay.option("session", metavar="SESSION|FILE")
    report = commands.add("report", "results:report", "interviewer report 4kq… --format html --out report.html")
    report.option("session", metavar="SESSION|FILE")
    report.option("--format", choices=("html", "md", "json"), default="md")
    report.option("--out", metavar="FILE")


def _keeping(commands: Commands) -> None:
    sessions = commands.add(
        "sessions", "sessions:sessions", "interviewer sessions --limit 5", "interviewer sessions --delete 4kq…",
        "interviewer sessions --expire --yes",
    )  # fmt: skip
    sessions.option("--limit", type=at_least_one, default=20, metavar="N")
    sessions.option("--json", action="store_true")
    removing = sessions.parser.add_mutually_exclusive_group()
    sessions.option("--delete", metavar="SESSION", group=removing)
    sessions.option("--expire", action="store_true", group=removing)
    sessions.option("--yes", action="store_true")
    export = commands.add(
        "export", "results:export", "interviewer export 4kq… --out session.json",
        "interviewer export 4kq… 7wd… --out sessions/", "interviewer export --all --out sessions/",
    )  # fmt: skip
    export.option("session", metavar="SESSION", nargs="*")
    export.option("--all", action="store_true")
    export.option("--out", metavar="FILE|FOLDER")
    take_in = commands.add(
        "import", "imports:take_in", "interviewer import recordings/ --yes",
        "interviewer import talk.vtt --candidate 'Li Wei'", "interviewer import talk.vtt --propose talk.yaml",
        "interviewer import talk.vtt --alignment talk.yaml", "interviewer import session.json", common="common model",
    )  # fmt: skip
    take_in.option("files", metavar="FILE|FOLDER", nargs="+")
    take_in.option("--format", metavar="NAME")
    take_in.option("--candidate", metavar="NAME", action="append", default=[])
    take_in.option("--interviewer", metavar="NAME", action="append", default=[])
    take_in.option("--propose", metavar="FILE|DIR")
    take_in.option("--alignment", metavar="FILE|DIR")
    take_in.option("--by", metavar="NAME", default="")
    take_in.option("--no-model", action="store_true")
    take_in.option("--yes", action="store_true")
    take_in.option("--dry-run", action="store_true")
    take_in.option("--json", action="store_true")


def _qualifying(commands: Commands) -> None:
    qualify = commands.add(
        "qualify", "qualify:qualify", "interviewer qualify --quick --base-url http://127.0.0.1:8000/v1",
        "interviewer qualify --base-url http://127.0.0.1:8000/v1 --out verdicts.jsonl --html qualify.html",
        "interviewer qualify --compare assess/v1 assess/v2 --base-url http://127.0.0.1:8000/v1",
        common="common model",
    )  # fmt: skip
    qualify.option("--answers", metavar="FILE")
    qualify.option("--out", metavar="FILE")
    qualify.option("--html", metavar="FILE")
    how_many = qualify.parser.add_mutually_exclusive_group()
    qualify.option("--limit", type=at_least_one, metavar="N", group=how_many)
    qualify.option("--quick", action="store_true", group=how_many)
    qualify.option("--repeats", type=at_least_one, default=1, metavar="N")
    which = qualify.parser.add_mutually_exclusive_group()
    qualify.option("--offline", action="store_true", group=which)
    qualify.option("--compare", nargs=2, choices=PROMPTS, action=TwoPrompts, metavar="PROMPT", group=which)
    qualify.option("--json", action="store_true")


PROMPTS = ("assess/v1", "assess/v2")
"""What a model can judge with; a test compares them with the prompts that there are."""


class TwoPrompts(argparse.Action):
    """Takes two prompts that are not the same one."""

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: Any = None) -> None:
        if values[0] == values[1]:
            raise argparse.ArgumentError(self, argparse._("two different ones are needed"))  # pyright: ignore[reportAttributeAccessIssue]
        setattr(namespace, self.dest, values)


def whole(text: str) -> int:
    """A whole number that every store can keep, as an option's value."""
    if not text.isascii() or not text.removeprefix("-").isdigit():
        raise _not("%r is not a whole number", text)
    return _bounded(text)


def at_least_one(text: str) -> int:
    """A whole number of at least 1, as an option's value."""
    if not text.isascii() or not text.isdigit() or not text.strip("0"):
        raise _not("%r is not a whole number of at least 1", text)
    return _bounded(text)


def _bounded(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise _not("%r is too large", text[: 2 * MOST_DIGITS])
    return int(text)


def _not(why: str, text: str) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(argparse._(why) % text)  # pyright: ignore[reportAttributeAccessIssue]


def _banks(commands: Commands, title: str) -> None:
    bank = commands.add("bank", "", "interviewer bank check my-bank/", common="")
    parts = bank.parts(title)
    check = parts.add(
        "check", "banks:check", "interviewer bank check my-bank/", "interviewer bank check my-bank/ --all"
    )
    check.option("path", nargs="?", metavar="PATH")
    check.option("--all", action="store_true")
    check.option("--json", action="store_true")
    adopt = parts.add(
        "adopt", "adopt:adopt", "interviewer bank adopt questions.md --out my-bank/", "interviewer bank adopt list.xlsx --dry-run",
        common="common model",
    )  # fmt: skip
    adopt.option("source", nargs="+", metavar="FILE|FOLDER")
    adopt.option("--out", metavar="FOLDER")
    adopt.option("--dry-run", action="store_true")
    adopt.option("--no-model", action="store_true")
    adopt.option("--json", action="store_true")
    draft = parts.add(
        "draft", "draft:draft", "interviewer bank draft my-bank/ --estimate", "interviewer bank draft my-bank/ --from-model --limit 20",
        common="common model",
    )  # fmt: skip
    draft.option("path", nargs="?", metavar="PATH")
    draft.option("--estimate", action="store_true")
    draft.option("--from-model", action="store_true")
    draft.option("--limit", type=at_least_one, metavar="N")
    draft.option("--json", action="store_true")
    parts.add("index", "banks:index", "interviewer bank index")
    show = parts.add("show", "banks:show", "interviewer bank show --search 首字延迟")
    show.option("question", nargs="?", metavar="QUESTION_ID")
    show.option("--search", metavar="WORDS")


def _operating(commands: Commands) -> None:
    model = commands.add(
        "model", "model:model", "interviewer model", "interviewer model qwen3:14b",
        "interviewer model --base-url http://gpu-box:8000/v1 1", common="common",
    )  # fmt: skip
    model.option("name", nargs="?", metavar="NAME")
    model.option("--base-url", metavar="URL")
    model.option("--no-check", action="store_true")
    model.option("--json", action="store_true")
    doctor = commands.add(
        "doctor", "doctor:doctor", "interviewer doctor", "interviewer doctor --base-url http://127.0.0.1:8000/v1",
        "interviewer doctor --find qwen", common="common model",
    )  # fmt: skip
    doctor.option("--find", metavar="TEXT")
    reviewer = commands.add("reviewer", "reviewer:reviewer", "interviewer reviewer li")
    reviewer.option("name", metavar="NAME")
    reviewer.option("--password-stdin", action="store_true")
    config = commands.add("config", "operate:config", "interviewer config --json", common="common model")
    config.option("--json", action="store_true")
    completion = commands.add(
        "completion", "completion:completion", "interviewer completion bash >> ~/.bashrc",
        "interviewer completion fish > ~/.config/fish/completions/interviewer.fish", common="common",
    )  # fmt: skip
    completion.option("shell", choices=("bash", "zsh", "fish"))
