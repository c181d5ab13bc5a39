"""Finding and reading a bank's files: which ones there are, their text, and one hash over all of them.

Its rule: a missing or unreadable outline raises; any other file that cannot be read is a finding and counts as empty.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.errors import BankError
from knowledge.findings import Findings


@dataclass(slots=True)
class BankFiles:
    """The files of one bank, and the texts read so far by name.

    `alone` is true for an outline given as a file of its own: then nothing else in its folder belongs to the bank.
    """

    root: Path
    outline: Path
    alone: bool
    texts: dict[str, str] = field(default_factory=dict[str, str])

    def name(self, path: Path) -> str:
        return Path(os.path.relpath(path, self.root)).as_posix()

    def read_outline(self) -> str:
        """The outline's text. Raises BankError when it cannot be read, is not UTF-8 or is empty."""
        try:
            text = self._read(self.outline)
        except UnicodeDecodeError as error:
            line = self.outline.read_bytes()[: error.start].count(b"\n") + 1
            raise BankError(f"{self.outline}:{line}: the outline is not UTF-8.", "Save it as UTF-8.") from error
        except OSError as error:
            what = f"{self.outline}: the outline cannot be read ({error.strerror})."
            raise BankError(what, "Check the file's permissions.") from error
        if not text.strip():
            raise BankError(f"{self.outline}: the outline is empty.", "Write chapters, sections and questions into it.")
        return text

    def read(self, path: Path, found: Findings) -> str | None:
        """The text of another file, or None with a finding when it cannot be read."""
        try:
            return self._read(path)
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            found.error("not_utf8", line, "The file is not UTF-8 and is not read.", "Save it as UTF-8.")
        except OSError as error:
            found.error("unreadable", 1, f"The file cannot be read ({error.strerror}).", "Check its permissions.")
        return None

    def _read(self, path: Path) -> str:
        """Byte order mark and line ends evened out, so that the hash is the same on every system."""
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        self.texts[self.name(path)] = text
        return text

    def digest(self) -> str:
        """sha256 over the names and texts of all files read, in the order of their names."""
        total = hashlib.sha256()
        for name, text in sorted(self.texts.items()):
            total.update(f"{name}\0{text}\0".encode())
        return total.hexdigest()


def locate(path: Path) -> BankFiles:
    """The bank at `path`, a folder with an outline.md or an outline file. Raises BankError when there is none."""
    path = Path(os.path.abspath(path.expanduser()))
    if os.path.isdir(path):
        if not os.path.isfile(path / "outline.md"):
            others = ", ".join(sorted(file.name for file in path.glob("*.md"))[:3])
            fix = "Name the outline outline.md, or give the file itself" + (f" (found: {others})." if others else ".")
            raise BankError(f"{path}: the folder has no outline.md.", fix)
        return BankFiles(path, path / "outline.md", alone=False)
    if not os.path.isfile(path):
        raise BankError(f"{path}: there is no such file or folder.", "Give a bank's folder or an outline's .md file.")
    if path.suffix.lower() not in (".md", ".markdown"):
        raise BankError(f"{path}: an outline is a Markdown file.", "Give a bank's folder or an outline's .md file.")
    return BankFiles(path.parent, path, alone=path.name != "outline.md")
