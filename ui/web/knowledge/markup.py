"""Small pieces of HTML and SVG that the views share. The one rule: every text that goes in is escaped here."""

from __future__ import annotations

from html import escape

from knowledge.models import Bank, Bilingual, Question
from ui.web.frame import STAFF, Visitor

HERE = f"{STAFF}/knowledge"
TAGS = {"zh": "zh-CN", "en": "en"}


def said(visitor: Visitor, key: str, **values: object) -> str:
    """The room's words at `key`, escaped."""
    return escape(visitor.say("knowledge", key, **values))


def tag(words: str, kind: str = "") -> str:
    """A small label; `words` are escaped already."""
    return f'<span class="tag {kind}">{words}</span>'


def in_language(text: Bilingual, visitor: Visitor) -> str:
    """`text` in the visitor's language, or in the other one and marked as such."""
    language = visitor.language if getattr(text, visitor.language) else ("en" if visitor.language == "zh" else "zh")
    words = escape(text.to(visitor.language))
    return words if language == visitor.language else f'<span lang="{TAGS[language]}">{words}</span>'


def other_language(text: Bilingual, visitor: Visitor) -> str:
    """`text` in the language that the page is not in, marked as such; nothing where that side is not written."""
    other = "en" if visitor.language == "zh" else "zh"
    words = getattr(text, other)
    if not words or not getattr(text, visitor.language):
        return ""
    return f'<span class="other" lang="{TAGS[other]}">{escape(words)}</span>'


def question_link(bank: Bank, question: Question, visitor: Visitor, words: str = "", attributes: str = "") -> str:
    """A link that opens `question` on this page; the script follows it without loading the page again."""
    address = visitor.link(HERE, bank=bank.id, question=question.id)
    text = words or in_language(question.text, visitor)
    return f'<a href="{address}" data-question="{escape(question.id)}"{attributes}>{text}</a>'


def bar(share: float, label: str, *, line: float | None = None, kind: str = "") -> str:
    """A bar of `share` (0 to 1) as an image that says `label`; `line` marks a second value."""
    width = max(0.0, min(1.0, share)) * 100
    mark = (
        f'<rect class="line" x="{min(99.2, line * 100):.2f}" y="0" width=".8" height="10"/>' if line is not None else ""
    )
    return (
        f'<svg class="kn-bar {kind}" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{escape(label)}">'
        f'<rect class="ground" width="100" height="10" y="0"/><rect class="fill" width="{width:.2f}" height="10"/>{mark}</svg>'
    )


def ring(share: float, label: str) -> str:
    """A ring filled to `share` (0 to 1), its percentage in the middle, as an image that says `label`."""
    around = 2 * 3.14159265 * 42
    return (
        f'<svg class="kn-ring" viewBox="0 0 100 100" role="img" aria-label="{escape(label)}">'
        f'<circle class="ground" cx="50" cy="50" r="42"/><circle class="fill" cx="50" cy="50" r="42" '
        f'stroke-dasharray="{around * share:.2f} {around:.2f}" transform="rotate(-90 50 50)"/>'
        f'<text x="50" y="57" text-anchor="middle">{share:.0%}</text></svg>'
    )
