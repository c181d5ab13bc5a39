"""Bringing a list in and reviewing drafts, in a real browser: by keyboard, at phone width, in both languages."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from knowledge.bank import load_bank  # noqa: E402  # after the skip above
from tests.flow.browser import served  # noqa: E402

expect = playwright.expect
pytestmark = pytest.mark.browser
SLOW = 30_000
LIST = "# Locks\n\n1. What is a mutex for?\n\n   It guards a critical section.\n\n   Mutex versus semaphore\n\n2. When does a deadlock arise?\n"
DRAFT = '---\nquestion: "What is a mutex for?"\nstatus: "drafted"\ndrafted_by: "scripted"\ndrafted_at: "2026-12-01T09:00:00+00:00"\n---\n\n## Key points\n\n- [fair] One thread at a time is inside.\n  - Probe: Who may be inside?\n'


@pytest.fixture
def bringing(staff):
    def make(width=1280, **query):
        address = "knowledge" + quote("?" + "&".join(f"{k}={v}" for k, v in {"tab": "bring", **query}.items()))
        tab = staff(address, width=width)
        expect(tab.page.locator("#kn-file")).to_be_visible(timeout=SLOW)
        return tab

    return make


def choose(tab, name="list.md", text=LIST):
    tab.page.locator("#kn-file").set_input_files({"name": name, "mimeType": "text/plain", "buffer": text.encode()})
    expect(tab.page.locator(".kn-brought [role=status]")).to_be_visible(timeout=SLOW)


@pytest.mark.parametrize(
    ("lang", "width", "said"),
    [("en", 1280, "2 questions in 1 chapters, 1 with an answer"), ("zh", 390, "2 道题，1 章，1 道有答案")],
)
def test_a_file_is_shown_as_it_is_read_corrected_by_keyboard_and_written(bringing, lang, width, said):
    tab = bringing(width=width, lang=lang)
    choose(tab)
    page = tab.page
    expect(page.locator(".kn-brought [role=status]")).to_contain_text(said)
    expect(page.locator("#kn-l3")).to_have_class(re.compile("r-question"))
    expect(page.locator("#kn-l5")).to_have_class(re.compile("r-reference"))
    page.locator("#kn-l7 button[data-relabel]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#kn-roles button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#kn-l7 button[data-relabel]")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#kn-l7")).to_have_class(re.compile("r-question"), timeout=SLOW)
    expect(page.locator(".kn-brought details li")).to_have_count(3)
    expect(page.locator("#kn-l7 button[data-relabel]")).to_be_focused(timeout=SLOW)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.locator("#kn-folder input, #kn-folder textarea").fill(f"locks-{lang}")
    page.locator("#kn-write").click()
    expect(page.locator("#kn-kept [role=status]")).to_contain_text(f"banks/locks-{lang}", timeout=SLOW)
    tab.check_accessible()
    tab.shot(f"knowledge-bring-{lang}-{width}")


def test_what_is_no_list_is_refused_in_words_and_a_bad_folder_too(bringing):
    tab = bringing(lang="zh")
    tab.page.locator("#kn-file").set_input_files(
        {"name": "x.md", "mimeType": "text/plain", "buffer": "一段话。".encode()}
    )
    expect(tab.page.locator("#notice")).to_contain_text("没有找到题目", timeout=SLOW)
    choose(tab)
    tab.page.locator("#kn-folder input, #kn-folder textarea").fill("../outside")
    tab.page.locator("#kn-write").click()
    expect(tab.page.locator("#notice")).to_contain_text("不能当文件夹名", timeout=SLOW)


def test_pasted_text_is_read_too(bringing):
    tab = bringing(lang="en")
    tab.page.locator(".kn-paste summary").click()
    tab.page.locator("#kn-pasted").fill(LIST)
    tab.page.locator("#kn-read").click()
    expect(tab.page.locator(".kn-brought [role=status]")).to_contain_text("2 questions", timeout=SLOW)


def test_drafts_are_accepted_edited_and_dropped_with_who_and_when(staff, tmp_path, reviewers):
    bank = tmp_path / "bank"
    (bank / "drafts").mkdir(parents=True)
    (bank / "notes").mkdir()
    (bank / "outline.md").write_text(
        "# T\n\n## Chapter 1: Locks (10 minutes)\n\n### 1.1 Locks (10 minutes)\n\n**Questions:**\n\n1. [What is a mutex for?](notes/mutex.md)\n",
        "utf8",
    )
    (bank / "notes" / "mutex.md").write_text("## Reference answer\n\nIt guards.\n", "utf8")
    (bank / "drafts" / "mutex.md").write_text(DRAFT, "utf8")
    with served(tmp_path, "--bank", str(bank), environ=reviewers) as url:
        tab = staff("knowledge" + quote("?tab=drafts&lang=en"), url=url)
        page = tab.page
        expect(page.locator("#kn-drafts .kn-draft")).to_have_count(1, timeout=SLOW)
        page.locator("textarea[data-body=mutex]").fill("## Key points\n\n- [superb] x\n- [fair]\n")
        page.locator("button[data-status=edited]").click()
        expect(page.locator("#notice")).to_be_visible(timeout=SLOW)
        expect(page.locator("textarea[data-body=mutex]")).to_have_value("## Key points\n\n- [superb] x\n- [fair]\n")
        page.locator("textarea[data-body=mutex]").fill("## Key points\n\n- [fair] One writer.\n")
        page.locator("button[data-status=edited]").click()
        expect(page.locator(".kn-draft summary")).to_contain_text("edited", timeout=SLOW)
        tab.shot("knowledge-drafts-en")
    question = load_bank(bank).question("mutex")
    assert [point.text.en for point in question.key_points] == ["One writer."]
    assert question.note is not None
    assert not question.note.drafted
    assert "reviewed_by" in (bank / "drafts" / "mutex.md").read_text("utf8")
