"""Thinking never reaches a person: `<think>...</think>` is taken out of text, also when a stream splits a tag.

One rule: when in doubt nothing is shown; thinking that is never closed yields nothing.
"""

from __future__ import annotations

_PAIRS = {
    "<think>": "</think>",
    "<thinking>": "</thinking>",
    "<reasoning>": "</reasoning>",
    "<seed:think>": "</seed:think>",
    "[THINK]": "[/THINK]",
}
_CLOSERS = tuple(_PAIRS.values())
_TAGS = (*_PAIRS, *_CLOSERS)


class Spoken:
    """Takes the pieces of a stream and gives back only what is spoken, without leading white space.

    `thinking` starts inside thinking, for models whose template opens it in the prompt and which only ever close it.
    """

    def __init__(self, *, thinking: bool = False) -> None:
        self._held = ""
        self._closers: tuple[str, ...] = _CLOSERS if thinking else ()
        self._begun = False

    def feed(self, piece: str) -> str:
        """What may be shown now, perhaps empty; the beginning of a possible tag is held back."""
        self._held += piece
        shown = ""
        while True:
            tags = self._closers or _TAGS
            at, tag = min(((self._held.find(tag), tag) for tag in tags if tag in self._held), default=(-1, ""))
            if at < 0:
                break
            if not self._closers:
                shown += self._held[:at]
            self._held = self._held[at + len(tag) :]
            self._closers = (_PAIRS[tag],) if tag in _PAIRS else ()
        keep = _partial_tag(self._held, self._closers or _TAGS)
        if not self._closers:
            shown += self._held[: len(self._held) - keep]
        self._held = self._held[len(self._held) - keep :]
        return self._show(shown)

    def finish(self) -> str:
        """What was held back and turned out not to be a tag."""
        rest, self._held = ("" if self._closers else self._held), ""
        return self._show(rest)

    def _show(self, text: str) -> str:
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


def strip_thinking(text: str) -> str:
    """`text` without thinking. A closing tag whose opening one stood in the prompt ends thinking that began the text."""
    for opener, closer in _PAIRS.items():
        if closer in text and (opener not in text or text.index(closer) < text.index(opener)):
            text = text.partition(closer)[2]
    spoken = Spoken()
    return (spoken.feed(text) + spoken.finish()).strip()


def opens_in_prompt(text: str) -> bool:
    """Whether `text`, a whole reply, closes thinking that it never opened."""
    return any(closer in text and opener not in text.partition(closer)[0] for opener, closer in _PAIRS.items())


def _partial_tag(text: str, tags: tuple[str, ...]) -> int:
    """Length of the longest end of `text` that begins one of `tags`."""
    longest = max(map(len, tags)) - 1
    for length in range(min(longest, len(text)), 0, -1):
        end = text[-length:]
        if any(tag.startswith(end) for tag in tags):
            return length
    return 0
