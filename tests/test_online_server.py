"""deep-translator in front of a server that behaves badly: nothing hangs, nothing wrong is kept."""

import random
import time

import pytest

from augment.errors import TranslatorError
from augment.round_trip import Stored
from augment.store import Store, text_key
from augment.testing import swap_words
from augment.testing_server import BEHAVIOURS, TranslationServer
from augment.translators.line import REFUSED_IN_A_ROW
from augment.translators.online import OnlineEngine
from augment.translators.services import Limits

pytest.importorskip("deep_translator")

FAST = Limits(
    connect_s=1.0, total_s=0.25, attempts=4, backoff_s=0.005, max_wait_s=1.5, failures_in_a_row=6
)
TEXTS = [
    "The old cinema on the corner shows silent films every second Friday.",
    "We waited almost an hour before anybody took our order.",
    "My sister bought 14 tickets, and only 9 of us came along.",
    "Nothing in this novel happens for a reason, and I loved it.",
    "The battery of the phone was empty again by noon.",
    "Rain kept falling on the tents through all of the night.",
    "Our guide knew every bird in that forest by its song.",
    "The actor forgot his lines twice, yet the hall applauded.",
    "She returned the shoes because one was larger than the other.",
    "A bus at 7:45 would have brought them there in time.",
    "The soup tasted of salt and of very little else.",
    "He painted the kitchen blue while everybody was asleep.",
]


def engine(server, limits=FAST):
    return OnlineEngine("libre", url=server.url, limits=limits)


def truth(text):
    return swap_words("en", "es", text)


def run(server, store, texts=TEXTS, limits=FAST):
    """Translate window by window, as a run does; give the results, and the error that ended it."""
    leg = Stored(engine(server, limits).open("en", "es"), store)
    results, ended = [], None
    try:
        for start in range(0, len(texts), leg.window):
            results += leg.translate(texts[start : start + leg.window])
    except TranslatorError as error:
        ended = error
    finally:
        leg.close()
    return leg, results, ended


def kept(leg, store, texts=TEXTS):
    found = store.get(leg.identity, [text_key(text) for text in texts])
    return {text: found[text_key(text)].text for text in texts if text_key(text) in found}


@pytest.mark.parametrize("behaviour", [one for one in BEHAVIOURS if one not in ("ok", "403")])
def test_one_bad_answer_is_asked_for_again(behaviour):
    with Store() as store, TranslationServer(schedule=["ok"] * 5 + [behaviour]) as server:
        _, results, ended = run(server, store, TEXTS[:6])
        assert ended is None
        assert [one.text for one in results] == [truth(text) for text in TEXTS[:6]]
        assert behaviour in {one.behaviour for one in server.seen}


@pytest.mark.parametrize("behaviour", [one for one in BEHAVIOURS if one not in ("ok", "other")])
def test_a_server_that_never_does_well_ends_the_run(behaviour, tmp_path):
    start = time.monotonic()
    texts = [*TEXTS, *(text.upper() for text in TEXTS), *(text.lower() for text in TEXTS)]
    # With nothing to give for a text it may still have something for the next one.
    most = REFUSED_IN_A_ROW if behaviour in ("empty", "null") else FAST.failures_in_a_row
    with (
        Store(tmp_path / "store.sqlite") as store,
        TranslationServer(schedule=lambda text: behaviour) as server,
    ):
        leg, _, ended = run(server, store, texts)
        assert ended is not None
        assert "what was delivered is in the store: " in str(ended)
        assert kept(leg, store, texts) == {}
        assert len(server.seen) <= (most + leg.window) * FAST.attempts
    assert time.monotonic() - start < 60


def test_the_same_answer_to_everything_is_not_believed():
    with (
        Store() as store,
        TranslationServer(lambda *_: "Siempre la misma frase, siempre.") as server,
    ):
        leg, results, _ = run(server, store)
        assert kept(leg, store) == {}
        assert all("same answer to quite different texts" in one.error for one in results)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_it_does_nothing_wrong_is_kept_and_a_second_run_completes(seed):
    chance = random.Random(seed)
    bad = [one for one in BEHAVIOURS if one != "ok"] + ["other"] * chance.choice([0, 6, 30])
    share = chance.choice([0.2, 0.4, 0.6])

    def schedule(text):
        return chance.choice(bad) if chance.random() < share else "ok"

    with Store() as store:
        with TranslationServer(schedule=schedule) as server:
            leg, results, _ = run(server, store)
        before = kept(leg, store)
        assert before == {text: truth(text) for text in before}
        delivered = [one for one in results if not one.error]
        assert {one.text for one in delivered} <= set(before.values())
        with TranslationServer() as server:
            # Another port would be another server; the store knows it by its address.
            again = Stored(engine(server).open("en", "es"), store)
            again.identity = leg.identity
            done = again.translate(TEXTS)
            again.close()
            assert [one.text for one in done] == [truth(text) for text in TEXTS]
            asked_again = {one.parameters["q"] for one in server.seen}
            assert asked_again.isdisjoint(before)


def test_a_request_that_hangs_ends_at_its_deadline_even_byte_by_byte():
    limits = Limits(connect_s=1.0, total_s=0.3, attempts=1, failures_in_a_row=99)
    for behaviour in ("hang", "slow"):
        with TranslationServer(schedule=lambda text, what=behaviour: what) as server:
            translator = engine(server, limits).open("en", "es")
            start = time.monotonic()
            (done,) = translator.translate(["A sentence that nobody answers."])
            assert "no whole answer within 0.3 s" in done.error
            assert time.monotonic() - start < 5
            translator.close()


def test_a_read_that_times_out_before_the_deadlines_timer_is_told_alike(monkeypatch):
    """On a busy machine the timer's thread may come second."""
    from augment.translators.deadline import Deadline

    monkeypatch.setattr(Deadline, "_shut", lambda self: None)
    limits = Limits(connect_s=1.0, total_s=0.3, attempts=1, failures_in_a_row=99)
    with TranslationServer(schedule=lambda text: "hang") as server:
        translator = engine(server, limits).open("en", "es")
        (done,) = translator.translate(["A sentence that nobody answers."])
        assert "no whole answer within 0.3 s" in done.error
        translator.close()


def test_retry_after_is_kept_and_too_long_a_wait_gives_up():
    with Store() as store, TranslationServer(schedule=["ok"] * 8 + ["429:1"]) as server:
        start = time.monotonic()
        _, results, ended = run(server, store, TEXTS[:8])
        assert ended is None
        assert not any(one.error for one in results)
        assert time.monotonic() - start >= 1.0
    with Store() as store, TranslationServer(schedule=lambda text: "429:3600") as server:
        _, _, ended = run(server, store)
        assert "asks to wait 3,600 s" in str(ended)
        assert len(server.seen) <= 4


def test_a_run_without_a_store_does_not_speak_of_one():
    with Store() as store, TranslationServer(schedule=lambda text: "403") as server:
        _, _, ended = run(server, store)
    assert "nothing is kept without a store: " in str(ended)
    assert "run the same command again" in str(ended)
    assert "in the store" not in str(ended)


def test_a_quota_or_a_wrong_key_is_not_asked_twice():
    with Store() as store, TranslationServer(schedule=lambda text: "403") as server:
        _, _, ended = run(server, store)
        assert "HTTP 403" in str(ended)
        assert len(server.seen) <= 4  # those that were under way


def test_every_request_has_a_connection_of_its_own():
    with Store() as store, TranslationServer() as server:
        run(server, store)
        assert len(server.seen) > 4
        assert len({one.port for one in server.seen}) == len(server.seen)


def test_a_run_that_is_left_does_not_wait_for_pauses():
    import threading

    with TranslationServer(schedule=lambda text: "429:1") as server:
        translator = engine(server).open("en", "es")
        thread = threading.Thread(target=lambda: translator.translate(TEXTS[:2]))
        thread.start()
        while not server.seen:
            time.sleep(0.01)
        start = time.monotonic()
        translator.interrupt()
        thread.join()
        assert time.monotonic() - start < 0.9
        translator.close()
