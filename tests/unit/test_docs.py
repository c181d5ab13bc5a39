"""README and docs: every link leads somewhere, every command named exists, both languages have the same pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ui.cli.parser import build_parser

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/zh-CN/*.md")])


def named(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page):
    shown = re.sub(
        r"^```.*?^```", "", page.read_text("utf8"), flags=re.DOTALL | re.MULTILINE
    )  # an example's links are no links
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", shown)
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert gone == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_command_named_exists(page):
    known = next(action.choices for action in build_parser("en")._actions if isinstance(action.choices, dict))
    called = set(re.findall(r"(?:`|^|bin/|\n)interviewer ([a-z]+)\b", page.read_text("utf8")))
    assert called <= known.keys()


def test_the_way_to_the_first_interview_takes_less_than_two_screens():
    for name in ("README.md", "README.zh-CN.md"):
        lines = (ROOT / name).read_text("utf8").splitlines()
        assert next(n for n, line in enumerate(lines) if line.startswith("make run")) < 20
        assert len(lines) < 110


def test_the_pages_that_the_readme_links_exist_in_both_languages():
    for language, folder in (("README.md", "docs"), ("README.zh-CN.md", "docs/zh-CN")):
        text = (ROOT / language).read_text("utf8")
        for page in ("models", "hosting", "data", "settings", "faq"):
            assert f"{folder}/{page}.md" in text
            assert (ROOT / folder / f"{page}.md").is_file()
