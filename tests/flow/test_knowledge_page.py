"""The knowledge page in a real browser: browsing by keyboard, findings, search, the index brought up to date."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'")

from knowledge.embedder import HashingEmbedder  # noqa: E402  # after the skip above
from knowledge.index import VectorIndex  # noqa: E402
from tests.flow.browser import served  # noqa: E402
from tests.unit.bank_samples import CHINESE_NOTE, write_bank  # noqa: E402

expect = playwright.expect
CJK = re.compile(r"[\u4e00-\u9fff]")
pytestmark = pytest.mark.browser


@pytest.fixture
def knowledge(staff):
    """`knowledge(question=, tab=, …)`: the page as a reviewer sees it once it is drawn."""

    def make(width=1280, height=860, scheme="light", url=None, **query):
        how = {"url": url} if url else {}
        tab = staff("knowledge" + quote("?" + "&".join(f"{k}={v}" for k, v in query.items())), width=width, height=height, scheme=scheme, **how)  # fmt: skip
        expect(tab.page.locator(".kn-tree[data-ready]")).to_be_attached(timeout=15_000)
        return tab

    return make


@pytest.fixture
def broken(tmp_path):
    """A bank of one note with a few faults in it."""
    note = CHINESE_NOTE.replace("dimension: theory", "dimension: mood").replace("- [优秀]", "- [神级]")
    return write_bank(tmp_path / "broken-bank", notes__snapshot_isolation_md=note)


def test_a_question_is_found_and_opened_by_keyboard_and_its_address_keeps_it(knowledge):
    tab = knowledge()
    keys = tab.page.keyboard
    tab.page.locator("#kn-filter").focus()
    keys.type("speculative DRAFT")
    shown = tab.page.locator("#kn-tree li[data-find]:visible")
    expect(tab.page.locator("#kn-tree .kn-count")).not_to_contain_text("228 / 228")
    assert 0 < shown.count() < 10
    for _ in range(12):
        keys.press("Tab")
        if tab.page.evaluate("document.activeElement?.closest('li[data-find]') !== null"):
            break
    text = tab.page.evaluate("document.activeElement.innerText")
    keys.press("Enter")
    heading = tab.page.locator("#kn-note article header h2")
    expect(heading).to_have_text(text)
    expect(heading).to_be_focused()
    expect(tab.page).to_have_url(re.compile(r"question=[\w-]+"))
    tab.page.reload()
    expect(heading).to_have_text(text, timeout=15_000)
    expect(tab.page.locator("#kn-tree li a[aria-current=page]")).to_have_text(text)
    expect(tab.page.locator("#kn-tree li a[aria-current=page]")).to_be_in_viewport()


def test_the_browser_goes_back_and_forth_between_questions(knowledge):
    tab = knowledge(question="admission-into-batch", lang="en")
    heading = tab.page.locator("#kn-note article h2")
    first = heading.inner_text()
    tab.page.locator("a[rel=next]").click()
    expect(heading).not_to_have_text(first)
    tab.page.go_back()
    expect(heading).to_have_text(first)
    tab.page.locator(".kn-overview").click()
    expect(heading).to_have_text("Overview")


def test_whoever_chooses_quickly_sees_the_last_choice(knowledge):
    tab = knowledge(question="admission-into-batch", lang="en")
    last = tab.page.evaluate("""() => {
      const links = [...document.querySelectorAll("#kn-tree li a[data-question]")].slice(0, 3);
      links.forEach((link) => link.click());
      return links.at(-1).dataset.question;
    }""")
    expect(tab.page.locator("#kn-note")).to_contain_text(last)
    expect(tab.page).to_have_url(re.compile(f"question={last}"))


def test_a_filter_that_nothing_fits_says_so_and_an_unknown_question_too(knowledge):
    tab = knowledge(question="no-such-question", lang="en")
    expect(tab.page.locator("#kn-note")).to_contain_text("no question with the id no-such-question")
    tab.page.locator("#kn-filter").fill("zebra crossing")
    expect(tab.page.locator("#kn-tree .kn-none")).to_be_visible()
    expect(tab.page.locator("#kn-tree .kn-chapter:visible")).to_have_count(0)
    tab.page.locator("#kn-filter").fill("")
    expect(tab.page.locator("#kn-tree .kn-chapter:visible")).to_have_count(8)


def test_a_search_shows_questions_and_passages_with_scores_and_leads_to_a_question(knowledge):
    tab = knowledge(tab="search", lang="en", q="time+to+first+token")
    expect(tab.page.locator(".kn-results")).to_be_visible(timeout=20_000)
    expect(tab.page.locator("#kn-query textarea")).to_have_value("time to first token")
    expect(tab.page.locator(".kn-results mark").first).to_be_visible()
    expect(tab.page.locator("#kn-results")).to_contain_text("By words alone")
    expect(tab.page.locator("#kn-results")).to_contain_text(re.compile(r"\d+\.\d ms"))
    scores = [
        float(one) for one in tab.page.locator(".kn-results section:first-child .kn-score span").all_inner_texts()
    ]
    assert len(scores) == 8
    assert scores == sorted(scores, reverse=True)
    tab.page.locator("#kn-query textarea").fill("zebrafish xylophone")
    tab.page.locator("#kn-query textarea").press("Enter")
    expect(tab.page.locator("#kn-results")).to_contain_text("Nothing shares a word")
    tab.page.locator("#kn-query textarea").fill("paged attention")
    tab.page.locator("#kn-go").click()
    link = tab.page.locator(".kn-results section:first-child a").first
    text = link.inner_text()
    link.click()
    expect(tab.page.locator("#kn-note article header h2")).to_have_text(text)
    expect(tab.page.locator("#kn-note")).to_be_visible()


def test_findings_name_the_place_are_filtered_and_follow_the_files(knowledge, broken, tmp_path, reviewers):
    with served(tmp_path, "--bank", str(broken), environ=reviewers) as url:
        tab = knowledge(url=url, tab="findings", lang="en")
        rows = tab.page.locator("#kn-findings tbody tr")
        expect(rows.first).to_be_visible(timeout=15_000)
        whole = rows.count()
        table = tab.page.locator("#kn-findings table")
        expect(table).to_contain_text("notes/snapshot-isolation.md:")
        expect(table).to_contain_text("Unknown dimension 'mood'")
        tab.check_accessible()
        tab.shot("knowledge-findings-en-light-1280")
        tab.page.locator("select[data-filter=severity]").select_option("error")
        shown = tab.page.locator("#kn-findings tbody tr:visible")
        assert 0 < shown.count() < whole
        expect(tab.page.locator("#kn-findings .kn-count")).to_have_text(f"{shown.count()} of {whole} shown")
        tab.page.locator("select[data-filter=code]").select_option("unknown_dimension")
        expect(shown).to_have_count(1)
        note = broken / "notes" / "snapshot-isolation.md"
        note.write_text(note.read_text("utf8").replace("mood", "theory"), "utf8")
        tab.page.locator("#kn-check").click()
        expect(tab.page.locator("#kn-findings .kn-state")).to_contain_text(
            "until the server is restarted", timeout=15_000
        )
        expect(tab.page.locator("#kn-findings")).not_to_contain_text("mood")
        (broken / "outline.md").unlink()
        tab.page.locator("#kn-check").click()
        expect(tab.page.locator("#notice")).to_contain_text("broken-bank: the folder has no outline.md", timeout=15_000)
        assert str(tmp_path) not in tab.page.inner_text("body")


def test_a_bank_without_faults_says_that_nothing_was_found(knowledge):
    tab = knowledge(lang="en")
    tab.page.get_by_role("tab", name="Check").click()
    expect(tab.page.locator("#kn-findings")).to_contain_text("No findings.", timeout=20_000)
    expect(tab.page).to_have_url(re.compile("tab=findings"))
    tab.page.locator("#kn-check").click()
    expect(tab.page.locator("#kn-findings")).to_contain_text("are the same", timeout=20_000)


def test_the_index_is_brought_up_to_date_with_progress_and_a_second_time_keeps_all(knowledge):
    tab = knowledge(tab="index")
    expect(tab.page.locator("#kn-progress")).to_have_attribute("aria-live", "polite", timeout=15_000)
    seen = tab.page.evaluate_handle(
        """() => { const seen = []; new MutationObserver(() => {
             const bar = document.querySelector('#kn-progress progress'); if (bar) seen.push(bar.value);
           }).observe(document.querySelector('#kn-progress'), { childList: true, subtree: true, attributes: true, characterData: true }); return seen; }"""
    )
    for added, kept in ((2382, 0), (0, 2382)):
        tab.page.locator("#kn-reindex").click()
        tab.page.locator("#kn-yes").click()
        if not kept:
            expect(tab.page.locator("#kn-progress")).to_contain_text("索引")
        expect(tab.page.locator("#kn-progress")).to_contain_text(
            re.compile(rf"新增\s*{added}\b.*不变\s*{kept}\b", re.DOTALL), timeout=40_000
        )
        expect(tab.page.locator("#kn-reindex")).to_be_enabled()
    values = seen.evaluate("(seen) => seen")
    assert len([value for value in values if value > 0]) >= 3, values
    tab.shot("knowledge-index-zh-light-1280")


def test_an_index_in_use_elsewhere_is_said_calmly_in_both_languages(knowledge, tmp_path, reviewers):
    held = VectorIndex.open(tmp_path / "index", HashingEmbedder())
    bank = write_bank(tmp_path / "bank", notes__snapshot_isolation_md=CHINESE_NOTE)
    try:
        with served(tmp_path, "--bank", str(bank), environ=reviewers) as url:
            for lang, words in (("zh", "正被另一个进程使用"), ("en", "Another process is using the vector index")):
                tab = knowledge(url=url, tab="index", lang=lang)
                tab.page.locator("#kn-reindex").click()
                tab.page.locator("#kn-yes").click()
                expect(tab.page.locator("#kn-progress")).to_contain_text(words, timeout=20_000)
                expect(tab.page.locator("#kn-reindex")).to_be_enabled()
    finally:
        held.close()


def test_an_embedding_endpoint_that_is_down_is_named_and_words_go_on(knowledge, tmp_path, reviewers):
    down = reviewers | {
        "INTERVIEWER_EMBEDDING__BASE_URL": "http://127.0.0.1:9/v1",
        "INTERVIEWER_EMBEDDING__NAME": "bge-m3",
    }
    bank = write_bank(tmp_path / "bank", notes__snapshot_isolation_md=CHINESE_NOTE)
    with served(tmp_path, "--bank", str(bank), environ=down) as url:
        tab = knowledge(url=url, tab="index", lang="en")
        expect(tab.page.locator("#kn-settings")).to_contain_text("bge-m3")
        tab.page.locator("#kn-reindex").click()
        tab.page.locator("#kn-yes").click()
        expect(tab.page.locator("#kn-progress")).to_contain_text("Nothing accepts connections at", timeout=20_000)
        tab.page.get_by_role("tab", name="Search").click()
        tab.page.locator("#kn-query textarea").fill("snapshot isolation")
        tab.page.locator("#kn-go").click()
        expect(tab.page.locator(".kn-results li").first).to_be_visible(timeout=20_000)
        expect(tab.page.locator("#kn-results .kn-fault")).to_contain_text("By words alone for now")


def test_two_banks_are_chosen_between_and_the_address_keeps_the_choice(knowledge, tmp_path, reviewers, broken):
    other = write_bank(tmp_path / "bank", notes__snapshot_isolation_md=CHINESE_NOTE)
    with served(tmp_path, "--bank", f"{other}:{broken}", environ=reviewers) as url:
        tab = knowledge(url=url, bank="broken-bank", lang="en", tab="index")
        expect(tab.page.locator("#kn-settings")).to_contain_text("broken-bank")
        assert str(tmp_path) not in tab.page.inner_text("body")
        box = tab.page.locator("#kn-bank input")
        expect(box).to_be_visible()
        box.click()
        tab.page.get_by_role("option").first.click()
        tab.page.wait_for_url(re.compile(r"bank=bank\b"))
        expect(tab.page.locator(".kn-tree[data-ready]")).to_be_attached(timeout=15_000)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_page_is_accessible_fits_and_speaks_its_language(knowledge, lang, scheme, width):
    tab = knowledge(width=width, height=844, scheme=scheme, lang=lang, question="continuous-batching-gpu-utilization")
    expect(tab.page.locator("#kn-note article header")).to_be_visible(timeout=15_000)
    name = f"{lang}-{scheme}-{width}"
    tab.check_accessible()
    tab.shot(f"knowledge-question-{name}")
    tab.page.locator(".kn-overview").click()
    expect(tab.page.locator(".kn-drawn")).to_be_visible()
    tab.check_accessible()
    tab.shot(f"knowledge-{name}")
    if lang == "en":
        shown = tab.page.inner_text("#kn-note") + tab.page.inner_text("#kn-head") + tab.page.inner_text("#kn-tree")
        assert not CJK.search(shown)
    tab.page.get_by_role("tab").nth(2).click()
    tab.page.locator("#kn-query textarea").fill("KV cache")
    tab.page.locator("#kn-go").click()
    expect(tab.page.locator(".kn-results")).to_be_visible(timeout=20_000)
    tab.check_accessible()
    tab.shot(f"knowledge-search-{name}")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
