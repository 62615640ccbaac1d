"""Several paraphrases per pivot through the whole command, on a language pair made for it."""

import csv
import json
from collections import Counter

import pandas as pd
import pytest

from augment.cli import main
from augment.cli.summary import augmentation_summary
from augment.datasets.augmentation.pivots import Pivots
from augment.datasets.augmentation.production import Yield
from augment.datasets.augmentation.recipe import BacktranslateConfig
from augment.datasets.augmentation.variants import wanted_variants
from augment.datasets.backtranslate import back_translate
from augment.decoding import Decoding
from augment.errors import InputError
from augment.planning import plan_round_trips
from augment.records import Translation
from augment.round_trip import RoundTrip, variants_of
from augment.store import Store, text_key
from augment.testing import FakeEngine

#: Checks that look at grammar or meaning know nothing of the made-up language.
ALONE = {"source": "en", "pivot": "eo", "no_filter": "all", "store": "none"}


@pytest.fixture
def here(tmp_path, models, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def frame(world, rows, seed=21):
    return pd.DataFrame({"text": world.sentences(rows, seed), "label": "a"})


def new_rows(done):
    return done.frame[done.frame["aug_method"] == "backtranslation"]


def test_every_pivot_gives_as_many_as_each_row_may_have(here, world):
    done = back_translate(frame(world, 30), **ALONE, balance="none", per_row=3)
    new = new_rows(done)
    per_source = new.groupby("aug_source_id")["text"].agg(["size", "nunique"])
    assert (per_source["size"] == per_source["nunique"]).all()
    assert per_source["size"].max() == 3
    counts = done.manifest.pivots["eo"]
    assert counts["variants"] == 4  # one to spare: the original itself may be among them
    assert counts["asked"] == counts["failed"] + counts["produced"]
    # the spare one is asked for where one of the three was refused, and only there
    lost = counts["failed"] + sum(counts["rejected"].values())
    assert 90 <= counts["asked"] <= 90 + min(lost, 30)
    assert counts["produced"] == sum(counts["rejected"].values()) + counts["surplus"] + len(new)
    fewer = 30 - (per_source["size"] == 3).sum()
    note = next((n for n in done.manifest.notes if "originals have fewer than 3" in n), "")
    if fewer:
        assert note.startswith(f"{fewer} of 30 originals")
        assert "each original was given to eo (marian) 4 times at most" in note
        assert "refused: duplicate" in note or "refused: unchanged" in note
    else:
        assert not note
    assert set(new["aug_id"].str.count(":")) <= {1, 2}
    assert new["aug_id"].is_unique


def test_several_texts_cost_one_search(here, world):
    done = back_translate(frame(world, 25), **ALONE, balance="none", per_row=4)
    about = done.manifest.pivots["eo"]
    # out once; back once for each different text, and from the store for the other variants
    assert about["translated"] <= 50
    new, lost = about["kept"], sum(about["rejected"].values())
    assert 2 * about["asked"] == about["translated"] + about["from_store"]
    assert about["from_earlier_runs"] == 0
    assert "translated before" not in augmentation_summary(done)
    assert about["asked"] == new + about["surplus"] + lost + about["failed"] >= 100
    assert len(about["translators"]) == 6
    assert [name[-6:] for name in about["translators"][1:]] == [f"best#{n}" for n in range(5)]


def test_a_round_trip_that_gives_the_original_back_costs_no_paraphrase(here, world):
    texts = frame(world, 40)
    done = back_translate(texts, **ALONE | {"no_filter": "all"}, balance="none", per_row=1)
    counts = done.manifest.pivots["eo"]
    assert counts["variants"] == 2
    again = counts["asked"] - 40  # of these the best text was refused
    assert 0 < again <= counts["failed"] + sum(counts["rejected"].values())
    assert (new_rows(done)["aug_id"].str.count(":") == 2).sum() > 0
    greedy = back_translate(texts, **ALONE, balance="none", per_row=1, beam_size=1)
    assert greedy.manifest.pivots["eo"]["variants"] == 1
    assert greedy.manifest.pivots["eo"]["translators"][-1].endswith(":beam1")


def test_draws_give_more_where_more_are_asked(here, world):
    options = ALONE | {"decoding": "sample", "temperature": 1.8, "top_k": 0}
    texts = frame(world, 20)
    done = back_translate(texts, **options, balance="none", per_row=6)
    new = new_rows(done)
    assert Counter(new["aug_source_id"]).most_common(1)[0][1] == 6
    assert len(new) > 80
    again = back_translate(texts.iloc[::-1], **options, balance="none", per_row=6)
    by_text = {source: set(rows) for source, rows in new.groupby("aug_source_id")["text"]}
    other = {
        19 - source: set(rows) for source, rows in new_rows(again).groupby("aug_source_id")["text"]
    }
    assert by_text == other
    third = back_translate(texts, **options, balance="none", per_row=6, seed=1)
    assert list(new_rows(third)["text"]) != list(new["text"])


def test_a_class_that_lacks_much_gets_several_of_each(here, world):
    texts = world.sentences(60, 22)
    table = pd.DataFrame({"text": texts, "label": ["a"] * 50 + ["b"] * 10})
    done = back_translate(table, **ALONE)
    new = new_rows(done)
    assert set(new["label"]) == {"b"}
    assert Counter(new["aug_source_id"]).most_common(1)[0][1] >= 3
    assert done.manifest.classes["b"]["after"] >= 40
    if short := done.manifest.classes["b"]["shortfall"]:
        note = next(n for n in done.manifest.notes if n.startswith("class 'b' stays"))
        assert f"stays {short}" in note
        assert "(marian) 4 times" in note


def test_an_engine_with_one_answer_says_so(world, monkeypatch, tmp_path):
    engine = FakeEngine({("en", "eo"), ("eo", "en")}, name="plain")
    monkeypatch.setattr("augment.planning.LOCAL", ("plain",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    done = back_translate(frame(world, 12), **ALONE, balance="none", per_row=3)
    assert done.manifest.pivots["eo"]["variants"] == 1
    (note,) = [n for n in done.manifest.notes if "fewer than 3" in n]
    assert note.startswith("12 of 12 originals")
    assert "given to eo (plain) once at most" in note


@pytest.mark.parametrize(
    ("by_rules", "passed", "strictness", "said", "unsaid"),
    [
        (
            True,
            2,
            "normal",
            ["errs less (augment models fetch en-es es-en)", "--filter loose"],
            "would give more",
        ),
        (True, 2, "loose", ["2 of 100 asked passed", "errs less"], "--filter loose"),
        (False, 2, "normal", ["augment review"], "errs less"),
        (True, 12, "normal", ["would give more", "12 of 100 asked passed"], "errs less"),
        (True, 30, "normal", ["would give more"], "asked passed"),
    ],
)
def test_where_next_to_nothing_passed_more_pivots_are_no_advice(
    by_rules, passed, strictness, said, unsaid, monkeypatch
):
    engine = FakeEngine({("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")}, name="plain")
    engine.by_rules = by_rules
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    recipe = BacktranslateConfig(translator="plain", pivot=("es",), filter=strictness)
    refused = {"reworded": 100 - passed}
    yields = {"es": Yield(asked=100, produced=100, rejected=refused, kept=passed)}
    told = Pivots(recipe, "en", None).shortfall(None, yields)
    assert all(part in told for part in said), told
    assert unsaid not in told


@pytest.mark.parametrize(
    ("pairs", "per_row", "said", "unsaid"),
    [
        ({("en", "es"), ("es", "en")}, None, "every pivot that there is; a neural", "--pivot"),
        ({("en", "es"), ("es", "en")}, 1, "every pivot that there is; a neural", "--per-row"),
        (set(), None, "more pivots (--pivot) would give more", "neural"),  # for any pair
    ],
)
def test_where_no_pivot_is_left_none_is_advised(pairs, per_row, said, unsaid, monkeypatch):
    engine = FakeEngine(pairs, name="plain")
    if not pairs:
        monkeypatch.setattr(engine, "pairs", lambda: None)
    engine.by_rules = True
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    recipe = BacktranslateConfig(translator="plain", pivot=("es",))
    yields = {"es": Yield(asked=100, produced=100, kept=100)}
    told = Pivots(recipe, "en", None).shortfall(per_row, yields)
    assert said in told
    assert unsaid not in told


def test_where_pivots_say_more_than_once_only_per_row_is_left(monkeypatch):
    engine = FakeEngine({("en", "es"), ("es", "en")}, name="plain")
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    recipe = BacktranslateConfig(translator="plain", pivot=("es",))
    told = Pivots(recipe, "en", None).shortfall(1, {"es": Yield(asked=9, produced=9, kept=9)})
    assert told.endswith("; a larger --per-row would give more")


def test_the_command_from_folder_to_table(tmp_path, taught, world, monkeypatch, capsys):
    """Fetch, doctor, translate, write, go on from the store: the whole way of a user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "home"))
    texts = world.sentences(40, 23)
    with open("in.csv", "w", encoding="utf-8", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(["text", "label"])
        rows.writerows([text, "ab"[n % 4 == 0]] for n, text in enumerate(texts))
    run = ["backtranslate", "in.csv", "--pivot", "eo", "--source", "en", "--no-filter", "all",
           "--translator", "marian"]  # fmt: skip
    assert main(run) == 2
    said = capsys.readouterr().err
    assert "augment models fetch en-eo eo-en" in said
    for name in ("en-eo", "eo-en"):
        assert main(["models", "fetch", name, "--from", str(taught / name)]) == 0
    assert main([*run, "--json"]) == 0
    out, err = capsys.readouterr()
    assert "pivot eo: en → eo → en (marian), up to 4 of each text by beam" in err
    manifest = json.loads(out[out.index("{\n") :])
    assert manifest["versions"]["ctranslate2"]
    table = pd.read_csv("in.augmented.csv", dtype=str, keep_default_na=False)
    new = table[table["aug_method"] == "backtranslation"]
    assert manifest["classes"]["b"]["after"] == (table["label"] == "b").sum() > 10
    right = 0
    for row in new.itertuples():
        foreign = world.made_up(texts[int(row.aug_source_id)].split())
        words = row.text.split()
        right += len(words) == 7 and world.made_up(words) == foreign
        assert row.aug_engine.startswith("marian:local/en-eo@")
    assert right >= len(new) / 2  # the fourth best text is not always right
    first = (tmp_path / "in.augmented.csv").read_bytes()
    assert main([*run, "--json", "--force"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["pivots"]["eo"]["translated"] == 0
    assert (tmp_path / "in.augmented.csv").read_bytes() == first


def test_every_variant_has_an_identity_of_its_own(here):
    (plan,) = plan_round_trips(["eo"], "en", "marian")
    names = []
    with Store() as store:
        for decoding in (
            Decoding(),
            *(Decoding(variant=n, variants=3) for n in range(3)),
            Decoding(beam_size=1),
            *(Decoding(kind="sample", variant=n) for n in range(2)),
            Decoding(kind="sample", seed=1),
            Decoding(kind="sample", temperature=1),
            Decoding(kind="sample", top_k=3),
        ):
            trip = RoundTrip(plan, store, decoding=decoding)
            names.append(trip.identities[-1])
            trip.close()
    assert len(set(names)) == len(names)
    assert variants_of(plan, Decoding()) == 32


def test_what_one_search_found_is_stored_for_all_variants(here, world):
    (plan,) = plan_round_trips(["eo"], "en", "marian")
    (text,) = world.sentences(1, 24)
    with Store() as store:
        trips = [RoundTrip(plan, store, decoding=Decoding(variant=n, variants=4)) for n in range(4)]
        ((_, _, first),) = trips[0].paraphrase([(0, text)])
        foreign = store.get(trips[0].identities[0], [text_key(text)])[text_key(text)]
        found = [
            store.get(trip.identities[1], [text_key(foreign.text)]).popitem()[1] for trip in trips
        ]
        assert found[0] == first
        assert all(isinstance(one, Translation) for one in found)
        assert [next(iter(t.paraphrase([(0, text)])))[2] for t in trips] == found
        assert trips[3].describe()["translated"] == 0


@pytest.mark.parametrize(
    ("per_row", "needed", "wanted"),
    [(3, 90, 4), (1, 1, 2), (None, None, 1), (None, 1, 4), (None, 9, 9), (None, 900, 16),
     (40, None, 41)],
)  # fmt: skip
def test_how_many_are_asked_for(per_row, needed, wanted):
    assert wanted_variants(per_row, needed) == wanted
    assert wanted_variants(per_row, needed, greedy=True) == (1 if per_row == 1 else wanted)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"decoding": "random"}, "decoding"),
        ({"beam_size": 0}, "beam_size is 0; wanted: 1 to 32"),
        ({"temperature": -1.0}, "temperature"),
        ({"top_k": -2}, "top_k"),
    ],
)
def test_options_out_of_range(options, said):
    with pytest.raises(InputError, match=said):
        back_translate(pd.DataFrame({"text": ["a"]}), **ALONE, **options)
