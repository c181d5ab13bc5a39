"""Pictures and code of a question: shown with it, and nothing outside the bank is opened for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from interviewer.report.render.html_text import prose
from knowledge.pictures import picture_data

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_picture_of_the_bank_is_shown_as_data(tmp_path: Path) -> None:
    (tmp_path / "img").mkdir()
    (tmp_path / "img" / "a b.png").write_bytes(PNG)
    html = prose("Which call?\n\n![graph](<img/a b.png>)", lambda target: picture_data(tmp_path, target))
    assert '<img src="data:image/png;base64,' in html
    assert 'alt="graph"' in html


@pytest.mark.parametrize(
    "target", ["https://example.org/a.png", "//example.org/a.png", "../outside.png", "/etc/passwd", "link.png", "a.svg", "missing.png", "javascript:1.png", "pipe.png"]
)  # fmt: skip
def test_nothing_else_is_opened_or_fetched(tmp_path: Path, target: str) -> None:
    root = tmp_path / "bank"
    root.mkdir()
    (tmp_path / "outside.png").write_bytes(PNG)
    (root / "link.png").symlink_to(tmp_path / "outside.png")
    (root / "a.svg").write_text("<svg/>", "utf8")
    os.mkfifo(root / "pipe.png")
    assert picture_data(root, target) == ""
    assert "<img" not in prose(f"![x]({target})", lambda one: picture_data(root, one))


def test_a_question_without_pictures_is_drawn_as_before() -> None:
    assert prose("**a** `b`", lambda _: "") == prose("**a** `b`")
    assert prose("<img src=x onerror=alert(1)>", lambda _: "data:x") == prose("<img src=x onerror=alert(1)>")
