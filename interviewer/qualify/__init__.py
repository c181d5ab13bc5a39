"""Qualifying a judge: graded answers in, agreement with people out, and a plain word on whether it is fit to grade."""

from interviewer.qualify.answers import AnswersError, read_answers, shipped_answers_path
from interviewer.qualify.draft import Drafter
from interviewer.qualify.fitness import Fitness, fitness_of
from interviewer.qualify.kept import Kept
from interviewer.qualify.measure import measure
from interviewer.qualify.model import GradedAnswer, Measured, Reading
from interviewer.qualify.quick import choose_few
from interviewer.qualify.run import Grader, judge_all

__all__ = [
    "AnswersError",
    "Drafter",
    "Fitness",
    "GradedAnswer",
    "Grader",
    "Kept",
    "Measured",
    "Reading",
    "choose_few",
    "fitness_of",
    "judge_all",
    "measure",
    "read_answers",
    "shipped_answers_path",
]
