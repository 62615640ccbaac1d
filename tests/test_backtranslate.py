"""The main job over engines that need nothing: counts, columns, determinism, originals."""

import csv
import json
import re
import shutil
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import augment
from augment.cli import main
from augment.config import build
from augment.datasets.augmentation.production import CHECKED_AT_ONCE, Production
from augment.datasets.backtranslate import BacktranslateConfig, back_translate
from augment.datasets.filter_pairs import _Judge, filter_pairs
from augment.datasets.frames import read_frame
from augment.errors import InputError, TranslatorError
from augment.progress import SILENT
from augment.records import AUG_COLUMNS
from augment.testing import FakeEngine

PAIRS = {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en"), ("en", "eo"), ("eo", "en")}
#: Only empty and duplicate are checked: what the checks see in texts is for their own tests.
PLAIN = {"source": "en", "store": "none", "no_filter": "all"}


def reword(source, target, text):
    """Translate reversibly, and leave on the way back a word that names the pivot."""
    if target == "en":
        return f"{text.removeprefix(f'[{source}] ')} indeed{source}"
    return f"[{target}] {text}"


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return engine


def frame(sizes):
    rows = [
        {"id": f"{n:03}", "text": f"text {label} {n}", "label": label}
        for label, size in sizes.items()
        for n in range(size)
    ]
    return pd.DataFrame(rows).sample(frac=1, random_state=1).reset_index(drop=True)


def counts(done):
    return dict(Counter(done.frame["label"]))


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"pivot": "es"}, {"a": 40, "b": 20, "c": 40}),
        ({"pivot": "es,ca"}, {"a": 40, "b": 30, "c": 40}),
        ({"pivot": "es,ca,eo"}, {"a": 40, "b": 40, "c": 40}),
        ({"pivot": "es,ca,eo", "per_row": 1}, {"a": 40, "b": 20, "c": 40}),
        ({"pivot": "es", "balance": "35"}, {"a": 40, "b": 20, "c": 35}),
        ({"pivot": "es", "balance": "none"}, {"a": 80, "b": 20, "c": 60}),
        ({"pivot": "es,ca", "balance": "none"}, {"a": 120, "b": 30, "c": 90}),
        ({"pivot": "es,ca", "balance": "none", "per_row": 1}, {"a": 80, "b": 20, "c": 60}),
        ({"pivot": "es,ca", "balance": "x2"}, {"a": 80, "b": 30, "c": 80}),
        ({"pivot": "es", "balance": "median"}, {"a": 40, "b": 20, "c": 30}),
    ],
)
def test_classes_reach_their_targets_as_far_as_they_can(engine, options, wanted):
    done = back_translate(frame({"a": 40, "b": 10, "c": 30}), **PLAIN, **options)
    assert counts(done) == wanted
    for label, about in done.manifest.classes.items():
        assert about["after"] == wanted[label]
        if about["target"] is not None:
            assert about["shortfall"] == max(0, about["target"] - about["after"])


def test_the_yield_of_every_pivot_adds_up(engine):
    done = back_translate(frame({"a": 40, "b": 10, "c": 30}), **PLAIN, pivot="es,ca,eo")
    for one in (*done.manifest.pivots.values(), done.manifest.totals):
        assert one["asked"] == one["failed"] + one["produced"]
        assert one["produced"] == sum(one["rejected"].values()) + one["surplus"] + one["kept"]
    assert done.manifest.totals["kept"] == (done.frame["aug_method"] != "original").sum()


def test_paraphrases_name_their_original_and_copy_its_other_columns(engine):
    table = frame({"a": 12, "b": 4})
    done = back_translate(table, **PLAIN, pivot="es,ca", balance="none")
    new = done.frame[done.frame["aug_method"] == "backtranslation"]
    for row in new.itertuples():
        original = table.iloc[row.aug_source_id]
        assert row.text == f"{original.text} indeed{row.aug_pivot}"
        assert (row.id, row.label) == (original.id, original.label)
        assert row.aug_engine == "fake"
    assert done.frame["aug_id"].is_unique


def test_a_country_or_script_that_engines_are_not_told_is_said(engine):
    table = frame({"a": 12, "b": 4})
    for source, said in (("en", False), ("en-GB", True)):
        done = back_translate(table, **{**PLAIN, "source": source}, pivot="es")
        assert any(f"source {source!r} is read as" in one for one in done.manifest.notes) == said


def test_columns_may_have_numbers_for_names(engine):
    table = frame({"a": 12, "b": 4}).set_axis([0, 1, 2], axis=1)
    done = back_translate(table, **PLAIN, pivot="es", text="1", label="2")
    assert list(done.frame.columns[:3]) == [0, 1, 2]
    assert done.frame[1][done.frame["aug_pivot"] == "es"].str.endswith("indeedes").all()


def test_no_more_is_translated_than_is_needed(engine):
    back_translate(frame({"a": 3000, "b": 2800}), **PLAIN, pivot="es,ca", balance="max")
    asked = {translator.identity: len(translator.seen) for translator in engine.opened}
    assert asked["fake:en-es@1"] == 250
    assert asked["fake:en-ca@1"] == 0


def test_what_yields_nothing_is_through_after_a_few_waves(engine, monkeypatch):
    engine.function = lambda source, target, text: (
        text.removeprefix("[es] ") if source == "es" else reword(source, target, text)
    )
    waves, results = [], Production._results
    monkeypatch.setattr(
        Production,
        "_results",
        lambda self, by, rows: waves.append((by.name, sum(rows))) or results(self, by, rows),
    )
    back_translate(frame({"a": 4010, "b": 4000}), **PLAIN, pivot="es,ca", balance="max")
    asked = {pivot: [n for name, n in waves if name == pivot] for pivot in ("es", "ca")}
    assert asked["es"] == [32, 250, 500, 1000, 2000, 218]
    assert asked["ca"] == [125]  # the next one is asked as if nothing had been in vain


def test_of_an_engine_that_goes_by_rules_twice_as_many_are_made_and_the_nearest_kept(engine):
    def lavish(source, target, text):
        if target != "en":
            return text
        return text + " indeed" * (1 + int(text.split()[-1]) % 3)

    engine.function = lavish
    table = frame({"a": 60, "b": 45})
    kept = {}
    for engine.by_rules in (False, True):
        done = back_translate(table, **PLAIN, pivot="es,ca")
        kept[engine.by_rules] = done.frame["text"][done.frame["aug_pivot"] != ""]
        asked = {name: one["asked"] for name, one in done.manifest.pivots.items()}
        assert asked == {"es": 38 if engine.by_rules else 32, "ca": 0}
    assert kept[True].str.count("indeed").sum() < 25 < kept[False].str.count("indeed").sum()
    assert len(kept[True]) == len(kept[False]) == 15


def test_further_pivots_are_tried_for_what_was_refused(engine):
    def lazy(source, target, text):
        if {source, target} == {"en", "es"} and " b " in f" {text} ":
            return text  # comes back unchanged
        return reword(source, target, text)

    engine.function = lazy
    options = PLAIN | {"no_filter": ("similarity", "language", "length", "truncated")}
    done = back_translate(frame({"a": 20, "b": 10}), **options, pivot="es,ca,eo")
    new = done.frame[done.frame["aug_pivot"] != ""]
    assert set(new["aug_pivot"]) == {"ca"}
    assert done.manifest.pivots["es"]["rejected"] == {"unchanged": 10}
    assert list(done.rejected["reason"]) == ["unchanged"] * 10


def test_failed_texts_are_reported_and_never_filled_in(engine):
    def fragile(source, target, text):
        if "b 3" in text:
            raise ValueError("cannot")
        return reword(source, target, text)

    engine.function = fragile
    done = back_translate(frame({"a": 20, "b": 10}), **PLAIN, pivot="es")
    assert done.manifest.totals["failed"] == 1
    assert not done.frame.query("aug_pivot != ''")["text"].str.contains("b 3").any()
    (failed,) = done.rejected.query("reason == 'failed'").itertuples()
    assert (failed.text, failed.detail) == ("", "ValueError: cannot")
    assert any("could not be translated" in note for note in done.manifest.notes)


def test_an_empty_table_cell_is_passed_through(engine):
    table = frame({"a": 10, "b": 5})
    table.loc[0, "text"] = "  "
    table.loc[1, "label"] = ""
    table.loc[2, "text"] = None
    table.loc[3, "text"] = "\u200b\ufeff"
    done = back_translate(table, **PLAIN, text="text", label="label", pivot="es", balance="none")
    assert set(done.frame.query("aug_method != 'original'")["aug_source_id"]) == set(range(4, 15))
    assert done.manifest.input["empty_texts"] == 3
    assert done.manifest.input["empty_labels"] == 1
    pd.testing.assert_frame_equal(done.frame.iloc[:15][table.columns], table)


def test_texts_in_another_language_are_told(engine):
    class Notes(type(SILENT)):
        def note(self, message):
            told.append(message)

    told = []
    english = "The weather was fine and we walked along the river for hours"
    french = "Il faisait beau et nous avons marché le long de la rivière"
    texts = [f"{english}, day {n}." for n in range(18)] + [f"{french}, jour {n}." for n in "12"]
    table = pd.DataFrame({"text": texts, "label": "a"})
    back_translate(table, pivot="es", **PLAIN, progress=Notes())
    assert [note for note in told if "texts looked at" in note] == [
        "note: of 20 texts looked at 10.0% French; they are treated as English, and are better "
        "taken out"
    ]
    told.clear()
    back_translate(table[:18], pivot="es", **PLAIN, progress=Notes())
    assert not any("texts looked at" in note for note in told)


def test_without_labels_the_table_is_one_class(engine):
    done = back_translate(frame({"a": 10}), **PLAIN, text="text", label="none", pivot="es")
    assert len(done.frame) == 20
    assert done.manifest.resolved["label"] is None


def test_repeated_originals_do_not_give_the_same_paraphrase_twice(engine):
    table = pd.DataFrame(
        {"text": ["the same text here"] * 5 + ["another text there"] * 2, "label": list("aaaaabb")}
    )
    done = back_translate(table, **PLAIN, pivot="es", balance="none")
    assert (done.frame["aug_method"] != "original").sum() == 2
    assert done.manifest.totals["rejected"] == {"duplicate": 5}
    assert done.manifest.input["repeated_texts"] == 5


def test_types_of_a_frame_are_kept(engine):
    table = frame({"a": 4, "b": 2}).assign(
        stars=range(6), share=0.5, when=pd.Timestamp("2020-01-01")
    )
    done = back_translate(table, **PLAIN, text="text", label="label", pivot="es")
    assert done.frame.dtypes[table.columns].equals(table.dtypes)
    pd.testing.assert_frame_equal(done.frame.iloc[:6][table.columns], table)


def test_same_input_same_seed_same_rows_whatever_the_windows(engine, monkeypatch):
    table = frame({"a": 90, "b": 30})
    first = back_translate(table, **PLAIN, pivot="es,ca", seed=4)
    monkeypatch.setattr("augment.testing.FakeTranslator.window", 3, raising=False)
    monkeypatch.setattr("augment.datasets.augmentation.production.CHECKED_AT_ONCE", 7)
    again = back_translate(table, **PLAIN, pivot="es,ca", seed=4)
    pd.testing.assert_frame_equal(first.frame, again.frame)
    other = back_translate(table, **PLAIN, pivot="es,ca", seed=5, balance="70")
    one = back_translate(table, **PLAIN, pivot="es,ca", seed=4, balance="70")
    assert not one.frame.equals(other.frame)
    assert CHECKED_AT_ONCE > 7


def test_files_are_as_the_contract_says(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame({"a": 10, "b": 5}).to_csv("in.csv", index=False)
    done = back_translate("in.csv", **PLAIN, pivot="es")
    assert {path.name for path in tmp_path.iterdir()} == {
        "in.csv",
        "in.augmented.csv",
        "in.augmented.rejected.csv",
        "in.augmented.manifest.json",
        "in.augmented.report.html",
        ".augment",
    }
    raw = (tmp_path / "in.augmented.csv").read_bytes()
    assert b"\r" not in raw
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8").splitlines()[0] == "id,text,label," + ",".join(AUG_COLUMNS)
    assert json.loads((tmp_path / "in.augmented.manifest.json").read_text()) == json.loads(
        json.dumps(done.report)
    )
    before = raw
    with pytest.raises(InputError, match="--force"):
        back_translate("in.csv", **PLAIN, pivot="es")
    back_translate("in.csv", **PLAIN, pivot="es", force=True)
    assert (tmp_path / "in.augmented.csv").read_bytes() == before


def test_a_run_that_breaks_off_writes_nothing_and_goes_on_from_the_store(
    engine, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    frame({"a": 60, "b": 60}).to_csv("in.csv", index=False)
    options = PLAIN | {"store": "s.sqlite", "pivot": "es"}
    seen = []

    def breaking(source, target, text):
        seen.append(text)
        return reword(source, target, text)

    class Gone(Exception):
        pass

    def translate(self, texts, real=augment.testing.FakeTranslator.translate):
        if len(seen) > 100:
            raise TranslatorError("the service is gone")
        return real(self, texts)

    engine.function = breaking
    monkeypatch.setattr("augment.testing.FakeTranslator.translate", translate)
    with pytest.raises(TranslatorError, match="gone"):
        back_translate("in.csv", **options)
    assert not list(tmp_path.glob("*augmented*"))
    first = len(seen)
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    done = back_translate("in.csv", **options)
    assert len(seen) == 240
    assert first < 240
    assert done.manifest.totals["kept"] == 120


cells = st.text(
    st.sampled_from(list("ab ,;\"'\n\r\t/\\|é😀\ufeff\u2028=")) | st.characters(codec="utf-8"),
    max_size=20,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(cells, cells, st.sampled_from(["pos", "neg", "NA", "007"])),
        min_size=1,
        max_size=8,
    )
)
def test_originals_in_the_output_equal_the_input_cell_by_cell(engine, tmp_path, rows):
    folder = tmp_path / "run"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    rows = [(extra, f"words {text}", label) for extra, text, label in rows]
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(["extra", "text", "label"])
        writer.writerows(rows)
    try:
        read = [tuple(row) for row in read_frame(folder / "in.csv").to_numpy()]
    except InputError:
        return  # a table that the reader refuses, for its own tests to judge
    if read != rows:
        return  # a plain csv.writer does not protect every cell; what was read is what counts
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        back_translate("in.csv", **PLAIN, text="text", label="label", pivot="es", out="out.csv")
    out = read_frame(folder / "out.csv")
    assert [
        tuple(row) for row in out.iloc[: len(rows)][["extra", "text", "label"]].to_numpy()
    ] == rows


def test_online_engines_say_who_gets_how_much_before_anything_is_sent(engine, tmp_path):
    engine.host = "translate.example.org"
    said = []

    class Notes:
        def note(self, message):
            assert not any(translator.seen for translator in engine.opened)
            said.append(message)

        warn = note

        def stage(self, name, total, unit="row"):
            raise KeyboardInterrupt  # the first stage: everything has been said

    table = frame({"a": 10, "b": 5})
    with pytest.raises(KeyboardInterrupt):
        back_translate(table, **PLAIN, pivot="es", progress=Notes())
    characters = 2 * table["text"].str.len().sum()
    assert any(f"{characters:,} characters go to translate.example.org" in line for line in said)


@pytest.mark.parametrize(("refused", "said"), [(1.0, 1), (0.9, 0), (0.0, 0)])
def test_a_run_that_gives_next_to_nothing_says_so_early(monkeypatch, refused, said):
    def unchanged(source, target, text):
        number = int(re.search(r"\d+", text)[0])
        if target != "en":
            return f"[{target}] {text}"
        return text.removeprefix(f"[{source}] ") + (
            " indeed" if number % 10 >= 10 * refused else ""
        )

    engine = FakeEngine(PAIRS, unchanged)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    lines = []

    class Notes:
        note = warn = lines.append

        @contextmanager
        def stage(self, name, total, unit="row"):
            lines.append(name)
            yield SILENT.stage(name, total, unit).__enter__()

    done = back_translate(
        frame({"a": 400}), pivot="es,ca", source="en", store="none", balance="none",
        label="none", progress=Notes(),
        no_filter="similarity,fluency",
    )  # fmt: skip
    early = [line for line in lines if line.startswith("note: so far")]
    assert len(early) == said
    if said:
        assert early[0].startswith("note: so far 0 of 128 texts passed the checks")
        assert lines.index(early[0]) < lines.index("ca (wave 2)")
        assert early[0] not in done.manifest.notes


def test_unknown_options_are_refused_with_the_closest():
    with pytest.raises(InputError, match="did you mean 'pivot'"):
        back_translate(frame({"a": 2}), pivto="es")
    with pytest.raises(InputError, match="did you mean 'balance'"):
        build(None, BacktranslateConfig, {"balanced": "max"})


ODD_FRAMES = {
    "nullable integers": lambda t: t.assign(n=pd.array([2**60 + 1, None, 3, 4, 5, 6], "Int64")),
    "mixed objects": lambda t: t.assign(n=pd.Series([1, None, 2.5, "x", (1,), True], dtype=object)),
    "categorical text": lambda t: t.assign(text=t["text"].astype("category")),
    "categorical label": lambda t: t.assign(label=t["label"].astype("category")),
    "integer labels": lambda t: t.assign(label=[1, 1, 1, 1, 2, 2]),
    "odd index": lambda t: t.set_index(pd.Index(list("zyxwvu"))),
    "two columns of one name": lambda t: pd.concat([t, t[["id"]]], axis=1),
    "time zones": lambda t: t.assign(at=pd.date_range("2020", periods=6, tz="Europe/Paris")),
}


@pytest.mark.parametrize("name", ODD_FRAMES)
def test_odd_frames_come_back_as_they_were(engine, name):
    table = frame({"a": 4, "b": 2}).sort_values("label", ignore_index=True)
    table = ODD_FRAMES[name](table)
    done = back_translate(table, **PLAIN, text="text", label="label", pivot="es")
    back = done.frame.iloc[:6, : table.shape[1]].reset_index(drop=True)
    wanted = table.reset_index(drop=True)
    if name == "categorical text":  # new texts are no categories
        wanted["text"] = wanted["text"].astype(object)
    pd.testing.assert_frame_equal(back, wanted)
    new = done.frame.iloc[6:]
    assert len(new) == 2
    assert new["text"].str.contains("indeed").all()
    assert new["aug_change"].dtype == "float64"


def test_frames_read_back_from_files_have_the_same_types(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = frame({"a": 6, "b": 3})
    table.to_csv("in.csv", index=False)
    from_file = back_translate("in.csv", **PLAIN, pivot="es").frame
    from_frame = back_translate(table, **PLAIN, pivot="es").frame
    pd.testing.assert_frame_equal(from_file, from_frame, check_dtype=False, check_column_type=False)
    assert from_file["aug_source_id"].dtype == "int64"


def test_parquet_with_a_dictionary_of_texts(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table = frame({"a": 100, "b": 20})
    table.astype({"text": "category"}).to_parquet("in.parquet")
    done = back_translate("in.parquet", **PLAIN, pivot="es")
    assert len(done.frame) == 140
    assert list(done.frame["text"][:120]) == list(table["text"])


def test_parquet_keeps_the_index_and_the_types_of_pandas(engine, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    table = frame({"a": 4, "b": 2}).set_index("id")
    table["stars"] = pd.array([1, None, 3, 4, None, 2], dtype="Int64")
    table["seen"] = pd.Categorical(["yes", "no"] * 3, ["never", "no", "yes"], ordered=True)
    table.to_parquet("in.parquet")
    back_translate("in.parquet", **PLAIN, pivot="es")
    made = pd.read_parquet("in.augmented.parquet")
    assert len(made) == 8
    assert made.dtypes[table.columns].equals(table.dtypes)
    assert set(made.index[6:]) <= set(table.index)
    pd.testing.assert_frame_equal(made.iloc[:6][table.columns], table)
    refused = pd.read_parquet("in.augmented.rejected.parquet")
    assert refused.index.name == "id"
    assert refused["stars"].dtype == "Int64"


def test_accents_of_their_own_make_no_other_words_and_no_other_classes(engine):
    apart = "e\u0301"  # as macOS and PDFs write \u00e9
    texts = ["caf\u00e9 noir", f"caf{apart} au lait", "th\u00e9 vert", f"th{apart} glac{apart}"]
    labels = ["t\u00e9", f"t{apart}", "ti", "ti"]
    table = pd.DataFrame({"text": texts, "question": texts, "label": labels})
    options = PLAIN | {"pivot": "es", "balance": "none", "text": "text,question"}
    done = back_translate(table, **options, translate="text")
    new = done.frame.iloc[4:]
    assert list(done.frame["text"][:4]) == texts
    assert list(new["text"]) == [f"{text.replace(apart, chr(233))} indeedes" for text in texts]
    # What was not translated is there as it was.
    assert list(new["question"]) == texts
    assert list(new["label"]) == labels
    assert done.manifest.classes.keys() == {"t\u00e9", "ti"}
    said = "\n".join(done.manifest.notes)
    assert "2 texts with accents that are characters of their own" in said
    assert f"labels with accents that are characters of their own: {labels[1]!r} (1 row)" in said


def test_a_table_that_cannot_be_finished_leaves_nothing_beside_it(engine, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("augment.datasets.formats.parquet_writer.GROUP_ROWS", 5)
    table = frame({"a": 4, "b": 2})
    table["n"] = [1, 2, 3, 4, 5, "word"]
    table.to_json("in.jsonl", orient="records", lines=True)
    with pytest.raises(InputError, match="column 'n', rows 6 to 8"):
        back_translate("in.jsonl", **PLAIN, pivot="es", out="out.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_whoever_comes_from_excel_is_told_the_way_back(engine, tmp_path, monkeypatch, capsys):
    pytest.importorskip("openpyxl")
    monkeypatch.chdir(tmp_path)
    table = frame({"a": 4, "b": 2})
    table.to_excel("in.xlsx", index=False)
    table.to_csv("in.csv", index=False)
    for name in ("in.xlsx", "in.csv"):
        arguments = ["--pivot", "es", "--source", "en", "--store", "none", "--no-filter", "all"]
        assert main(["backtranslate", name, *arguments, "--force", "--quiet"]) == 0
        told = "augment convert in.augmented.csv in.augmented.excel.csv --excel"
        assert (told in capsys.readouterr().out) == (name == "in.xlsx")


def test_a_count_of_rows_keeps_its_name(engine):
    table = frame({"a": 4, "b": 2}).rename_axis("row")
    done = back_translate(table, **PLAIN, pivot="es")
    assert done.frame.index.equals(pd.RangeIndex(8))
    assert done.frame.index.name == done.rejected.index.name == "row"


@pytest.mark.parametrize("killed", [False, True])
def test_the_manifest_of_a_table_of_the_same_stem_is_not_replaced(
    killed, engine, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    frame({"a": 4, "b": 2}).to_csv("in.csv", index=False)
    options = PLAIN | {"pivot": "es", "out": "r.csv"}
    back_translate("in.csv", **options)
    before = Path("r.manifest.json").read_bytes()
    if killed:
        Path(".r.tsv.part").touch()
    with pytest.raises(InputError, match=r"r\.manifest\.json tells how r\.csv was made.*--out"):
        back_translate("in.csv", **options | {"out": "r.tsv", "force": not killed, "seed": 1})
    assert Path("r.manifest.json").read_bytes() == before
    assert not Path("r.tsv").exists()
    back_translate("in.csv", **options | {"force": True})
    Path("r.csv").unlink()
    back_translate("in.csv", **options | {"out": "r.tsv", "force": True})


def test_a_folder_without_room_for_notes_does_not_fail_the_run(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".augment").write_text("a file where the folder would be")
    frame({"a": 6, "b": 3}).to_csv("in.csv", index=False)
    assert len(back_translate("in.csv", **PLAIN, pivot="es").frame) == 12


def test_an_input_that_changes_meanwhile_is_noticed(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame({"a": 6, "b": 3}).to_csv("in.csv", index=False)

    def meddling(source, target, text):
        with (tmp_path / "in.csv").open("a") as handle:
            handle.write("x,a text that was not there,a\n")
        return reword(source, target, text)

    engine.function = meddling
    with pytest.raises(InputError, match="changed while"):
        back_translate("in.csv", **PLAIN, pivot="es")
    assert not list(tmp_path.glob("*augmented*"))


@pytest.mark.parametrize("lines", [70, 30, 0])
def test_an_input_that_changes_under_the_run_is_told_as_that(engine, tmp_path, monkeypatch, lines):
    """Longer, shorter or cut inside a row: no index and no line of the file is to be blamed."""
    monkeypatch.chdir(tmp_path)
    frame({"a": 40, "b": 20}).to_csv("in.csv", index=False)
    rows = Path("in.csv").read_text().splitlines(keepends=True)
    changed = (rows + rows[1:])[:lines]

    def meddling(source, target, text):
        Path("in.csv").write_text("".join(changed) + '"cut off')
        return reword(source, target, text)

    engine.function = meddling
    with pytest.raises(InputError, match=r"in\.csv changed while it was worked on"):
        back_translate("in.csv", **PLAIN, pivot="es,ca", balance="none")
    assert not list(tmp_path.glob("*augmented*"))


def test_pairs_that_change_while_they_are_judged_are_told_as_that(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("text,paraphrase\n" + "I saw a film.,I have seen a film.\n" * 2000)
    real = _Judge.results

    def meddling(self):
        Path("in.csv").write_text('text,paraphrase\n"cut off')
        return real(self)

    monkeypatch.setattr(_Judge, "results", meddling)
    with pytest.raises(InputError, match=r"in\.csv changed while it was worked on"):
        filter_pairs("in.csv", source="en", no_filter="all")


def test_where_no_text_comes_through_the_engine_is_to_blame_and_nothing_is_written(
    engine, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    frame({"a": 20, "b": 10}).to_csv("in.csv", index=False)

    def broken(source, target, text):
        raise ValueError("Too many open files")

    engine.function = broken
    assert main(["backtranslate", "in.csv", "--pivot", "es", "--source", "en"]) == 1
    said = capsys.readouterr().err
    assert "10 texts failed, the first with 'ValueError: Too many open files'" in said
    assert "neural" not in said
    assert "more pivots" not in said
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["in.csv"]


def test_half_a_character_in_a_translation_costs_that_text_alone(engine, tmp_path):
    def cut(source, target, text):
        return reword(source, target, text) + (" \ud83d" if text == "text a 1" else "")

    engine.function = cut
    options = PLAIN | {"store": str(tmp_path / "s.sqlite"), "pivot": "es", "balance": "none"}
    done = back_translate(frame({"a": 4}), **options)
    assert len(done.frame) == 8
    assert sum("\ufffd" in text for text in done.frame["text"]) == 1
    del options["no_filter"]
    done = back_translate(frame({"a": 4}), **options, min_similarity=0)
    assert "encoding" in set(done.rejected["reason"])


def test_an_empty_translation_never_reaches_the_store(engine, tmp_path):
    engine.function = lambda source, target, text: "" if target == "es" else text
    options = PLAIN | {"store": str(tmp_path / "s.sqlite")}
    with pytest.raises(TranslatorError, match=r"2 texts failed, the first with '.*empty"):
        back_translate(frame({"a": 3, "b": 2}), **options, pivot="es")
    engine.function = reword
    done = back_translate(frame({"a": 3, "b": 2}), **options, pivot="es")
    assert done.manifest.totals["failed"] == 0


def test_the_signature_tells_recipes_apart(engine):
    table = frame({"a": 6, "b": 3}).assign(text2=lambda t: t["text"] + " again")
    recipes = [
        {"text": "text"},
        {"text": "text2"},
        {"text": "text", "seed": 1},
        {"text": "text", "balance": "none"},
        {"text": "text", "per_row": 1},
    ]
    signatures = {
        back_translate(table, **PLAIN, label="label", pivot="es", **one).manifest.signature
        for one in recipes
    }
    assert len(signatures) == len(recipes)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"per_row": "2"}, "per_row is '2'; wanted: a whole number"),
        ({"seed": "x"}, "seed is 'x'"),
        ({"force": "no"}, "force is 'no'; wanted: true or false"),
        ({"on_bad_row": "ignore"}, "'error', 'skip'"),
        ({"out": "x.csv"}, "out is for files"),
        ({"out": ""}, "the name of a file"),
        ({"balance": "9" * 400}, "balance"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(engine, options, message):
    with pytest.raises(InputError, match=message):
        back_translate(frame({"a": 3}), **(PLAIN | {"pivot": "es"} | options))


def test_a_wrong_language_is_refused_before_anything_is_translated(engine):
    """An engine that is told the wrong one leaves half of the words: "If your reviens"."""
    french = "Il faisait beau et nous avons marché le long de la rivière"
    table = pd.DataFrame({"text": [f"{french}, jour {n}." for n in range(12)], "label": "a"})
    options = {**PLAIN, "no_filter": "similarity", "pivot": "es"}
    with pytest.raises(InputError, match="source is English, and 100% .* --source fr"):
        back_translate(table, **options)
    assert engine.opened == []
    back_translate(table, **{**options, "no_filter": "similarity,language"})
    assert engine.opened


def test_of_originals_in_another_language_nothing_is_kept(engine):
    english = "The weather was fine and we walked along the river for hours"
    french = "Il faisait beau et nous avons marché le long de la rivière"
    texts = [f"{english}, day {n}." for n in range(18)] + [f"{french}, jour {n}." for n in range(9)]
    table = pd.DataFrame({"text": texts, "label": ["a", "b", "c"] * 9})
    options = {**PLAIN, "no_filter": "similarity,unchanged,sense,person,grammar"}
    done = back_translate(table, **options, pivot="es", balance="none")
    new = done.frame[done.frame["aug_method"] != "original"]
    assert len(new)
    assert not new["text"].str.contains("rivière").any()
    reasons = done.rejected.loc[done.rejected["text"].str.contains("rivière"), "detail"]
    assert reasons.str.startswith("the original reads as fr").all()
