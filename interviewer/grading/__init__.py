"""Grading: from what a candidate said to verdicts with quotes, from verdicts to a score, from scores to a scorecard."""

from interviewer.grading.aggregate import current_rows, score_transcript, scorecard
from interviewer.grading.assess import EndpointAssessor, PromptVersion, Structured
from interviewer.grading.case import GRADER_VERSION, Assessor, Case, key_points_hash, ungraded
from interviewer.grading.clauses import Clause, number_clauses
from interviewer.grading.echo import echo_of
from interviewer.grading.evidence import locate
from interviewer.grading.explain import Explainer
from interviewer.grading.matching import Matcher
from interviewer.grading.offline import OfflineAssessor
from interviewer.grading.score import band_of, fits, grade
from interviewer.grading.self_marks import self_row
from interviewer.grading.suggest import Suggester
from interviewer.grading.turn_kinds import kind_of

__all__ = [
    "GRADER_VERSION",
    "Assessor",
    "Case",
    "Clause",
    "EndpointAssessor",
    "Explainer",
    "Matcher",
    "OfflineAssessor",
    "PromptVersion",
    "Structured",
    "Suggester",
    "band_of",
    "current_rows",
    "echo_of",
    "fits",
    "grade",
    "key_points_hash",
    "kind_of",
    "locate",
    "number_clauses",
    "score_transcript",
    "scorecard",
    "self_row",
    "ungraded",
]
