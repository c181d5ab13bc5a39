"""Markdown and plain text of any layout to a `Reading`."""

from __future__ import annotations

import re

from knowledge.adopt.nodes import parse_markdown
from knowledge.adopt.reader import read_nodes
from knowledge.adopt.reading import Reading
from knowledge.adopt.tidy import tidy
from knowledge.adopt.vocabulary import split_label


def read_markdown(text: str, name: str) -> Reading:
    """Read the questions of `text`; `name` is how its file is called."""
    source = text.split("\n")
    tidied = tidy(source, _is_label)
    title = ""
    for line, taken in tidied.taken.items():
        if taken == "front_matter" and (match := re.match(r"title\s*:\s*[\"']?(.+?)[\"']?\s*$", source[line - 1])):
            title = match[1]
    return read_nodes(parse_markdown(tidied), tidied, name, len(source), title)


def _is_label(line: str) -> bool:
    return split_label(line)[0] is not None
