"""A silent server is not waited for again and again; a burst of failures is one failure."""

from interviewer.llm.breaker import Breaker


def opened() -> Breaker:
    breaker = Breaker(rounds=3, settle_s=0.2, shortest_rest_s=10)
    for at in (0.0, 1.0, 2.0):
        assert breaker.admits(at)
        breaker.failed(at, at)
    return breaker


def test_three_failures_in_a_row_open_it() -> None:
    breaker = opened()
    assert breaker.state(3.0) == "open"
    assert not breaker.admits(3.0)
    assert breaker.rest_left(3.0) == 9.0


def test_a_burst_counts_as_one_failure() -> None:
    breaker = Breaker()
    for _ in range(64):
        breaker.failed(0.0, 0.05)
    assert breaker.state(0.1) == "closed"


def test_an_answer_in_between_starts_the_count_anew() -> None:
    breaker = Breaker()
    breaker.failed(0.0, 0.0)
    breaker.failed(1.0, 1.0)
    breaker.succeeded(1.5)
    breaker.failed(2.0, 2.0)
    assert breaker.state(2.1) == "closed"


def test_after_the_rest_one_trial_goes_through_and_decides() -> None:
    breaker = opened()
    assert breaker.state(12.5) == "half_open"
    assert breaker.admits(12.5)
    assert not breaker.admits(12.5)
    breaker.succeeded(12.6)
    assert breaker.state(12.7) == "closed"
    assert breaker.admits(12.7)


def test_a_failed_trial_rests_again() -> None:
    breaker = opened()
    assert breaker.admits(12.5)
    breaker.failed(12.5, 12.6)
    assert breaker.state(13.0) == "open"


def test_a_cancelled_trial_lets_the_next_one_try() -> None:
    breaker = opened()
    assert breaker.admits(12.5)
    breaker.gave_up()
    assert breaker.admits(12.5)


def test_one_full_time_out_opens_it_and_the_rest_grows_with_the_wait() -> None:
    breaker = Breaker(shortest_rest_s=10, longest_rest_s=120)
    breaker.failed(0.0, 30.0, timed_out=True)
    assert breaker.rest_left(30.0) == 60.0
    long = Breaker(shortest_rest_s=10, longest_rest_s=120)
    long.failed(0.0, 600.0, timed_out=True)
    assert long.rest_left(600.0) == 120.0


def test_one_slow_request_among_answered_ones_does_not_open_it() -> None:
    breaker = Breaker()
    breaker.succeeded(20.0)
    breaker.failed(0.0, 30.0, timed_out=True)
    assert breaker.state(30.0) == "closed"
