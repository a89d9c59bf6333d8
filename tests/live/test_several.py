"""Several questions at a time: every answer, in order; the first error, and no more questions."""

import threading

import pytest

from installer.flow.several import Several


@pytest.mark.parametrize("count", [0, 1, 3, 50])
def test_every_answer_in_order(count):
    assert Several(lambda one: one * one, range(count), 4).answers() == [one * one for one in range(count)]


def test_no_more_at_a_time_and_no_fewer():
    together = threading.Barrier(3, timeout=30)
    most, running, lock = 0, 0, threading.Lock()

    def ask(_):
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1

    Several(ask, range(30), 3).answers()
    assert most == 3


def test_an_error_ends_it():
    asked = []

    def ask(one):
        asked.append(one)
        if one == 3:
            raise ValueError(one)

    with pytest.raises(ValueError, match="3"):
        Several(ask, range(1000), 1).answers()
    assert asked == [0, 1, 2, 3]


def test_it_begins_at_once():
    begun = threading.Event()
    asking = Several(lambda _: begun.set(), [1], 1)
    assert begun.wait(30)
    assert asking.answers() == [None]


def test_more_may_be_asked_while_the_first_are_being_answered():
    """Also when those who ask have found nothing left."""
    for late in (False, True):
        asking = Several(lambda one: one * one, range(5), 2)
        if late:
            for one in asking._threads:
                one.join()
        asking.add(range(5, 40))
        asking.add([])
        assert asking.answers() == [one * one for one in range(40)]
