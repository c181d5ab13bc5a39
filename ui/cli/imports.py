"""`interviewer import`: reads files of any kind, shows who is who and what was asked, and stores what a person agrees to.

The one rule: a file that fails stops no other; each is answered for, on the screen or as a line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import glob
import json
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from interviewer.app import App
from interviewer.errors import RecordingRefused, TranscriptError
from interviewer.recordings.align import UNSURE
from interviewer.recordings.alignment import Alignment
from interviewer.recordings.alignment_file import read_alignment, write_alignment
from interviewer.recordings.imports import Kept, Proposal, Recordings, Wishes
from interviewer.recordings.recognise import format_named
from interviewer.recordings.to_transcript import content_hash
from interviewer.settings import Settings
from knowledge.errors import UserFacingError
from knowledge.models import Language
from ui.cli.import_view import shortly, shown
from ui.cli.screen import is_terminal, progress
from ui.cli.streams import read_line
from ui.texts import explain, say

NO_TRANSCRIPTS = frozenset(
    [
        ".mp3",
        ".m4a",
        ".wav",
        ".ogg",
        ".flac",
        ".aac",
        ".mp4",
        ".mkv",
        ".mov",
        ".webm",
        ".avi",
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".webp",
        ".svg",
        ".pdf",
        ".py",
        ".toml",
        ".lock",
        ".db",
        ".sqlite",
        ".sqlite3",
    ]
)
"""Endings that are passed over in a folder (and said): sound, films, pictures and the like. Named by itself, such a file is tried."""
MOST_FILES = 100_000
MANY = 12
"""Files from which each gets one line and a bar shows how far it is."""


@dataclass(frozen=True)
class Line:
    """What became of one recording or session of a file: its proposal and what was kept, or why it was refused."""

    file: str
    proposal: Proposal | None = None
    kept: tuple[Kept, ...] = ()
    error: UserFacingError | None = None
    number: int = 1
    written: str = ""


def take_in(args: argparse.Namespace, settings: Settings) -> int:
    """Exit 0 when everything was stored (or was there already), 1 when something was refused or left."""
    app, language = App(settings), settings.ui.language
    files, passed = _files(args.files)
    if passed and not args.json:
        print(
            say(language, "import", "passed", n=len(passed), names=", ".join(path.name for path in passed[:3])),
            file=sys.stderr,
        )
    if not files:
        raise TranscriptError(f"There is no file in {' '.join(args.files)!r}.", "Check the path.")
    wishes = Wishes(
        candidates=tuple(args.candidate),
        interviewers=tuple(args.interviewer),
        format=format_named(args.format) if args.format else None,
        with_model=not args.no_model,
    )
    return asyncio.run(_all(app, args, files, wishes, language))


async def _all(app: App, args: argparse.Namespace, files: Sequence[Path], wishes: Wishes, language: Language) -> int:
    refused = stored = already = 0
    desk = _Desk(app.recordings, args, wishes, _alignments(args.alignment), language, asks=_asks(args))
    many = len(files) >= MANY
    seen: set[str] = set()
    try:
        with (
            progress(language, "reading_in")
            if many and not desk.asks and not args.json
            else nullcontext(_untold) as told
        ):
            async for line in desk.lines(files):
                refused += line.error is not None
                stored += sum(kept.status != "already" for kept in line.kept)
                already += sum(kept.status == "already" for kept in line.kept)
                _tell(line, args, language, brief=many, was_shown=desk.asks)
                if line.file not in seen:
                    seen.add(line.file)
                    told(len(seen), len(files))
    finally:
        await app.aclose()
    if len(files) > 1 and not args.json:
        print(say(language, "import", "summary", stored=stored, already=already, refused=refused), file=sys.stderr)
    return 1 if refused else 0


def _untold(done: int, total: int) -> None:
    """Few files, or somebody who reads JSON: no bar."""


def _asks(args: argparse.Namespace) -> bool:
    """Whether there is a person at a terminal to be asked."""
    return (
        not (args.yes or args.dry_run or args.json or args.propose or args.alignment)
        and sys.stdin.isatty()
        and is_terminal(sys.stderr)
    )


class _Desk:
    """Takes file after file; knows what was asked for on the command line."""

    def __init__(
        self, recordings: Recordings, args: argparse.Namespace, wishes: Wishes, alignments: dict[str, Alignment], language: Language, *, asks: bool
    ) -> None:  # fmt: skip
        self._recordings = recordings
        self._args = args
        self._wishes = wishes
        self._alignments = alignments
        self._language: Language = language
        self.asks = asks

    async def lines(self, files: Sequence[Path]) -> AsyncIterator[Line]:
        """A line for each session of each file, in their order. With a model several files are under way at once."""
        gate = asyncio.Semaphore(1 if self.asks else 8)

        async def one(file: Path) -> list[Line]:
            async with gate:
                return [line async for line in self._file(file)]

        for begin in range(0, len(files), 64):
            block = [asyncio.create_task(one(file)) for file in files[begin : begin + 64]]
            for task in block:
                for line in await task:
                    yield line

    async def _file(self, file: Path) -> AsyncIterator[Line]:
        try:
            found = self._recordings.open(file, file.name, self._wishes.format)
        except UserFacingError as error:
            yield Line(str(file), error=error)
            return
        for transcript in found.exports:
            try:
                kept = () if self._args.dry_run or self._args.propose else (self._recordings.keep_export(transcript),)
                yield Line(str(file), kept=kept, written=transcript.session.id)
            except UserFacingError as error:
                yield Line(str(file), error=error)
        for recording in found.recordings:
            try:
                proposal = await self._recordings.propose(recording, file.name, self._wishes)
                yield self._decided(file, proposal, several=len(found.recordings) > 1)
            except UserFacingError as error:
                yield Line(str(file), error=error, number=recording.number)
        for part in found.refused:
            yield Line(str(file), error=part.error, number=part.number)

    def _decided(self, file: Path, proposal: Proposal, *, several: bool) -> Line:
        args, name = self._args, str(file)
        if args.propose:
            return Line(name, proposal, written=_propose(args.propose, file, proposal, several))
        if args.alignment:
            alignment = self._alignments.get(content_hash(proposal.recording))
            if alignment is None:
                raise RecordingRefused(
                    f"No alignment in {args.alignment!r} is for this recording.",
                    "Write one with --propose.",
                    reason="no_alignment",
                    file=args.alignment,
                )
            proposal = self._recordings.corrected(proposal, alignment, args.by or _somebody(), args.alignment)
        if args.dry_run:
            return Line(name, proposal)
        if args.alignment or args.yes:
            return Line(name, proposal, self._recordings.keep(proposal, args.by if not args.yes else ""))
        if not self.asks:
            raise RecordingRefused(
                "Nobody has looked at who is who and what was asked.",
                "Run it on a terminal, or take what is proposed with --yes, or correct it with --propose and --alignment.",
                reason="not_confirmed",
            )
        return self._asked(name, proposal)

    def _asked(self, name: str, proposal: Proposal) -> Line:
        print(shown(proposal, name, self._language), file=sys.stderr)
        print(say(self._language, "import", "ask"), end=" ", file=sys.stderr, flush=True)
        if (read_line(sys.stdin) or "").strip().casefold() not in ("y", "yes", "是", "好"):
            raise RecordingRefused(
                "It was not stored, as you said.", "Correct it with --propose and --alignment.", reason="declined"
            )
        return Line(name, proposal, self._recordings.keep(proposal, self._args.by or _somebody()))


def _somebody() -> str:
    """The name of the user of this machine, for who confirmed it."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "-"


def _files(named: Sequence[str]) -> tuple[list[Path], list[Path]]:
    """The files that are meant, each once and folders in order, and those in folders that are no transcripts by their ending."""
    found: dict[Path, None] = {}
    passed: dict[Path, None] = {}
    for one in named:
        path = Path(one)
        if os.path.isdir(one):  # says no to what cannot be a path at all, where Path.is_dir would raise
            for inside in sorted(path.rglob("*")):
                if inside.is_file() and not any(part.startswith(".") for part in inside.relative_to(path).parts):
                    (passed if inside.suffix.casefold() in NO_TRANSCRIPTS else found)[inside] = None
                if len(found) > MOST_FILES:
                    raise TranscriptError(
                        f"The folder {one!r} holds more than {MOST_FILES} files.", "Name a smaller one."
                    )
        elif not os.path.exists(one) and glob.has_magic(one):
            found.update(
                dict.fromkeys(Path(match) for match in sorted(glob.glob(one, recursive=True)) if Path(match).is_file())
            )
        else:
            found[path] = None
    return list(found), list(passed)


def _alignments(named: str | None) -> dict[str, Alignment]:
    """The alignments in a file or folder, by the recording they are for. Raises TranscriptError, RecordingRefused."""
    if not named:
        return {}
    path = Path(named)
    files = (
        sorted(one for one in path.iterdir() if one.suffix in (".yaml", ".yml", ".json")) if path.is_dir() else [path]
    )
    found: dict[str, Alignment] = {}
    for file in files:
        try:
            alignment = read_alignment(file.read_text("utf-8-sig"), file.name)
        except (OSError, UnicodeDecodeError) as error:
            raise TranscriptError(f"The alignment {str(file)!r} cannot be read: {error}.", "Check its path.") from error
        found[alignment.sha256] = alignment
    return found


def _propose(target: str, file: Path, proposal: Proposal, several: bool) -> str:
    """Write the alignment of a recording; into a folder under the file's name, or to the path itself."""
    path = Path(target)
    number = f"-{proposal.recording.number}" if several else ""
    if path.is_dir() or target.endswith(("/", "\\")) or several:
        path = path / f"{file.name}{number}.yaml"
    text = write_alignment(
        proposal.alignment, proposal.sides.cues, proposal.bank, proposal.bank.outline.language, UNSURE
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf8")
    except OSError as error:
        raise TranscriptError(
            f"{str(path)!r} cannot be written: {error.strerror}.", "Choose another --propose."
        ) from error
    return str(path)


def _tell(line: Line, args: argparse.Namespace, language: Language, *, brief: bool, was_shown: bool) -> None:
    if args.json:
        for row in _rows(line):
            print(json.dumps(row, ensure_ascii=False), flush=True)
        return
    if line.error is not None:
        part = f" ({line.number})" if line.number > 1 else ""
        print(f"{line.file}{part}: {explain(line.error, language)}", file=sys.stderr)
        return
    if line.proposal is not None and not was_shown:
        print((shortly if brief else shown)(line.proposal, line.file, language), file=sys.stderr)
    if line.written and line.proposal is not None:
        print(line.written)
    for kept in line.kept:
        if kept.status != "stored":
            print(say(language, "import", kept.status, file=line.file, id=kept.session.id), file=sys.stderr)
        print(kept.session.id, flush=True)


def _rows(line: Line) -> Iterator[dict[str, Any]]:
    """The line as JSON: one object for each session, or for what was refused or only looked at."""
    base: dict[str, Any] = {"file": line.file, "number": line.number}
    if line.error is not None:
        yield base | {
            "status": "refused", "id": None, "error": line.error.code, "reason": line.error.details.get("reason", ""), "why": line.error.what, "fix": line.error.fix,
        }  # fmt: skip
        return
    about = _about(line.proposal) if line.proposal else {"format": "export"}
    base["number"] = line.proposal.recording.number if line.proposal else 1
    if not line.kept:
        yield base | {"status": "proposed", "id": None, "written": line.written or None} | about
    for kept in line.kept:
        yield (
            base
            | {
                "status": kept.status,
                "id": kept.session.id,
                "candidate": kept.session.candidate,
                "bank": kept.session.bank_id,
            }
            | about
        )


def _about(proposal: Proposal) -> dict[str, Any]:
    speakers = [{"name": one.name, "role": one.role, "why": one.why} for one in proposal.sides.speakers]
    return {
        "format": proposal.recording.format, "bank": proposal.bank.id, "cues": len(proposal.recording.cues), "turns": len(proposal.turns),
        "speakers": speakers, "speakers_sure": proposal.sides.sure, "questions": len(proposal.asked), "in_bank": len(proposal.asked) - len(proposal.outside),
        "not_in_bank": len(proposal.outside), "unsure": len(proposal.unsure), "aligned_by": proposal.alignment.aligned_by, "not_speech": _aside(proposal),
        "notices": [{"code": one.code, **dict(one.values)} for one in (*proposal.recording.notices, *proposal.notices)],
    }  # fmt: skip


def _aside(proposal: Proposal) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in proposal.recording.asides:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    return counts
