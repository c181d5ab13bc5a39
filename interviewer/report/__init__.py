"""The report of an interview: built from stored rows, rendered as HTML, Markdown or JSON."""

from interviewer.report.build import build
from interviewer.report.model import Report
from interviewer.report.render import Format, render
from interviewer.report.render.html import render_html_body
from interviewer.report.render.surroundings import Surroundings

__all__ = ["Format", "Report", "Surroundings", "build", "render", "render_html_body"]
