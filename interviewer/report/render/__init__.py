"""One way to render: `render(report, format)`."""

from __future__ import annotations

from typing import Literal

from interviewer.report.model import Report

Format = Literal["html", "md", "json"]


def render(report: Report, format: Format) -> str:
    """The report as one self-contained HTML file, as Markdown, or as JSON that reads back into a `Report`."""
    match format:
        case "html":
            from interviewer.report.render.html import render_html

            return render_html(report)
        case "md":
            from interviewer.report.render.markdown import render_markdown

            return render_markdown(report)
        case "json":
            return report.model_dump_json(indent=2)
