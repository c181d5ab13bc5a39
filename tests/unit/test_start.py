"""What an interview may be begun with: the form's values, the bounds that hold for whoever asks, how many from one address."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from interviewer.access import Arrivals
from interviewer.errors import (
    BackgroundTooLong,
    BadSeed,
    ConsentMissing,
    FormUnreadable,
    MinutesOutOfRange,
    NameTooLong,
    QuestionsOutOfRange,
    TooManyInterviews,
    UnknownBank,
    UnknownChapter,
)
from interviewer.interview.start import StartRequest
from interviewer.settings import AccessSettings
from interviewer.store import Store
from ui.web.start import form

SENT = form.Sent("", [], "minutes", 30, 8, "practice", "", "", "", True)
CHAPTER = "no-such-chapter"


def test_a_form_makes_a_request(app):
    found = form.read(replace(SENT, candidate="Li", seed=" 42 ", by="questions", questions=3.0, mode="exam"), app, "en")
    assert (found.candidate, found.seed, found.questions, found.mode, found.language) == ("Li", 42, 3, "exam", "en")
    assert found.consent is True
    never_shown = replace(SENT, candidate=None, background=None, seed=None, bank=None)
    assert form.read(never_shown, app, "zh").candidate == ""


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        *(({"consent": odd}, FormUnreadable) for odd in ("true", 1, [1], None, {}, "false", 0, 1.0)),
        *(({"minutes": odd}, MinutesOutOfRange) for odd in (0, -5, 4.9, 121, 1e308, 10**20)),
        *(({"minutes": odd}, FormUnreadable) for odd in ("30", None, True, [30], float("nan"), float("inf"), 10**400)),
        *(({"by": "questions", "questions": odd}, QuestionsOutOfRange) for odd in (0, -1, 41, 2.5, 1e20)),
        *(({"by": "questions", "questions": odd}, FormUnreadable) for odd in ("3", None, False, -(10**400))),
        *(({"by": odd}, FormUnreadable) for odd in ("", "hours", None, 1)),
        *(({"mode": odd}, FormUnreadable) for odd in ("", "cheat", None, ["exam"])),
        *(({"chapters": odd}, FormUnreadable) for odd in (None, "c1", {"a": 1}, [1], [None])),
        *(({"candidate": odd}, FormUnreadable) for odd in (1, ["x"], {})),
        *(({"seed": odd}, BadSeed) for odd in ("abc", "1.5", "1e3", "9" * 19, "--1", "1_000", "0x10", "1 2")),
        *(({"seed": odd}, FormUnreadable) for odd in (42, [1])),
        *(({"bank": odd}, FormUnreadable) for odd in (1, ["a"])),
    ],
)  # fmt: skip
def test_a_form_that_no_page_sends_is_refused(app, changes, error):
    with pytest.raises(error):
        form.read(replace(SENT, **changes), app, "en")


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"consent": False}, ConsentMissing),
        ({"candidate": "x" * 81}, NameTooLong),
        ({"candidate": "x" * 10_000}, NameTooLong),
        ({"background": "y" * 20_001}, BackgroundTooLong),
        ({"chapters": (CHAPTER,)}, UnknownChapter),
        ({"bank_id": "another"}, UnknownBank),
        ({"minutes": 0.0}, MinutesOutOfRange),
        ({"minutes": float("nan")}, MinutesOutOfRange),
        ({"minutes": 601.0}, MinutesOutOfRange),
        ({"questions": 0}, QuestionsOutOfRange),
        ({"questions": 10_000}, QuestionsOutOfRange),
        ({"seed": 10**18}, BadSeed),
    ],
)
def test_bounds_hold_for_whoever_asks_and_nothing_is_written(app, runner, wanted, error):
    with pytest.raises(error):
        runner.run(app.interviews.start(StartRequest(**wanted)))
    assert not app.store.sessions()


def test_what_just_fits_is_begun(app, runner):
    asked = StartRequest(candidate=" " + "x" * 80 + " ", background="KV cache " * 2222, questions=1, seed=-(10**18) + 1)
    state = runner.run(app.interviews.start(asked))
    assert state.session.candidate == "x" * 80
    assert state.session.preferred


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    yield opened
    opened.close()


def arrivals(store, clock, most=3):
    return Arrivals(AccessSettings(interviews_per_hour=most), store, clock)


def test_one_address_begins_as_many_interviews_an_hour_as_it_may(store, clock):
    here = arrivals(store, clock)
    for _ in range(3):
        here.admit("10.0.0.1")
        clock.pass_(minutes=10)
    with pytest.raises(TooManyInterviews) as caught:
        here.admit("10.0.0.1")
    assert (caught.value.details["wait"], caught.value.details["limit"]) == (30, 3)
    here.admit("10.0.0.2")
    clock.pass_(minutes=30, seconds=1)
    here.admit("10.0.0.1")


def test_one_that_was_not_begun_does_not_count_and_old_ones_are_forgotten(store, clock):
    here = arrivals(store, clock, most=1)
    here.withdraw(here.admit("10.0.0.1"))
    here.admit("10.0.0.1")
    clock.pass_(minutes=61)
    assert here.forget_old() == 1
    assert arrivals(store, clock, most=0).admit("10.0.0.1") == 0


def test_of_those_who_come_at_once_in_two_processes_exactly_as_many_get_in(store, clock, tmp_path):
    other = Store.open(f"sqlite:///{tmp_path / 'store.sqlite'}")
    both, seen = [arrivals(store, clock, 5), arrivals(other, clock, 5)], []

    def come(number):
        try:
            seen.append(bool(both[number % 2].admit("10.0.0.1")))
        except TooManyInterviews:
            seen.append(False)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert (len(seen), sum(seen)) == (20, 5)


def test_the_hourly_look_forgets_where_interviews_were_begun_from(app, clock):
    app.arrivals.admit("10.0.0.1")
    clock.pass_(minutes=61)
    app.expire()
    assert app.arrivals.forget_old() == 0
