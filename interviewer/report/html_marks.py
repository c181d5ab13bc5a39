"""A stretch of what was said, with the key points it was quoted for, as HTML."""

from __future__ import annotations

from html import escape

from interviewer.report.wording import Words


def marked(text: str, marks: tuple[int, ...], ends: tuple[int, ...], words: Words) -> str:
    """`text` escaped; marked where it was quoted, with the numbers of the points whose quotes end with it."""
    if not marks:
        return escape(text)
    title = words.say("chapters", "joiner").join(words.say("question", "mark", n=n) for n in marks)
    numbers = f"<sup>{' '.join(str(n) for n in ends)}</sup>" if ends else ""
    return f'<mark title="{escape(title)}">{escape(text)}{numbers}</mark>'
