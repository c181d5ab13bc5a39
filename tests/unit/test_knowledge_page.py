"""The knowledge page's views: complete, escaped whatever a bank's files say, true to the numbers."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from knowledge.bank import load_bank
from knowledge.errors import EmbeddingError
from knowledge.index import SyncReport
from knowledge.lint import check_path
from knowledge.models import Bank, Finding, Language, Place
from knowledge.retrieve import Retriever
from tests.unit.bank_samples import CHINESE_NOTE, ENGLISH_NOTE, ENGLISH_OUTLINE, write_bank
from ui.texts import texts
from ui.web.frame import Visitor
from ui.web.knowledge import reindex
from ui.web.knowledge.findings import MOST_ROWS, of_question, report
from ui.web.knowledge.found import EXCERPT, Found, excerpt, marked, results
from ui.web.knowledge.note import note_page, unknown
from ui.web.knowledge.overview import counts, overview
from ui.web.knowledge.tree import tree

EVIL = '<img src=x onerror="alert(1)"></h2>'
ZH, EN = Visitor(language="zh", query={}), Visitor(language="en", query={})


@pytest.fixture
def bank(tmp_path: Path) -> Bank:
    return load_bank(write_bank(tmp_path / "bank", notes__snapshot_isolation_md=CHINESE_NOTE))


@pytest.fixture
def hostile(tmp_path: Path) -> Bank:
    """A bank that has markup in every kind of text."""
    outline = ENGLISH_OUTLINE.replace("Databases", f"Databases {EVIL}").replace(
        "#### Isolation", f"#### Isolation {EVIL}"
    )
    outline = outline.replace("- What isolation buys", f"- {EVIL}").replace("names the levels", EVIL)
    outline = outline.replace("What makes a retry", f"{EVIL} What makes a retry")
    note = ENGLISH_NOTE.replace(
        "Every transaction", f"{EVIL} [x](javascript:alert(1)) ![x](http://evil.example/x.png) Every transaction"
    )
    for words in (
        "All reads of",
        "While it runs",
        "Snapshot isolation is serialisable",
        "it allows anomalies",
        "Berenson",
    ):
        note = note.replace(words, f"{EVIL} {words}")
    note += f"\n## Also asked as\n\n- {EVIL} what about snapshots\n\n## Unknown {EVIL}\n"
    folder = write_bank(tmp_path / "bank", outline, notes__snapshot_isolation_md=note)
    (folder / "bank.toml").write_text(f"name_en = '{EVIL}'\nname_zh = '{EVIL}'\n'{EVIL}' = 1\n", "utf8")
    return load_bank(folder)


class Parts(HTMLParser):
    """Every tag of a text, and every attribute, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


@pytest.mark.parametrize("visitor", [ZH, EN], ids=["zh", "en"])
def test_nothing_in_a_bank_becomes_markup(hostile: Bank, visitor: Visitor) -> None:
    asked = next(question for question in hostile.questions if question.note)
    findings = check_path(hostile.root).findings
    hits = Retriever(hostile)
    query = f"snapshot isolation {EVIL}"
    one = Found(query, hits.questions(query, 5), hits.find(query, 9), 0.1, False, EmbeddingError(EVIL, EVIL), EVIL)
    assert one.passages
    for html in (
        counts(hostile, visitor),
        overview(hostile, visitor),
        tree(hostile, visitor, asked.id),
        note_page(hostile, asked, findings, visitor),
        unknown(EVIL, visitor),
        report(hostile, findings, "", visitor),
        results(hostile, one, visitor),
        reindex.sure(hostile, visitor),
        reindex.failed(EVIL, visitor),
    ):
        parts = Parts(html)
        assert not {"img", "script"} & parts.tags
        assert not {"src", "onerror"} & {name for name, _ in parts.attributes}
        assert not [value for name, value in parts.attributes if name == "href" and value.startswith("javascript")]
        assert "&lt;img" in html


def test_the_tree_holds_every_question_under_its_section_and_opens_the_chosen_one(bank: Bank) -> None:
    html = tree(bank, EN, "snapshot-isolation")
    assert len(re.findall(r"<li data-find=", html)) == len(bank.questions)
    assert html.count('aria-current="page"') == 1
    assert re.search(r'data-question="snapshot-isolation" aria-current="page"', html)
    assert html.count(" open>") == 2
    assert 'aria-current="page"' in re.search(r'<a class="kn-overview"[^>]*>', tree(bank, EN))[0]  # type: ignore[index]
    assert html.count("no note") == len(bank.questions) - 1


@pytest.mark.parametrize("visitor", [ZH, EN], ids=["zh", "en"])
def test_a_note_is_shown_whole_in_both_languages(bank: Bank, visitor: Visitor) -> None:
    question = bank.question("snapshot-isolation")
    html = note_page(bank, question, (), visitor)
    assert question.note
    for point in question.note.key_points:
        for text in (point.text.zh, point.text.en, point.probe.zh, point.probe.en):
            assert text.replace("\n", " ") in html or text in html
    assert "快照隔离就是可串行化" in html
    assert "这是第二段。" in html
    assert "Every transaction reads the data" in html
    assert "notes/snapshot-isolation.md" in html
    assert html.index("level-fair") < html.index("level-good") < html.index("level-excellent")


def test_a_question_without_a_note_says_what_to_do(bank: Bank) -> None:
    question = next(question for question in bank.questions if question.note is None)
    assert "no note yet" in note_page(bank, question, (), EN)


def test_findings_on_a_question_are_those_of_its_note_and_of_its_line(bank: Bank) -> None:
    question = bank.question("snapshot-isolation")

    def finding(file: str, line: int) -> Finding:
        return Finding(severity="warning", code="no_probe", place=Place(file=file, line=line), what="w", fix="f")

    mine = [finding("notes/snapshot-isolation.md", 3), finding("outline.md", question.line)]
    assert of_question(
        question, [*mine, finding("outline.md", 1), finding("notes/other.md", 3)], "outline.md"
    ) == tuple(mine)


def test_a_report_names_file_and_line_and_leads_to_the_question(bank: Bank) -> None:
    found = check_path(bank.root).findings
    html = report(bank, found, "", EN)
    assert found
    assert html.count("<tr data-severity=") == len(found)
    for one in found:
        assert f"{one.place.file}:{one.place.line}" in html
    assert "No findings." in report(bank, (), "", EN)


def test_a_bank_with_thousands_of_findings_is_cut_and_says_so(bank: Bank) -> None:
    many = [
        Finding(severity="error", code="no_level", place=Place(file="n.md", line=n + 1), what="w", fix="f") for n in range(MOST_ROWS + 7)
    ]  # fmt: skip
    html = report(bank, many, "", EN)
    assert html.count("<tr data-severity=") == MOST_ROWS
    assert f"Only the first {MOST_ROWS}" in html
    assert f"{MOST_ROWS + 7} errors" in html


def test_the_overview_draws_what_the_bank_holds(bank: Bank) -> None:
    html = overview(bank, EN)
    assert "Chapter 1" not in html  # titles stand without their numbers' words
    assert f"1 of {len(bank.questions)} questions" in html
    assert html.count('role="img"') == html.count("<svg")
    assert all(label for label in re.findall(r'aria-label="([^"]*)"', html))


def test_marks_lie_on_the_words_of_the_query_and_text_is_escaped() -> None:
    assert marked("a <b> c", [(2, 5)]) == "a <mark>&lt;b&gt;</mark> c"


def test_an_excerpt_shows_where_most_words_of_the_query_stand() -> None:
    text = "x" * 500 + "needle and needle" + "y" * 500
    spans = [(500, 506), (511, 517)]
    short, inside = excerpt(text, spans)
    assert [short[start:end] for start, end in inside] == ["needle", "needle"]
    assert len(short) <= EXCERPT + 2
    assert excerpt("short", [(0, 2)]) == ("short", [(0, 2)])
    assert excerpt("z" * 999, [])[0].startswith("z")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_came_of_an_update_is_said(language: Language) -> None:
    visitor = Visitor(language=language, query={})
    killed = SyncReport(
        added=7, updated=0, removed=2, kept=5, rebuilt="the process … was killed in the middle", replaced=("old",)
    )
    html = reindex.finished(killed, 1.25, visitor)
    assert "1.2" in html
    assert "old" in html
    assert visitor.say("knowledge", "rebuilt_killed") in html
    assert 'value="3" max="9"' in reindex.under_way(3, 9, visitor)
    assert "value" not in reindex.under_way(None, 0, visitor)


def test_every_kind_of_finding_has_words_in_both_languages() -> None:
    source = "\n".join(path.read_text("utf8") for path in (Path(__file__).parents[2] / "knowledge").glob("*.py"))
    made = set(re.findall(r"\.(?:error|warning)\(\s*\"([a-z_]+)\"", source))
    assert len(made) > 50
    for language in ("zh", "en"):
        assert made <= texts(language)["knowledge_codes"].keys()
