"""Several readings as one: the files of a folder, the sheets of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.adopt.reading import ChapterRead, Reading


def joined(readings: Sequence[Reading], title: str) -> Reading:
    """All chapters in order; chapters of one title join where a source has no chapters of its own."""
    chapters: list[ChapterRead] = []
    for reading in readings:
        for chapter in reading.chapters:
            same = next(
                (one for one in chapters if one.title and one.title == chapter.title and one.number == chapter.number),
                None,
            )
            if same is not None and same.file.partition("#")[0] == chapter.file.partition("#")[0]:
                same.sections += chapter.sections
            else:
                chapters.append(chapter)
    return Reading(
        title or next((reading.title for reading in readings if reading.title), ""),
        chapters,
        [file for reading in readings for file in reading.files],
        [one for reading in readings for one in reading.left_out],
        [one for reading in readings for one in reading.mapped],
    )
