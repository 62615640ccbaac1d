"""What was checked once is not checked again, and what changes the findings is."""

import sqlite3

import pandas as pd
import pytest

import augment
from augment.filters import FILTERS, FilterChain, FilterSettings, Finding, build_filters
from augment.filters.recall import Recall, identity_of
from augment.filters.unchanged import Unchanged
from augment.records import Candidate, Rejection, Translation
from augment.store import FORMAT, Store, text_key
from augment.testing import FakeEngine

WORDS = ["red", "old", "quiet", "big", "small", "fine", "late", "early", "green", "cheap"]
OPTIONS = {
    "source": "en",
    "pivot": "es",
    "balance": "none",
    "no_filter": ("similarity", "language"),
}


def reword(source, target, text):
    """Say it back with two words more; every seventh text comes back as it was."""
    if target != "en" or text.split()[-1].endswith("7"):
        return text
    return f"to be clear, {text}"


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine({("en", "es"), ("es", "en")}, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return engine


@pytest.fixture
def looked(monkeypatch):
    """How many candidates the check of unchanged texts has seen: it sees them all."""
    seen = []
    check = Unchanged.check
    monkeypatch.setattr(
        Unchanged, "check", lambda self, batch: seen.append(len(batch)) or check(self, batch)
    )
    return seen


def frame(rows=1300, extra=""):
    texts = [
        f"the {WORDS[n % 10]} {WORDS[n // 10 % 10]} film{extra} number {n}" for n in range(rows)
    ]
    return pd.DataFrame({"text": texts, "label": ["a", "b"] * (rows // 2)})


def test_a_second_run_checks_nothing_and_ends_with_the_same_rows(engine, looked, tmp_path):
    store = str(tmp_path / "store.sqlite")
    first = augment.back_translate(frame(), **OPTIONS, store=store)
    assert sum(looked) == 1300
    assert first.manifest.totals["rejected"]["unchanged"] > 100
    second = augment.back_translate(frame(), **OPTIONS, store=store)
    assert sum(looked) == 1300
    pd.testing.assert_frame_equal(first.frame, second.frame)
    pd.testing.assert_frame_equal(first.rejected, second.rejected)


@pytest.mark.parametrize(
    "other",
    [
        {"min_change": 0.01},
        {"no_filter": ("similarity", "language", "names")},
        {"filter": "strict"},
    ],
)
def test_other_checks_look_again(engine, looked, tmp_path, other):
    store = str(tmp_path / "store.sqlite")
    augment.back_translate(frame(), **OPTIONS, store=store)
    del looked[:]
    augment.back_translate(frame(), **{**OPTIONS, **other}, store=store)
    assert sum(looked) == 1300


def test_another_table_is_checked_anew(engine, looked, tmp_path):
    """Even where the candidates are the same: some checks learn from all rows."""
    store = str(tmp_path / "store.sqlite")
    augment.back_translate(frame(), **OPTIONS, store=store)
    del looked[:]
    longer = pd.concat([frame(), pd.DataFrame({"text": ["one more"], "label": ["a"]})])
    augment.back_translate(longer, **OPTIONS, store=store)
    assert sum(looked) == 1301


def test_findings_under_other_rules_are_not_taken(engine, looked, tmp_path, monkeypatch):
    store = str(tmp_path / "store.sqlite")
    augment.back_translate(frame(), **OPTIONS, store=store)
    del looked[:]
    monkeypatch.setattr("augment.filters.recall._rules", lambda: b"a line of a check was changed")
    augment.back_translate(frame(), **OPTIONS, store=store)
    assert sum(looked) == 1300


def chain_with(store, filters, settings):
    chain = FilterChain(filters, settings)
    identity = identity_of(filters, settings)
    chain.recall = None if identity is None else Recall(store, identity)
    return chain


def test_what_is_a_duplicate_by_now_is_asked_of_this_run(looked):
    """A window of the same candidates is another window where other texts are taken."""
    settings = FilterSettings(language="en")
    filters = build_filters(settings, disabled=["similarity"])
    window = [Candidate(0, "I saw a good film.", "I have seen a fine film.")]
    with Store() as store:
        [kept] = chain_with(store, filters, settings).apply(window)
        assert not isinstance(kept, Rejection)
        other = chain_with(store, filters, settings)
        other.see_original("I have seen a fine film")
        [refused] = other.apply(window)
        assert refused.reason == "duplicate"
        [again] = chain_with(store, filters, settings).apply(window)
        assert again == kept
    assert len(looked) == 2


def test_a_check_of_another_package_is_always_asked():
    class Own:
        name = "own"

        def check(self, candidates):
            return [Finding()] * len(candidates)

    settings = FilterSettings(language="en")
    assert identity_of(build_filters(settings), settings) is not None
    assert identity_of([*build_filters(settings), Own()], settings) is None


def test_an_encoder_that_may_change_under_its_name_is_always_asked():
    settings = FilterSettings(language="en", encoder="some/encoder")
    assert identity_of([], settings) is None


def test_every_check_stands_where_its_findings_can_be_recalled():
    assert all(place.startswith("augment.filters.") for place in FILTERS.values())


def test_a_store_of_the_first_format_is_taken_over(tmp_path):
    path = tmp_path / "store.sqlite"
    with Store(path) as store:
        store.put("e", [(text_key("a"), Translation("b"))])
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE findings")
        db.execute("ALTER TABLE translation DROP COLUMN run")
        db.execute("PRAGMA user_version = 1")
    with Store(path) as store:
        assert store.get("e", [text_key("a")])[text_key("a")].text == "b"
        assert store.look_up("e", [text_key("a")])[1] == 1
        store.put_findings(b"key", "[]")
        assert store.findings(b"key") == "[]"
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == FORMAT == 3
    db.close()


def test_other_labels_are_another_table(engine, looked, tmp_path):
    store = str(tmp_path / "store.sqlite")
    augment.back_translate(frame(), **OPTIONS, store=store)
    del looked[:]
    augment.back_translate(frame().assign(label=["b", "a"] * 650), **OPTIONS, store=store)
    assert sum(looked) == 1300
