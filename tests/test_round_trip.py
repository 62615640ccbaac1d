import threading

import pytest

from augment.records import Translation
from augment.round_trip import Stored, round_trips
from augment.store import Store
from augment.testing import FakeTranslator


@pytest.fixture
def store():
    with Store() as store:
        yield store


def upper(window=3):
    return FakeTranslator("up", str.upper, window=window)


def test_every_text_goes_through_all_legs_in_order():
    legs = [
        FakeTranslator("a", lambda t: t + "a", window=2),
        FakeTranslator("b", lambda t: t + "b"),
    ]
    texts = [(n, f"t{n}-") for n in range(25)]
    assert [(n, o, d.text) for n, o, d in round_trips(texts, legs)] == [
        (n, f"t{n}-", f"t{n}-ab") for n in range(25)
    ]


def test_no_texts():
    assert list(round_trips([], [upper()])) == []


def test_a_failure_stops_that_text_only_and_keeps_its_error():
    def fail(text):
        if text == "bad":
            raise ValueError("no")
        return text

    second = upper()
    results = list(
        round_trips([(0, "x"), (1, "bad"), (2, "y")], [FakeTranslator("f", fail), second])
    )
    assert [d.text for _, _, d in results] == ["X", "", "Y"]
    assert results[1][2].error == "ValueError: no"
    assert second.seen == ["x", "y"]


def test_an_empty_translation_is_a_failure():
    ((_, _, done),) = round_trips([(0, "x")], [FakeTranslator("e", lambda text: "  ")])
    assert "empty translation" in done.error


def test_an_exception_reaches_the_caller_and_ends_the_threads():
    class Broken(FakeTranslator):
        def translate(self, texts):
            raise RuntimeError("gone")

    before = threading.active_count()
    with pytest.raises(RuntimeError, match="gone"):
        list(round_trips(((n, "x") for n in range(10**6)), [upper(), Broken("b", str)]))
    assert threading.active_count() == before


def test_an_abandoned_iteration_ends_the_threads():
    before = threading.active_count()
    trips = round_trips(((n, "x") for n in range(10**6)), [upper(), upper()])
    next(trips)
    trips.close()
    assert threading.active_count() == before


def test_windows_before_a_failure_are_given_out(store):
    class SecondTime(FakeTranslator):
        def translate(self, texts):
            if self.seen:
                raise RuntimeError("gone")
            return super().translate(texts)

    leg = Stored(SecondTime("s", str.upper, window=2), store)
    done = []
    with pytest.raises(RuntimeError):
        for result in round_trips(((n, f"x{n}") for n in range(6)), [leg]):
            done.append(result)
    assert len(store) == 2


def test_stored_translates_each_text_once(store):
    leg = Stored(upper(), store)
    texts = ["a", "b", "a", "a", "c"]
    assert [d.text for d in leg.translate(texts)] == ["A", "B", "A", "A", "C"]
    assert leg.translator.seen == ["a", "b", "c"]
    assert leg.translate(["c", "a"]) == [Translation("C"), Translation("A")]
    assert leg.translator.seen == ["a", "b", "c"]
    assert (leg.translated, leg.from_store) == (3, 2)


def test_stored_tries_failures_again(store):
    answers = iter([ValueError("no"), "fine"])

    def flaky(text):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    leg = Stored(FakeTranslator("f", flaky), store)
    assert leg.translate(["a"])[0].error
    assert leg.translate(["a"])[0].text == "fine"
