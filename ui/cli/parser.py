"""The commands and their options. Imports nothing heavy: `interviewer --help` must answer at once."""

from __future__ import annotations

import argparse

COMMANDS = "ui.cli"


def build_parser() -> argparse.ArgumentParser:
    """Every command with `--help` and an example; a command is named as `module:function` in `args.run`."""
    parser = argparse.ArgumentParser(
        prog="interviewer",
        description="A mock interviewer for technical candidates. 面向技术候选人的模拟面试官。",
        epilog="Start here: interviewer ui   (then open the address it prints; 打开它打印的网址)",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    common, model = _common(), _model()
    _interviewing(commands, common, model)
    for add in (_afterwards, _keeping, _qualifying, _banks, _operating):
        add(commands, common, model)
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"interviewer {version('interviewer')}"
    except PackageNotFoundError:
        return "interviewer (not installed)"


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    group = common.add_argument_group("settings (over the environment and interviewer.toml)")
    group.add_argument("--data-dir", metavar="DIR", help="where interviews and the index are kept")
    group.add_argument(
        "--bank",
        metavar="DIR",
        help="bank folder, several joined as in PATH (default: the shipped bank on LLM inference)",
    )
    group.add_argument("--lang", choices=("zh", "en"), help="language (default zh)")
    return common


def _model() -> argparse.ArgumentParser:
    model = argparse.ArgumentParser(add_help=False)
    group = model.add_argument_group("model endpoint (without one: labelled offline mode)")
    group.add_argument("--base-url", metavar="URL", help="OpenAI-compatible endpoint, as http://gpu-box:8000/v1")
    group.add_argument("--model", metavar="NAME", help="model name (default: the one that is served)")
    return model


def _add(
    commands: argparse._SubParsersAction,
    name: str,
    run: str,
    text: str,
    example: str,
    *parents: argparse.ArgumentParser,
):  # pyright: ignore[reportMissingTypeArgument, reportUnknownParameterType]  # argparse keeps the type private
    command = commands.add_parser(
        name,
        help=text,
        description=text,
        epilog=f"example:\n  {example}",
        parents=list(parents),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if run:
        command.set_defaults(run=f"{COMMANDS}.{run}")
    return command


def _interview_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--chapters", metavar="LIST", help="chapter numbers or ids, as 1,2 (default: all with questions)"
    )
    command.add_argument("--minutes", type=float, help="length of the interview (default 30)")
    command.add_argument("--questions", type=int, help="number of questions instead of what the minutes allow")
    command.add_argument(
        "--mode",
        choices=("practice", "exam"),
        default="practice",
        help="feedback after each question, or at the end only",
    )
    command.add_argument("--seed", type=int, help="same seed and same answers give the same interview")


def _interviewing(commands, common, model) -> None:
    page = _add(
        commands,
        "ui",
        "serve:ui",
        "Serve the page.",
        "interviewer ui --base-url http://127.0.0.1:8000/v1",
        common,
        model,
    )
    page.add_argument("--host", help="address to listen on (default 127.0.0.1: this machine only)")
    page.add_argument("--port", type=int, help="port (default 7860)")
    chat = _add(
        commands,
        "chat",
        "chat:chat",
        "Hold an interview in the terminal.",
        "interviewer chat --lang en --chapters 1 --minutes 20",
        common,
        model,
    )
    _interview_options(chat)
    chat.add_argument("--resume", metavar="SESSION", help="go on with a stored interview")


def _afterwards(commands, common, model) -> None:
    grade = _add(
        commands,
        "grade",
        "results:grade",
        "Grade or re-grade a stored session or an exported transcript, or all that is pending.",
        "interviewer grade 4kq…  |  interviewer grade transcript.json  |  interviewer grade --pending",
        common,
        model,
    )
    grade.add_argument("session", metavar="SESSION|FILE", nargs="?")
    grade.add_argument("--pending", action="store_true", help="only questions that could not be graded before")
    grade.add_argument("--offline", action="store_true", help="grade by text similarity, not by a model; labelled so")
    replay = _add(
        commands,
        "replay",
        "results:replayed",
        "Recompute all scores of a session from its stored verdicts; exit 1 when one differs.",
        "interviewer replay 4kq…",
        common,
    )
    replay.add_argument("session", metavar="SESSION|FILE")
    report = _add(
        commands,
        "report",
        "results:report",
        "Write the report of a session.",
        "interviewer report 4kq… --format html --out report.html",
        common,
    )
    report.add_argument("session", metavar="SESSION|FILE")
    report.add_argument("--format", choices=("html", "md", "json"), default="md")
    report.add_argument("--out", metavar="FILE", help="write here instead of printing")


def _keeping(commands, common, model) -> None:
    sessions = _add(
        commands,
        "sessions",
        "results:sessions",
        "List stored sessions, newest first, or delete them for good.",
        "interviewer sessions --limit 5  |  interviewer sessions --delete 4kq…  |  interviewer sessions --expire --yes",
        common,
    )
    sessions.add_argument("--limit", type=int, default=20)
    sessions.add_argument("--json", action="store_true", help="one JSON object a line")
    removing = sessions.add_mutually_exclusive_group()
    removing.add_argument("--delete", metavar="SESSION", help="delete this session and all that was added to it")
    removing.add_argument(
        "--expire", action="store_true", help="delete those idle for longer than store.keep_days, now"
    )
    sessions.add_argument("--yes", action="store_true", help="do not ask before deleting")
    export = _add(
        commands,
        "export",
        "results:export",
        "Write a session with everything stored about it as JSON.",
        "interviewer export 4kq… --out session.json",
        common,
    )
    export.add_argument("session", metavar="SESSION")
    export.add_argument("--out", metavar="FILE", help="write here instead of printing")
    take_in = _add(
        commands,
        "import",
        "results:take_in",
        "Read an exported session into the store.",
        "interviewer import session.json",
        common,
    )
    take_in.add_argument("file", metavar="FILE")


def _qualifying(commands, common, model) -> None:
    qualify = _add(
        commands,
        "qualify",
        "qualify:qualify",
        "Measure how well a model (or offline matching) grades answers that people graded; exit 1 when it is not fit.",
        "interviewer qualify --base-url http://127.0.0.1:8000/v1 --out verdicts.jsonl --html qualify.html",
        common,
        model,
    )
    qualify.add_argument("--answers", metavar="FILE", help="JSONL, one graded answer a line (default: the shipped set)")
    qualify.add_argument("--out", metavar="FILE", help="keep every verdict here; run again to go on where it stopped")
    qualify.add_argument("--html", metavar="FILE", help="draw the result as one page")
    qualify.add_argument("--limit", type=_at_least_one, metavar="N", help="only the first N answers")
    qualify.add_argument("--repeats", type=_at_least_one, default=1, metavar="N", help="judge each answer N times")
    qualify.add_argument("--offline", action="store_true", help="judge by text similarity, not by a model; labelled so")
    qualify.add_argument("--json", action="store_true")


def _at_least_one(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _banks(commands, common, model) -> None:
    bank = _add(
        commands,
        "bank",
        "",
        "Check, index, browse or search a bank.",
        "interviewer bank check knowledge/banks/llm-inference",
    )
    bank.set_defaults(run=f"{COMMANDS}.banks:usage", parser=bank)
    parts = bank.add_subparsers(title="bank commands", metavar="COMMAND")
    check = _add(
        parts,
        "check",
        "banks:check",
        "Count what a bank holds and list every finding; exit 1 on errors.",
        "interviewer bank check my-bank/ --json",
        common,
    )
    check.add_argument("path", nargs="?", metavar="PATH", help="bank folder or outline file (default: the bank in use)")
    check.add_argument("--json", action="store_true")
    _add(
        parts,
        "index",
        "banks:index",
        "Bring the vector index up to date with the bank.",
        "interviewer bank index",
        common,
    )
    show = _add(
        parts,
        "show",
        "banks:show",
        "Show the outline, one question with its note, or search the bank.",
        "interviewer bank show --search 首字延迟",
        common,
    )
    show.add_argument("question", nargs="?", metavar="QUESTION_ID")
    show.add_argument("--search", metavar="WORDS", help="questions and notes nearest to these words, with scores")


def _operating(commands, common, model) -> None:
    _add(
        commands,
        "doctor",
        "operate:doctor",
        "Check what works: banks, store, index, embeddings, model, speech, reviewers.",
        "interviewer doctor --base-url http://127.0.0.1:8000/v1",
        common,
        model,
    )
    reviewer = _add(
        commands,
        "reviewer",
        "reviewer:reviewer",
        "Print the setting that lets a reviewer log in, beside those already set; asks for the password twice.",
        "interviewer reviewer li",
        common,
    )
    reviewer.add_argument(
        "name", metavar="NAME", help="without blanks or colons; a name already set gets a new password"
    )
    reviewer.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input, for scripts"
    )
    config = _add(
        commands,
        "config",
        "operate:config",
        "Show the effective settings and where each came from; keys are masked.",
        "interviewer config --json",
        common,
        model,
    )
    config.add_argument("--json", action="store_true")
