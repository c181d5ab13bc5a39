"""Finding a bank's files and reading them: which ones there are, their text, and one hash over all of them.

Its rules: a missing or unreadable outline raises; any other file that cannot be read is a finding and counts as empty.
What is opened is decided in `walls`: a link never leads out of the bank's folder.
"""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.adopt.decode import decode, plain_lines
from knowledge.errors import BankError
from knowledge.findings import Findings, shortened
from knowledge.links import NOTE_KINDS
from knowledge.models import FileLimits
from knowledge.similarity import normalise
from knowledge.walls import NotOpened, read_file, real_place

MOST_LINES, MOST_NOTE_LINES = 200_000, 20_000
"""Lines that hold text in an outline, a few for each of 50,000 questions, and in any other file. Of blank ones twice as many."""


_NO_LISTS = frozenset(("readme", "license", "licence", "contributing", "changelog", "left-out"))
"""Files that stand in many folders and hold no list of questions."""
DRAFTS = "drafts"
_OTHER_NOTES = frozenset((".docx", ".doc", ".pdf", ".html", ".htm", ".rst", ".org", ".rtf", ".odt", ".ipynb"))
NOTE_FOLDERS = ("notes", "answers", "笔记", "答案", "参考答案")


@dataclass(slots=True)
class BankFiles:
    """The files of one bank, and the texts read so far by name.

    `alone` is true for an outline given as a file of its own: then nothing else in its folder belongs to the bank.
    """

    root: Path
    outline: Path
    alone: bool
    limits: FileLimits = field(default_factory=FileLimits)
    texts: dict[str, str] = field(default_factory=dict[str, str])
    assumed: dict[str, str] = field(default_factory=dict[str, str])
    """The encoding of those that did not say theirs."""
    _real_root: str = field(init=False)
    _places: dict[Path, Path | None] = field(default_factory=dict[Path, Path | None])
    _stems: dict[Path, dict[str, list[Path]]] = field(default_factory=dict[Path, dict[str, list[Path]]])

    def __post_init__(self) -> None:
        self._real_root = os.path.realpath(self.root)

    def name(self, path: Path) -> str:
        """How findings name a file: relative to the folder; bytes of a name that are no text are written out."""
        name = Path(os.path.relpath(path, self.root)).as_posix()
        return name.encode("utf8", "backslashreplace").decode()

    def inside(self, path: Path) -> Path | None:
        """Where `path` really is, as a path under the root; None where links or `..` lead out of it."""
        if path not in self._places:
            self._places[path] = real_place(path, self.root, self._real_root)
        return self._places[path]

    def alike(self, path: Path) -> tuple[Path, ...]:
        """The Markdown files beside `path` whose names differ from its name in marks, widths or cases only."""
        folder = path.parent
        if folder not in self._stems:
            self._stems[folder] = {}
            for one in self._listed(folder, Findings("")) if self.inside(folder) else ():
                if one.suffix == ".md":
                    self._stems[folder].setdefault(normalise(one.stem), []).append(one)
        return tuple(self._stems[folder].get(normalise(path.stem), ()))

    def notes(self, found: Findings) -> Iterator[Path]:
        """Every text file under `notes/` or `answers/`, where it really is; what leads out of the bank's folder is a finding.

        A folder is looked into once, by whatever way it is reached.
        """
        waiting, seen = [self.root / name for name in NOTE_FOLDERS if os.path.lexists(self.root / name)], set[Path]()
        while waiting:
            folder = waiting.pop()
            place = self.inside(folder)
            if place is None:
                self.refuse(folder, found)
            elif place not in seen:
                seen.add(place)
                for path in self._listed(place, found):
                    if os.path.isdir(path):
                        waiting.append(path)
                    elif path.suffix.lower() in NOTE_KINDS and path.name.lower() != "readme.md":
                        if (file := self.inside(path)) is None:
                            self.refuse(path, found)
                        else:
                            yield file

    def drafts(self, found: Findings) -> Iterator[Path]:
        """The files under drafts/, where they really are."""
        if self.alone or self.inside(self.root / DRAFTS) is None:
            return
        for path in self._listed(self.root / DRAFTS, found):
            if path.suffix == ".md" and not path.name.startswith("."):
                if (file := self.inside(path)) is None:
                    self.refuse(path, found)
                else:
                    yield file

    def unread(self, found: Findings) -> None:
        """Write down what lies in the folder as if it belonged to the bank and is not read: further lists of questions, notes
        in a folder of another name, and notes of another kind."""
        if self.alone:
            return
        lists: list[Path] = []
        for path in self._listed(self.root, Findings("")):
            if os.path.isdir(path):
                self._unread_folder(path, found)
            elif path.suffix.lower() in _OUTLINE_KINDS and path.stem.lower() not in _NO_LISTS and path != self.outline:
                lists.append(path)
        for path in lists:
            what = f"This file lies beside {self.name(self.outline)} and is not read."
            fix = "If it holds questions, make one bank of both with `interviewer bank adopt`; a note belongs into notes/."
            self._warn("second_outline", path, what, fix, found)

    def _unread_folder(self, folder: Path, found: Findings) -> None:
        if folder.is_symlink() or folder.name.startswith(".") or folder.name == DRAFTS:
            return
        own = folder.name in NOTE_FOLDERS
        kinds = _OTHER_NOTES if own else NOTE_KINDS
        files = [
            one
            for one in self._listed(folder, Findings(""))
            if one.suffix.lower() in kinds and self.name(one) not in self.texts
        ]
        for path in files if own else []:
            what = f"Notes of this kind ({path.suffix.lower()}) are not read."
            self._warn("ignored_note", path, what, "Save it as Markdown or plain text in UTF-8.", found)
        if files and not own:
            what = f"Notes are not looked for in the folder {self.name(folder)!r}; {len(files)} text files in it are not read."
            self._warn(
                "ignored_note", files[0], what, "Call the folder notes, or link its files from the outline.", found
            )

    def _warn(self, code: str, path: Path, what: str, fix: str, found: Findings) -> None:
        in_file = Findings(self.name(path))
        in_file.warning(code, 1, what, fix)
        found.add(in_file.all())

    def _listed(self, folder: Path, found: Findings) -> list[Path]:
        """What stands in a folder, in order; nothing where there is none."""
        try:
            return sorted(folder.iterdir())
        except (FileNotFoundError, NotADirectoryError):
            return []
        except (OSError, ValueError) as error:
            in_folder = Findings(self.name(folder))
            what = f"The folder cannot be read ({getattr(error, 'strerror', error)})."
            in_folder.error("unreadable", 1, what, "Check its permissions.")
            found.add(in_folder.all())
            return []

    def refuse(self, path: Path, found: Findings) -> None:
        """Write down that `path` leads out of the bank's folder."""
        target = f" to {shortened(os.readlink(path), 80)!r}" if path.is_symlink() else ""
        in_file = Findings(self.name(path))
        in_file.error(
            "file_outside",
            1,
            f"This link leads out of the bank's folder{target}; it is not read.",
            "Copy the file into the folder, or link to one inside it.",
        )
        found.add(in_file.all())

    def outline_bytes(self) -> bytes:
        """The outline as it is on disk; it counts for the hash. Raises BankError when it cannot be read."""
        place = self.inside(self.outline)
        if place is None:
            raise BankError(
                f"{self.outline}: the outline is a link that leads out of the bank's folder.",
                "Copy the file into the folder, or give the file itself.",
            )
        try:
            return read_file(place, self.limits.outline_mb)
        except NotOpened as error:
            raise BankError(f"{self.outline}: {error.what}", error.fix) from error

    def outline_text(self, text: str) -> None:
        """Take what the outline says into the hash. Raises BankError where it has more lines than a bank may have."""
        if line := _line_too_many(text, MOST_LINES):
            what = f"{self.outline}:{line}: the outline has more than {MOST_LINES} lines with text."
            raise BankError(what, "Part it into several banks.")
        self.texts[self.name(self.outline)] = text

    def read(self, path: Path, found: Findings) -> str | None:
        """The text of another file, or None with a finding when it cannot be read."""
        place = self.inside(path)
        if place is None:
            self.refuse(path, found)
            return None
        try:
            text = self._text(path, read_file(place, self.limits.note_mb))
            if not (line := _line_too_many(text, MOST_NOTE_LINES)):
                say_assumed(self.assumed.get(self.name(path)), found)
                return text
            what = f"The file has more than {MOST_NOTE_LINES} lines with text; it is not read."
            found.error("too_large", line, what, "Part it.")
        except NotOpened as error:
            found.error(error.code, 1, error.what, error.fix)
        except _NotText as error:
            found.error("not_utf8", error.line, "The file is not UTF-8 and is not read.", "Save it as UTF-8.")
        return None

    def _text(self, path: Path, raw: bytes) -> str:
        """Byte order mark and line ends evened out, so that the hash is the same on every system."""
        try:
            text = plain_lines(raw.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            try:
                decoded = decode(raw, path.name)
            except BankError:
                decoded = None
            if decoded is None or decoded.encoding == "cp1252":
                raise _NotText(raw[: error.start].count(b"\n") + 1) from error
            text = decoded.text
            self.assumed[self.name(path)] = decoded.encoding
        self.texts[self.name(path)] = text
        return text

    def digest(self) -> str:
        """sha256 over the names and texts of all files read, in the order of their names."""
        total = hashlib.sha256()
        for name, text in sorted(self.texts.items()):
            total.update(f"{name}\0{text}\0".encode())
        return total.hexdigest()


def say_assumed(encoding: str | None, found: Findings) -> None:
    """Write down that a file does not say its encoding, and as which it was read."""
    if encoding:
        what = f"The file does not say its encoding; it was read as {encoding.upper()}."
        found.warning("encoding_assumed", 1, what, "Save it as UTF-8.")


def _line_too_many(text: str, most: int) -> int:
    """The first line beyond those that are read; 0 where there is none."""
    if text.count("\n") < most:
        return 0
    held = 0
    for number, line in enumerate(io.StringIO(text), 1):
        held += not line.isspace()
        if held > most or number > 3 * most:
            return number
    return 0


class _NotText(Exception):
    """The bytes are not UTF-8 from `line` on."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def locate(path: Path, limits: FileLimits | None = None) -> BankFiles:
    """The bank at `path`, a folder with an outline.md or an outline file. Raises BankError when there is none.

    The folder itself may be a link, and so may an outline that is given by its own name: that is where its notes are then.
    """
    limits = limits or FileLimits()
    path = Path(os.path.abspath(path.expanduser()))
    if os.path.isdir(path):
        return BankFiles(path, _outline_in(path), alone=False, limits=limits)
    if not os.path.isfile(path):
        raise BankError(f"{path}: there is no such file or folder.", "Give a bank's folder or a list of questions.")
    alone = path.name != "outline.md"
    if alone and path.is_symlink():
        path = Path(os.path.realpath(path))
    return BankFiles(path.parent, path, alone=alone, limits=limits)


_OUTLINE_KINDS = (".md", ".markdown", ".txt", ".csv", ".tsv", ".xlsx", ".docx")


def _outline_in(folder: Path) -> Path:
    """The outline of a folder: outline.md, one of that name in another kind or case, or the only list that stands there."""
    if os.path.isfile(folder / "outline.md"):
        return folder / "outline.md"
    lists = [
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in _OUTLINE_KINDS and os.path.isfile(path)
    ]
    named = [path for path in lists if path.stem.lower() in ("outline", "大纲", "questions", "题库")]
    own = [path for path in lists if path.stem.lower() not in _NO_LISTS]
    for chosen in (named, own, lists):
        if len(chosen) == 1:
            return chosen[0]
    seen = ", ".join(path.name for path in lists[:5])
    fix = f"Give one of them ({seen}), or `interviewer bank adopt` the folder." if lists else "Put a list of questions into it, as Markdown, text, CSV, XLSX or DOCX."  # fmt: skip
    what = "the folder has no outline.md" + (f" and {len(lists)} files that could be one." if lists else " and no list of questions.")  # fmt: skip
    raise BankError(f"{folder}: {what}", fix)
