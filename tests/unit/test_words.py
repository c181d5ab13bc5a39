"""Everything a person sees exists in both languages: the lists of fixed words have the same keys and the same blanks."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

import interviewer.errors
import knowledge.errors
from knowledge.errors import UserFacingError
from ui.texts import explain

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    {path.parent for room in ("interviewer", "prompts", "ui") for path in (ROOT / room).rglob("words/zh.toml")}
)
PATTERNS = {"claim.said"}
"""Regular expressions, which are not filled in."""


def leaves(tree, prefix=""):
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, list) else [value]


def blanks(texts):
    return {field for text in texts for _, field, _, _ in string.Formatter().parse(text) if field}


def read(folder, language):
    return dict(leaves(tomllib.loads((folder / f"{language}.toml").read_text("utf8"))))


def test_the_folders_of_words_are_found():
    assert len(FOLDERS) >= 3


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_both_languages_have_the_same_keys_and_blanks(folder):
    zh, en = read(folder, "zh"), read(folder, "en")
    assert zh.keys() == en.keys()
    for key in zh.keys() - PATTERNS:
        if key.startswith("guard."):
            continue
        assert all(isinstance(text, str) and text for text in (*zh[key], *en[key])), key
        assert blanks(zh[key]) == blanks(en[key]), key


def error_kinds():
    found = set()
    for module in (knowledge.errors, interviewer.errors):
        found |= {
            kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, UserFacingError)
        }
    return sorted(found, key=lambda kind: kind.code)


@pytest.mark.parametrize("kind", error_kinds(), ids=lambda kind: kind.code)
def test_every_error_is_said_in_both_languages(kind):
    error = kind(
        "what", "fix", length=3, limit=2, value="v", host="h", port=1, day="2026-01-05", session_id="s", low=1, high=2,
        address="a", wait=3,
    )  # fmt: skip
    zh, en = explain(error, "zh"), explain(error, "en")
    assert any("\u4e00" <= character <= "\u9fff" for character in zh)
    assert not any("\u4e00" <= character <= "\u9fff" for character in en)


def test_rooms_of_candidates_say_errors_in_the_words_for_candidates():
    """`explain` names files and addresses; only reviewers' rooms use it."""
    reviewers = {"marking", "review", "inspect", "knowledge", "access"}
    rooms = [room for room in (ROOT / "ui" / "web").iterdir() if room.is_dir() and room.name not in reviewers]
    assert len(rooms) > 8
    said = [
        path
        for room in rooms
        for path in room.rglob("*.py")
        if re.search(r"(?<![.\w])explain\(", path.read_text("utf8"))
    ]
    assert said == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_for_a_candidate_says_that_answers_are_kept_whether_or_not_they_are(language):
    """What was shown as kept is; of what was sent last, only the page, read anew from the store, can say so."""
    words = tomllib.loads((ROOT / "ui" / "words" / f"{language}.toml").read_text("utf8"))["candidate"]
    sure = re.compile("answers are kept|回答都还在|回答已保存")
    assert [key for key, text in words.items() if sure.search(text)] == []
    assert re.search("what was shown as kept|已经显示“已保存”", words["bank_unreadable"])
