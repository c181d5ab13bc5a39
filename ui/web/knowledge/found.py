"""Results of a search: questions and passages with their scores, the query's words marked in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from knowledge.errors import UserFacingError
from knowledge.index import Hit
from knowledge.lexicon import Lexicon
from knowledge.models import Bank
from knowledge.retrieve import QuestionHit
from ui.texts import explain
from ui.web.frame import Visitor
from ui.web.knowledge.markup import bar, question_link, said, tag

EXCERPT = 220
"""Characters of a passage that are shown, around where the query's words stand closest together."""


@dataclass(frozen=True)
class Found:
    """One search: what was asked, what came, how long it took, and who took part."""

    query: str
    questions: Sequence[QuestionHit]
    passages: Sequence[Hit]
    seconds: float
    by_meaning: bool
    fault: UserFacingError | None
    model: str


def results(bank: Bank, found: Found, visitor: Visitor) -> str:
    """HTML of one search's results."""
    took = said(visitor, "took", ms=found.seconds * 1000)
    head = f'<div class="kn-state" role="status"><p>{tag(took)} {_who(found, visitor)}</p></div>'
    if not found.passages:
        return f'{head}<p class="empty">{said(visitor, "nothing_found", query=found.query)}</p>'
    words = Lexicon(bank.terms)
    asked = "".join(_question(bank, hit, found, words, visitor) for hit in found.questions)
    best = found.passages[0].score
    passages = "".join(_passage(bank, hit, best, found.query, words, visitor) for hit in found.passages)
    scale = said(visitor, "score_fused" if found.by_meaning else "score_bm25")
    return (
        f'{head}<p class="muted small">{scale}</p><div class="kn-results"><section class="card"><h2>{said(visitor, "found_questions")}</h2><ol>{asked}</ol></section>'
        f'<section class="card"><h2>{said(visitor, "found_passages")}</h2><ol>{passages}</ol></section></div>'
    )


def nothing_yet(visitor: Visitor) -> str:
    """HTML before the first search."""
    return f'<p class="empty">{said(visitor, "nothing_searched")}</p>'


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` escaped, the `spans` of it in <mark>."""
    pieces, at = "", 0
    for start, end in spans:
        pieces += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    return pieces + escape(text[at:])


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """At most EXCERPT characters of `text` where the most of `spans` stand, and the spans in them."""
    if len(text) <= EXCERPT:
        return text, list(spans)
    starts = [max(0, min(start - 30, len(text) - EXCERPT)) for start, _ in spans] or [0]
    begin = max(starts, key=lambda at: (sum(at <= start and end <= at + EXCERPT for start, end in spans), -at))
    before, after = "…" if begin else "", "…" if begin + EXCERPT < len(text) else ""
    shift = len(before) - begin
    inside = [(start + shift, end + shift) for start, end in spans if begin <= start and end <= begin + EXCERPT]
    return f"{before}{text[begin : begin + EXCERPT]}{after}", inside


def _who(found: Found, visitor: Visitor) -> str:
    if found.by_meaning:
        return tag(said(visitor, "by_both", model=found.model), "good")
    if found.fault is not None:
        return f'<span class="kn-fault">{said(visitor, "by_fault", why=explain(found.fault, visitor.language))}</span>'
    return tag(said(visitor, "by_words"))


def _score(score: float, best: float, visitor: Visitor) -> str:
    written = f"{score:.2f}" if best >= 1 else f"{score:.4f}"
    label = f"{visitor.say('knowledge', 'score')} {written}"
    return f'<div class="kn-score">{bar(score / best if best else 0, label)}<span>{written}</span></div>'


def _question(bank: Bank, hit: QuestionHit, found: Found, words: Lexicon, visitor: Visitor) -> str:
    text = hit.question.text.to(visitor.language)
    link = question_link(bank, hit.question, visitor, marked(text, words.spans(found.query, text)))
    where = escape(bank.title(hit.question.section_id, visitor.language))
    best = found.questions[0].score
    return f'<li>{link}<p class="muted small">{where}</p>{_score(hit.score, best, visitor)}</li>'


def _passage(bank: Bank, hit: Hit, best: float, query: str, words: Lexicon, visitor: Visitor) -> str:
    chunk = hit.chunk
    heading = " › ".join(chunk.heading)
    over = marked(heading, words.spans(query, heading))
    if chunk.question_id is not None:
        over = question_link(bank, bank.question(chunk.question_id), visitor, over)
    elif chunk.source_id.startswith("outline:"):
        over = said(visitor, "from_outline", title="") + over
    text, spans = excerpt(chunk.text, words.spans(query, chunk.text))
    return f'<li><p class="kn-over">{over}</p><p class="kn-text">{marked(text, spans)}</p>{_score(hit.score, best, visitor)}</li>'
