from contextlib import ExitStack

import pytest

from augment.datasets.augmentation.pivots import Pivots
from augment.datasets.augmentation.recipe import BacktranslateConfig
from augment.datasets.augmentation.variants import why_not_more
from augment.errors import PairError, TranslatorError
from augment.fail_over import FailOver
from augment.planning import Plan
from augment.records import Translation
from augment.round_trip import RoundTrip, Stored
from augment.routes import Route
from augment.store import Store
from augment.testing import FakeEngine
from augment.translators.online import OnlineEngine

BOTH = {("en", "es"), ("es", "en")}


@pytest.fixture
def store():
    with Store() as store:
        yield store


def tagged(name, fails=()):
    """An engine whose translations show that they are its own, and that fails at some texts."""

    def translate(source, target, text):
        if any(word in text for word in fails):
            raise ValueError(f"{name} cannot")
        return f"{text} {name}"

    return FakeEngine(BOTH, translate, name=name, window=2)


class GivesUp(FakeEngine):
    """An engine that gives up as a whole at its n-th window."""

    def __init__(self, name, after=0):
        super().__init__(BOTH, lambda source, target, text: f"{text} {name}", name=name, window=2)
        self.after = after
        self.windows = 0

    def open(self, source, target):
        translator = super().open(source, target)
        real = translator.translate

        def translate(texts):
            self.windows += 1
            if self.windows > self.after:
                raise TranslatorError(f"{self.name} is given up: no more; run it again")
            return real(texts)

        translator.translate = translate
        return translator


def leg(store, *engines, note=lambda message: None):
    one = FailOver(note)
    for engine in engines:
        one.add(engine.name, lambda engine=engine: Stored(engine.open("en", "es"), store))
    one.check()
    return one


def test_a_text_that_one_fails_at_goes_to_the_next_and_names_who_translated(store):
    one = leg(store, tagged("first", fails=["x"]), tagged("second"))
    done = one.translate(["a", "x", "b", "a"])
    assert [d.text for d in done] == ["a first", "x second", "b first", "a first"]
    assert [d.engine for d in done] == ["first", "second", "first", "first"]
    assert one.describe() == {"first": 2, "second": 1}


def test_the_store_knows_each_translation_under_who_made_it(store):
    leg(store, tagged("first", fails=["x"]), tagged("second")).translate(["a", "x"])
    # The first one could do it now, but somebody has done it: nobody is asked.
    first, second = tagged("first"), tagged("second")
    done = leg(store, first, second).translate(["a", "x"])
    assert [(d.text, d.engine) for d in done] == [("a first", "first"), ("x second", "second")]
    assert not first.opened[0].seen
    assert not second.opened[0].seen


def test_who_gives_up_is_not_asked_again_and_the_user_is_told_once(store):
    notes = []
    first = GivesUp("first", after=1)
    one = leg(store, first, tagged("second"), note=notes.append)
    texts = [f"t{n}" for n in range(9)]
    done = [d for start in range(0, 9, 3) for d in one.translate(texts[start : start + 3])]
    assert [d.engine for d in done] == ["first"] * 2 + ["second"] * 7
    assert first.windows == 2
    assert notes == ["first is given up: no more; second goes on"]


def test_when_all_have_given_up_the_run_stops_with_both_reasons(store):
    one = leg(store, GivesUp("first"), GivesUp("second", after=1))
    assert [d.engine for d in one.translate(["a", "b"])] == ["second"] * 2
    with pytest.raises(TranslatorError) as raised:
        one.translate(["c"])
    assert str(raised.value).startswith("first is given up: no more; second is given up: no more;")
    assert "nothing is kept without a store: run the same command again" in str(raised.value)
    assert len(store) == 2


def test_a_text_that_all_fail_at_carries_every_reason(store):
    one = leg(store, tagged("first", fails=["x"]), tagged("second", fails=["x"]))
    (done,) = one.translate(["x"])
    assert done.error == "ValueError: first cannot; ValueError: second cannot"
    assert done.text == ""


def test_an_engine_without_the_pair_is_left_out_and_said(store):
    notes = []
    lacking = FakeEngine({("en", "fr")}, name="lacking")
    one = leg(store, lacking, tagged("second"), note=notes.append)
    assert one.translate(["a"]) == [Translation("a second", engine="second")]
    assert notes == ["lacking has no pair en → es; second will do"]
    with pytest.raises(PairError, match="lacking has no pair"):
        leg(store, lacking)


def test_a_round_trip_names_every_engine_that_took_part(store):
    engines = (tagged("first", fails=["x", "b second"]), tagged("second"))
    trip = RoundTrip(Plan(Route("es", ("en", "es", "en")), (engines, engines)), store)
    done = [d for _, _, d in trip.paraphrase(enumerate(["a", "x", "c"]))]
    assert [(d.text, d.engine) for d in done] == [
        ("a first first", "first"),
        ("x second second", "second"),
        ("c first first", "first"),
    ]
    assert trip.describe()["by_engine"] == [{"first": 2, "second": 1}, {"first": 2, "second": 1}]
    assert len(trip.identities) == 4
    trip.close()
    assert all(translator.closed for engine in engines for translator in engine.opened)


def test_different_engines_on_the_two_ways_are_joined(store):
    plan = Plan(
        Route("es", ("en", "es", "en")),
        ((tagged("first", fails=["x"]), tagged("second")), (tagged("third"),)),
    )
    trip = RoundTrip(plan, store)
    done = [d for _, _, d in trip.paraphrase(enumerate(["a", "x"]))]
    assert [d.engine for d in done] == ["first+third", "second+third"]
    trip.close()


def test_an_engine_that_is_broken_is_left_out_and_said(store):
    notes = []
    broken = FakeEngine(BOTH, name="broken")

    def no_open(source, target):
        raise TranslatorError("broken cannot be started")

    broken.open = no_open
    one = leg(store, broken, tagged("second"), note=notes.append)
    assert one.translate(["a"]) == [Translation("a second", engine="second")]
    assert notes == ["broken cannot be started; second will do"]
    with pytest.raises(TranslatorError, match="broken cannot be started") as raised:
        leg(store, broken)
    assert raised.value.exit_code == 1


@pytest.mark.parametrize("place", [0, 1])
def test_a_server_that_cannot_be_reached_is_passed_over(place, store):
    pytest.importorskip("deep_translator")
    notes = []
    engines = [tagged("other")]
    engines.insert(place, OnlineEngine("libre", url="http://127.0.0.1:1/"))
    plan = Plan(Route("es", ("en", "es", "en")), (tuple(engines), tuple(engines)))
    trip = RoundTrip(plan, store, notes.append)
    done = [(one.text, one.engine) for _, _, one in trip.paraphrase(enumerate(["a"]))]
    assert done == [("a other other", "other")]
    given_up = "127.0.0.1:1 is given up: it refused the connection; other goes on"
    assert set(notes) == ({given_up} if place == 0 else set())
    trip.close()


def test_a_run_names_who_delivered_and_says_once_who_gave_up(store, monkeypatch):
    engines = {"first": GivesUp("first"), "second": tagged("second")}
    monkeypatch.setattr("augment.planning.load_engine", engines.__getitem__)
    notes = []
    pivots = Pivots(BacktranslateConfig(translator="first,second", pivot=("es",)), "en", None)
    with ExitStack() as stack:
        (trip,) = pivots.open(store, stack, notes.append)
        assert trip.engine == "first"
        assert len(list(trip.paraphrase(enumerate(["a", "b"])))) == 2
        assert notes == ["first is given up: no more; second goes on"]
        assert trip.engine == trip.describe()["engine"] == "second"
        assert "es (second) once" in why_not_more([trip], {})
