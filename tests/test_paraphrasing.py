"""Paraphrases inside the loops of others: a list of texts, nlpaug's flows, `Dataset.map`."""

import pickle

import pytest

from augment.datasets.batch_map import ParaphraseRows
from augment.errors import InputError
from augment.paraphrasing import TextParaphraser
from augment.records import AUG_COLUMNS
from augment.testing import FakeEngine

PAIRS = {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")}
PLAIN = {"pivot": "es,ca", "source": "en", "no_filter": "all"}
TEXTS = ["a good film", "a bad book", "", "a long story"]


def reword(source, target, text):
    if target == "en":
        return f"{text.removeprefix(f'[{source}] ')} indeed{source}"
    return f"[{target}] {text}"


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return engine


def texts_of(found):
    return [[one.candidate.text for one in per_text] for per_text in found]


def test_several_per_text_and_no_more_than_asked(engine):
    with TextParaphraser(**PLAIN) as made:
        assert texts_of(made.paraphrase(TEXTS, 1))[0] == ["a good film indeedes"]
        two = texts_of(made.paraphrase(TEXTS, 5))
        assert two[0] == ["a good film indeedes", "a good film indeedca"]
        assert two[2] == []
        assert two == texts_of(made.paraphrase(TEXTS, 5))  # a call forgets the one before
    assert all(translator.closed for translator in engine.opened)


def test_methods_come_after_the_pivots(engine):
    with TextParaphraser(**PLAIN, method="swap") as made:
        (found,) = made.paraphrase(["it was a very good film"], 4)
    methods = [one.candidate.method for one in found]
    assert methods == ["backtranslation", "backtranslation", "words:swap", "words:swap"]
    assert len({one.candidate.text for one in found}) == 4


def test_what_is_refused_and_what_failed_is_kept(engine):
    def fragile(source, target, text):
        if "bad" in text:
            raise ValueError("cannot")
        return text if target == "en" and source == "ca" else reword(source, target, text)

    engine.function = fragile
    with TextParaphraser(**PLAIN) as made:
        found = made.paraphrase(TEXTS, 3)
        assert [len(one) for one in found] == [2, 0, 0, 2]
        assert made.failed == ["ValueError: cannot"] * 2
        engine.function = lambda source, target, text: text
        assert [len(one) for one in made.paraphrase(["a new text"])] == [0]
        assert {one.reason for one in made.rejected} == {"duplicate"}


def test_a_copy_opens_its_own_engines(engine):
    made = TextParaphraser(**PLAIN)
    first = texts_of(made.paraphrase(TEXTS, 2))
    copy = pickle.loads(pickle.dumps(made))
    assert texts_of(copy.paraphrase(TEXTS, 2)) == first
    made.close()
    copy.close()


def test_an_interrupted_call_leaves_nothing_that_was_told_to_stop(engine):
    def stopped(source, target, text):
        raise KeyboardInterrupt

    with TextParaphraser(**PLAIN) as made:
        assert texts_of(made.paraphrase(TEXTS))[0]
        was, engine.function = engine.function, stopped
        with pytest.raises(KeyboardInterrupt):
            made.paraphrase(["another text"])
        assert all(translator.closed for translator in engine.opened)
        engine.function = was
        assert texts_of(made.paraphrase(["another text"])) == [["another text indeedes"]]


def test_after_a_fail_over_it_says_who_translated(monkeypatch):
    def nobody(source, target, text):
        raise ValueError("cannot")

    both = {
        "first": FakeEngine(PAIRS, nobody, name="first"),
        "second": FakeEngine(PAIRS, reword, name="second"),
    }
    monkeypatch.setattr("augment.planning.load_engine", both.__getitem__)
    for by_rules in ("first", "second"):
        for name, engine in both.items():
            engine.by_rules = name == by_rules
        with TextParaphraser(**PLAIN, translator="first,second") as made:
            ((one,),) = made.paraphrase(["a good film"])
        assert one.candidate.engine.startswith("second")
        assert one.candidate.by_rules is (by_rules == "second")


def test_options_are_checked(engine):
    with pytest.raises(InputError, match="unknown method 'swop'; did you mean 'swap'"):
        TextParaphraser(method="swop", source="en").paraphrase(["a text"])
    with pytest.raises(InputError, match="n is 0"):
        TextParaphraser(**PLAIN).paraphrase(["a text"], 0)
    with pytest.raises(InputError, match="language of the texts is not clear"):
        TextParaphraser(pivot="es").paraphrase(["ok"])


def test_the_interface_of_nlpaug(engine):
    pytest.importorskip("nlpaug")
    from augment.nlpaug_flow import ParaphraseAug

    made = ParaphraseAug("es,ca", source="en", no_filter="all")
    assert made.augment("a good film") == ["a good film indeedes"]
    assert made.augment("a good film") == ["a good film indeedca"]
    assert made.augment("a good film") == ["a good film indeedes"]
    assert len(set(made.augment("a bad book", n=2))) == 2
    assert made.augment("") == []
    assert made.augment(TEXTS[:2]) == ["a good film indeedes", "a bad book indeedes"]
    made.paraphraser.close()


def test_the_flows_of_nlpaug(engine):
    pytest.importorskip("nlpaug")
    import nlpaug.augmenter.word as naw
    import nlpaug.flow as naf

    from augment.nlpaug_flow import ParaphraseAug

    made = ParaphraseAug("es,ca", source="en", no_filter="all")
    flow = naf.Sequential([made, naw.RandomWordAug(action="swap")])
    (text,) = flow.augment("it was a very good film")
    words = ["it", "was", "a", "very", "good", "film", "indeedes"]
    assert sorted(text.lower().split()) == sorted(words)
    two = naf.Sequential([made]).augment("another very good film", n=2)
    assert sorted(two) == ["another very good film indeedca", "another very good film indeedes"]
    sometimes = naf.Sometimes([made], aug_p=1.0)
    assert sometimes.augment("a third film")[0].startswith("a third film indeed")
    never = naf.Sometimes([made], aug_p=0.0)
    assert never.augment("a third film") == ["a third film"]
    made.paraphraser.close()


def test_the_map_of_another_library(engine):
    datasets = pytest.importorskip("datasets")
    table = datasets.Dataset.from_dict({"text": TEXTS, "label": [1, 0, 1, 0]})
    rows = ParaphraseRows(n=2, **PLAIN)
    out = table.map(rows, batched=True, batch_size=3, with_indices=True)
    assert set(out.column_names) == {"text", "label", *AUG_COLUMNS}
    new = [row for row in out if row["aug_method"] != "original"]
    assert len(new) == 6
    for row in new:
        original = table[row["aug_source_id"]]
        assert row["label"] == original["label"]
        assert row["text"].startswith(f"{original['text']} indeed")
    assert len(set(out["aug_id"])) == len(out)
    rows.paraphraser.close()


def test_the_map_goes_on_behind_a_batch_without_paraphrases(engine):
    datasets = pytest.importorskip("datasets")
    table = datasets.Dataset.from_dict({"text": ["", "", TEXTS[0], TEXTS[1]]})
    rows = ParaphraseRows(**PLAIN)
    out = table.map(
        rows, batched=True, batch_size=2, with_indices=True, writer_batch_size=2
    ).to_pandas()
    new = out["aug_method"] != "original"
    assert out["aug_source_id"][new].tolist() == [2, 3]
    assert (out["aug_change"].notna() == new).all()
    rows.paraphraser.close()


def test_the_map_says_what_it_needs(engine):
    rows = ParaphraseRows(**PLAIN)
    with pytest.raises(InputError, match="with_indices=True"):
        rows({"text": ["a"]})
    with pytest.raises(InputError, match="no column 'text' .columns: t."):
        rows({"t": ["a"]}, [0])
    with pytest.raises(InputError, match="augmented already"):
        rows({"text": ["a"], "aug_method": ["original"]}, [0])
