"""What bounds a random model's replies when judgements are measured: still what the product asks for, of a known length."""

from __future__ import annotations

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bench.judgement_worker import bounded_regex, bounded_schema, nothing_said
from interviewer.grading.by_quote import Quoted
from interviewer.grading.by_reference import Referenced, line_regex
from interviewer.scripted.replies import smallest
from tests.unit.test_by_reference import ANSWERED


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("clauses", [3, 37, 250])
def test_a_line_says_so_many_points_and_no_more(exact: bool, clauses: int):
    regex = line_regex(tuple(f"k{n}" for n in range(1, 7)), ("m1", "m2"), clauses, exact=exact)
    bounded = bounded_regex(regex, 4)
    line = "k1=c1 k2=p2-3 k3=x1 k4=c3 k5=- k6=- answer"
    assert re.fullmatch(bounded, line)
    assert re.fullmatch(regex, line)
    assert not re.fullmatch(bounded, line.replace("k1=c1", "k1=-"))
    assert not re.fullmatch(bounded, line.replace("k6=-", "k6=c1"))
    assert bool(re.fullmatch(bounded, line.replace("c1", f"c{clauses + 1}", 1))) is (not exact)


@pytest.mark.parametrize("asked", [Quoted(ANSWERED), Referenced(ANSWERED)], ids=["by quote", "by reference"])
def test_a_bounded_schema_is_one_and_what_stands_for_its_reply_passes_the_real_check(asked: Any):
    schema = asked.schema()
    bounded = bounded_schema(schema, 2, 12)
    Draft202012Validator.check_schema(bounded)
    assert smallest(bounded) is not None
    Draft202012Validator(schema).validate(nothing_said(schema))
    assert asked.check(nothing_said(schema)) is None
