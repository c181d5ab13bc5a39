"""Grading: from what a candidate said to verdicts with quotes, from verdicts to a score, from scores to a scorecard."""

from interviewer.grading.aggregate import current_rows, score_transcript, scorecard
from interviewer.grading.assess import EndpointAssessor, Structured
from interviewer.grading.case import GRADER_VERSION, Assessor, Case, key_points_hash, ungraded
from interviewer.grading.evidence import is_echo, locate
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
    "EndpointAssessor",
    "Matcher",
    "OfflineAssessor",
    "Structured",
    "Suggester",
    "band_of",
    "current_rows",
    "fits",
    "grade",
    "is_echo",
    "key_points_hash",
    "kind_of",
    "locate",
    "score_transcript",
    "scorecard",
    "self_row",
    "ungraded",
]
