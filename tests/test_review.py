"""A review without a browser: what is found, decided and written, in every kind of table."""

import json
import math
import re
import shlex
from unicodedata import normalize

import pandas as pd
import pytest

from augment.cli import main
from augment.datasets.backtranslate import back_translate
from augment.datasets.frames import read_frame
from augment.datasets.review.apply import apply_review
from augment.datasets.review.decisions import OPEN, Decision
from augment.datasets.review.query import Query
from augment.datasets.review.review import ReviewConfig, open_review
from augment.datasets.review.session import ReviewSession
from augment.errors import InputError
from augment.testing import FakeEngine

PAIRS = {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")}
SUFFIXES = [".csv", ".tsv", ".jsonl", ".parquet"]
KEEP, REFUSE = Decision("keep"), Decision("refuse")


def reword(source, target, text):
    if target != "en":
        return f"[{target}] {text}"
    text = text.removeprefix(f"[{source}] ")
    return text if "unlucky" in text else f"{text} indeed{source}"


@pytest.fixture(params=[".csv"])
def out(request, tmp_path, monkeypatch):
    """An augmented table: 12 originals, 22 kept, 2 refused (of original 3, through es and ca)."""
    suffix = request.param
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame(
        {
            "n": range(12),
            "text": [f"film {n} was {'unlucky' if n == 3 else 'good'}, yes" for n in range(12)],
            "label": ["ab"[n % 3 == 0] for n in range(12)],
        }
    )
    source = tmp_path / f"in{suffix}"
    if suffix == ".parquet":
        frame.to_parquet(source)
    elif suffix == ".jsonl":
        frame.to_json(source, orient="records", lines=True)
    else:
        frame.to_csv(source, index=False, sep="\t" if suffix == ".tsv" else ",")
    done = back_translate(
        source,
        pivot="es,ca",
        source="en",
        balance="none",
        store="none",
        no_filter=("similarity", "language", "length", "repetition"),
    )
    return done.paths["out"]


def session(out):
    return ReviewSession(ReviewConfig(input=out))


def shown(found, **query):
    return found.page(Query(**query), size=200)["items"]


def decide(found, aug_id, decision):
    item = next(one for one in shown(found) if one["id"] == aug_id)
    was = Decision(item["verdict"], item["edited"])
    done = found.decide(item["number"], decision, was=was, generation=found.generation)
    assert done["taken"]


def test_blanks_around_a_label_make_no_class_of_their_own(out):
    frame = read_frame(out)
    frame.loc[frame.index[:5], "label"] += " "
    frame.to_csv(out, index=False)
    found = session(out)
    decide(found, "0:es", REFUSE)
    found.close()
    assert set(apply_review(out).classes) == {"a", "b"}


def test_classes_have_the_names_that_the_run_gave_them(out):
    data = pd.read_csv(out.with_name("in.csv"))
    data["label"] = data["label"].map({"a": "1.0", "b": "0.0"})
    data.to_csv(out.with_name("numbers.csv"), index=False)
    ran = back_translate(
        out.with_name("numbers.csv"), pivot="es", source="en", balance="12", store="none"
    )
    found = session(ran.paths["out"])
    decide(found, shown(found)[0]["id"], REFUSE)
    assert {one["label"]: one["target"] for one in found.about()["classes"]} == {"0": 12, "1": 12}
    found.close()
    done = apply_review(ran.paths["out"])
    assert {name: about["target"] for name, about in done.classes.items()} == {"0": 12, "1": 12}
    classes = json.loads(done.paths["manifest"].read_text())["classes"]
    short = {name: about["shortfall"] for name, about in classes.items()}
    assert short == {name: 12 - classes[name]["after"] for name in ("0", "1")}
    assert any(short.values())


@pytest.mark.parametrize("out", SUFFIXES, indirect=True)
def test_decisions_are_applied_to_every_kind_of_table(out):
    before = {path: path.read_bytes() for path in out.parent.glob("in.augmented*")}
    found = session(out)
    decide(found, "0:es", REFUSE)
    decide(found, "1:ca", Decision("edit", 'film 1 is "superb", oui\n'))
    decide(found, "2:es", KEEP)
    decide(found, "3:es", KEEP)  # rescued: but its text is the original's
    decide(found, "3:ca", Decision("edit", "film 3 was a lucky one"))
    found.close()
    done = apply_review(out)
    assert all(path.read_bytes() == raw for path, raw in before.items())
    old, new = read_frame(out), read_frame(done.paths["out"])
    refused = read_frame(done.paths["rejected"])
    assert list(new.columns) == list(old.columns)
    originals = old["aug_method"] == "original"
    pd.testing.assert_frame_equal(new[new["aug_method"] == "original"], old[originals])
    rows = {row["aug_id"]: row for _, row in new.iterrows()}
    was = {row["aug_id"]: row for _, row in old.iterrows()}
    assert set(was) - set(rows) == {"0:es"}
    assert set(rows) - set(was) == {"3:ca"}
    assert rows["1:ca"]["text"] == 'film 1 is "superb", oui\n'
    assert rows["1:ca"]["aug_engine"] == "fake+edited"
    assert rows["3:ca"]["aug_engine"] == "fake+edited"
    assert 0 < float(rows["1:ca"]["aug_change"]) < 1
    assert rows["2:es"].equals(was["2:es"])
    reasons = dict(zip(refused["aug_id"], refused["reason"]))
    assert reasons == {"0:es": "review", "3:es": "duplicate"}
    sources = [int(n) for n in new["aug_source_id"]][12:]
    assert sources == sorted(sources)
    assert done.counts == {
        "confirmed": 1,
        "edited": 2,
        "rescued": 0,
        "refused": 1,
        "duplicates": 1,
        "undecided": 19,
        "stale": 0,
    }
    assert done.classes["b"] == {"before": 10, "after": 10, "target": None}
    manifest = json.loads(done.paths["manifest"].read_text())
    assert manifest["review"]["counts"] == done.counts
    assert "|review:" in manifest["signature"]
    assert manifest["totals"]["rejected"] == {"review": 1, "duplicate": 1}
    assert manifest["totals"]["kept"] == 22
    run = json.loads(out.with_name("in.augmented.manifest.json").read_text())
    assert manifest["totals"]["asked"] == run["totals"]["asked"]


def test_applying_twice_gives_the_same_bytes_and_asks_first(out):
    found = session(out)
    decide(found, "0:es", REFUSE)
    first = apply_review(out)
    written = first.paths["out"].read_bytes()
    with pytest.raises(InputError, match="--force"):
        apply_review(out)
    assert apply_review(out, force=True).paths["out"].read_bytes() == written
    with pytest.raises(InputError, match="tells how .* was made"):
        apply_review(out, out=first.paths["out"].with_suffix(".tsv"), force=True)
    with pytest.raises(InputError, match="never changed"):
        apply_review(out, out=out, force=True)
    found.close()


@pytest.mark.parametrize("change", ["none", "moved", "edited elsewhere"])
def test_the_table_that_was_augmented_is_never_replaced(out, monkeypatch, change):
    found, out = session(out), out.resolve()
    decide(found, "0:es", REFUSE)
    found.close()
    raw = out.with_name("in.csv")
    if change == "moved":
        raw = raw.rename(out.with_name("raw.csv"))
    elif change == "edited elsewhere":
        raw.write_text(raw.read_text() + "12,one more film,a\n")
        (out.parent / "other").mkdir()
        monkeypatch.chdir(out.parent / "other")
    before = raw.read_bytes()
    with pytest.raises(InputError, match="which is never changed; give another --out"):
        apply_review(out, out=raw, force=True)
    assert raw.read_bytes() == before


def test_every_kept_text_differs_from_every_other(out):
    found = session(out)
    decide(found, "0:es", Decision("edit", "FILM 1 was good -- yes"))  # an original, folded
    decide(found, "1:es", Decision("edit", "A new text"))
    decide(found, "2:es", Decision("edit", "a NEW text!"))
    done = apply_review(out)
    refused = read_frame(done.paths["rejected"])
    late = refused[refused["reason"] == "duplicate"]
    assert {"0:es", "2:es"} <= set(late["aug_id"])
    assert done.counts["duplicates"] == 2
    found.close()


def test_the_page_counts_the_rows_that_the_reviewed_table_will_have(out):
    found = session(out)
    decide(found, "3:es", KEEP)  # refused for being the original's text
    decide(found, "0:es", Decision("edit", "FILM 0 was good, yes!"))  # its original
    decide(found, "1:es", Decision("edit", "film 2 was good, yes indeedca"))  # another kept row
    decide(found, "4:es", Decision("edit", "a new text"))
    decide(found, "5:es", Decision("edit", "A new text."))  # as the one before
    decide(found, "6:es", REFUSE)
    decide(found, "7:es", Decision("edit", "film 6 was good, yes indeedes"))  # free since then
    numbers = {one["id"]: one["number"] for one in shown(found)}
    about = found.about()
    late = ("3:es", "0:es", "1:es", "5:es")
    assert set(about["repeated"]) == {numbers[name] for name in late}
    assert found.summary()["repeated"] == 4
    done = apply_review(out)
    assert done.counts["duplicates"] == 4
    assert {one["label"]: one["after"] for one in about["classes"]} == {
        name: rows["after"] for name, rows in done.classes.items()
    }
    written = read_frame(done.paths["out"])["label"].value_counts()
    assert {one["label"]: one["after"] for one in about["classes"]} == dict(written)
    decide(found, "2:ca", REFUSE)
    assert set(found.about()["repeated"]) == {numbers[name] for name in ("3:es", "0:es", "5:es")}
    found.close()


def test_queries_find_and_order(out):
    found = session(out)
    assert len(shown(found)) == 24
    assert {one["id"] for one in shown(found, filter="refused")} == {"3:es", "3:ca"}
    assert {one["id"] for one in shown(found, reason="unchanged")} == {"3:es", "3:ca"}
    assert {one["pivot"] for one in shown(found, pivot="ca")} == {"ca"}
    assert len(shown(found, label="b")) == 8
    assert len(shown(found, label="nothing")) == 0
    assert {one["source"] for one in shown(found, search="FILM 7 ")} == {7}
    assert {one["id"] for one in shown(found, search="indeedca", label="b")} == {
        "0:ca",
        "6:ca",
        "9:ca",
    }
    assert shown(found, min_change=0.01, max_change=1.0, filter="refused") == []
    assert len(shown(found, min_change=0.01)) == 22
    assert shown(found, min_similarity=0.0) == []  # nobody measured it
    changes = [one["change"] for one in shown(found, sort="most-changed")]
    assert changes == sorted(changes, reverse=True)
    sources = [one["source"] for one in shown(found)]
    assert sources[-2:] == [3, 3]  # the same text again: nothing to decide
    assert sources[:-2] == sorted(sources[:-2])
    decide(found, "5:es", KEEP)
    assert [one["id"] for one in shown(found, decision="keep")] == ["5:es"]
    assert len(shown(found, decision="open")) == 23
    found.close()


def test_pages_follow_each_other_though_things_are_decided(out):
    found = session(out)
    query, seen, start = Query(decision="open"), [], 0
    while start is not None:
        page = found.page(query, start=start, size=5)
        for item in page["items"]:
            seen.append(item["id"])
            decide(found, item["id"], KEEP if not item["refused"] else REFUSE)
        start = page["next"]
    assert len(seen) == len(set(seen)) == 24
    assert found.next_open(Query(), 0) is None
    found.close()


def test_the_next_open_one_goes_around(out):
    found = session(out)
    places = [item["place"] for item in shown(found)]
    decide(found, shown(found)[1]["id"], KEEP)
    assert found.next_open(Query(), places[0]) == places[2]
    assert found.next_open(Query(), places[-1]) == places[0]
    found.close()


@pytest.mark.parametrize("sought", ["l'ÉTÉ", "l’été", "l\u2019e\u0301te\u0301", "été !"], ids=ascii)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_search_takes_every_apostrophe_and_every_composition(out, sought, form):
    text = normalize(form, "J’aime l’été\u00a0!")
    out.write_text(out.read_text().replace("film 0 was good, yes indeedes", text))
    found = session(out)
    assert [one["id"] for one in shown(found, search=sought)] == ["0:es"]
    assert shown(found, search="ete") == []
    found.close()


@pytest.mark.parametrize("seen", [True, False], ids=["seen before", "at the same instant"])
def test_what_was_decided_elsewhere_is_not_overwritten(out, monkeypatch, seen):
    one, other = session(out), session(out)
    if not seen:
        monkeypatch.setattr(one.decisions, "refresh", lambda: None)
    item = shown(one)[0]
    decide(other, item["id"], REFUSE)
    done = one.decide(item["number"], KEEP, was=OPEN, generation=1)
    assert (done["taken"], done["item"]["verdict"]) == (False, "refuse")
    assert one.page(Query())["decided"] == 1
    one.close()
    other.close()


def test_a_changed_table_is_read_again_and_its_decisions_are_not_misapplied(out):
    found = session(out)
    decide(found, "0:es", REFUSE)
    decide(found, "1:es", REFUSE)
    text = out.read_text()
    assert "film 0 was good, yes indeedes" in text
    out.write_text(text.replace("film 0 was good, yes indeedes", "film 0 was another"))
    item = shown(found)[0]
    late = found.decide(item["number"], KEEP, was=OPEN, generation=1)
    assert not late["taken"]
    about = found.about()
    assert (about["generation"], about["stale"], about["decided"]) == (2, 1, 1)
    assert "read again" in about["notes"][0]
    found.close()
    done = apply_review(out)
    assert done.counts["stale"] == 1
    assert "film 0 was another" in set(read_frame(done.paths["out"])["text"])


def test_the_balance_follows_the_decisions(out):
    found = session(out)
    before = {one["label"]: one["after"] for one in found.about()["classes"]}
    decide(found, "0:es", REFUSE)
    decide(found, "3:es", Decision("edit", "something else"))
    decide(found, "1:es", REFUSE)
    after = {one["label"]: one["after"] for one in found.about()["classes"]}
    assert (after["a"] - before["a"], after["b"] - before["b"]) == (-1, 0)
    decide(found, "1:es", OPEN)
    assert found.about()["classes"][0]["after"] == before["a"]
    found.close()


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Decision("edit", "  \n"), "empty"),
        (Decision("edit", " \u200b "), "invisible characters"),
        (Decision("edit", "x" * 20_001), "20,001 characters, more than the 20,000"),
        (Decision("edit", "half \ud800"), "surrogate"),
        (Decision("edit", "a good\0 film"), "holds ␀, which no page shows"),
        (Decision("edit", "a good \u202efilm"), "holds ⟨U\\+202E⟩, which no page shows"),
        (Decision("perhaps"), "known: keep"),
    ],
)
def test_decisions_without_sense_are_refused(out, decision, said):
    found = session(out)
    with pytest.raises(InputError, match=said):
        found.decide(0, decision, was=OPEN, generation=1)
    with pytest.raises(InputError, match="no paraphrase 999"):
        found.decide(999, KEEP, was=OPEN, generation=1)
    assert not found.files.decisions.exists()
    found.close()


def test_an_edit_to_the_same_text_is_a_keep(out):
    found = session(out)
    item = shown(found)[0]
    decide(found, item["id"], Decision("edit", item["raw"]))
    assert shown(found)[0]["verdict"] == "keep"
    found.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"colour": "red"}, "no filter 'colour'"),
        ({"min_change": "x"}, "number from 0 to 1"),
        ({"min_change": "nan"}, "number from 0 to 1"),
        ({"min_change": "0.5", "max_change": "0.4"}, "crossed"),
        ({"sort": "best"}, "least-similar"),
        ({"filter": "x"}, "kept or refused"),
        ({"decision": "x"}, "open, decided"),
    ],
)
def test_bad_filters_are_answered(given, said):
    with pytest.raises(InputError, match=said):
        Query.of(given)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothere.csv"], "nothere.csv"),
        (["in.csv"], "no augmented table"),
        (["in.augmented.rejected.csv"], "table of refusals"),
        (["in.augmented.csv", "--apply"], "nothing was decided yet"),
        (["in.augmented.csv", "--out", "x.csv"], "give --apply"),
        (["in.augmented.csv", "--port", "70000"], "65535"),
    ],
)
def test_bad_input_gets_one_line(out, capsys, arguments, said):
    assert main(["review", *arguments]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert err.count("\n") == 1


def test_a_command_is_printed_as_a_shell_takes_it(out, capsys):
    out.rename(out.with_name("mots d'\u00e9t\u00e9.csv"))
    assert main(["review", "mots d'été.csv", "--apply"]) == 2
    [command] = re.findall("`(.*?)`", capsys.readouterr().err)
    assert shlex.split(command) == ["augment", "review", "mots d'été.csv"]


def test_a_table_of_refusals_that_is_another_ones_is_refused(out):
    out.with_name("in.augmented.rejected.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="does not belong"):
        open_review(ReviewConfig(input=out))


def test_the_command_applies_and_says_the_balance(out, capsys):
    found = session(out)
    decide(found, "1:es", REFUSE)
    decide(found, "3:es", Decision("edit", "film 3 was something else"))
    found.close()
    # Without a name: the table that was augmented last.
    assert main(["review", "--apply"]) == 0
    said = capsys.readouterr().out
    assert "class  before  after  aim" in said
    assert "edited 1, refused 1" in said
    assert "in.augmented.reviewed.csv" in said
    assert (out.parent / ".augment" / "last_augmented").read_text() == (
        "in.augmented.reviewed.csv\n"
    )
    assert main(["review", "in.augmented.csv", "--apply", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["edited"] == 1


@pytest.mark.parametrize(
    ("label", "options", "said", "not_said"),
    [
        ("", [], "(none) ", "(all rows)"),
        ("", ["--label", "none"], "(all rows) ", "(none)"),
        ("b\u202e", [], "b⟨U+202E⟩ ", "\u202e"),
    ],
)
def test_classes_are_named_as_a_person_can_read_them(out, capsys, label, options, said, not_said):
    frame = read_frame(out)
    frame["label"] = frame["label"].replace({"b": label})
    frame.to_csv(out, index=False)
    found = session(out)
    decide(found, "1:es", REFUSE)
    found.close()
    assert main(["review", str(out), "--apply", *options]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert not_said not in shown


def test_a_review_without_manifest_and_refusals_still_works(out):
    for name in ("manifest.json", "rejected.csv"):
        out.with_name(f"in.augmented.{name}").unlink()
    found = session(out)
    assert len(shown(found)) == 22
    assert math.isclose(sum(one["after"] for one in found.about()["classes"]), 34)
    decide(found, "1:es", REFUSE)
    found.close()
    done = apply_review(out)
    refused = read_frame(done.paths["rejected"])
    assert list(refused["aug_id"]) == ["1:es"]
    totals = json.loads(done.paths["manifest"].read_text())["totals"]
    assert totals == {"rejected": {"review": 1}, "kept": 21}


def test_refusals_by_labels_are_remembered_where_their_table_is_lost(out):
    path = out.with_name("in.augmented.manifest.json")
    manifest = json.loads(path.read_text())
    manifest["totals"]["rejected"] = {"label": 2}
    path.write_text(json.dumps(manifest))
    out.with_name("in.augmented.rejected.csv").unlink()
    found = session(out)
    decide(found, "1:es", REFUSE)
    found.close()
    totals = json.loads(apply_review(out).paths["manifest"].read_text())["totals"]
    assert totals["rejected"] == {"label": 2, "review": 1}


@pytest.mark.parametrize(("translate", "editable"), [("question", True), ("both", False)])
def test_text_pairs_are_reviewed_by_row(tmp_path, monkeypatch, translate, editable):
    monkeypatch.chdir(tmp_path)
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    rows = {
        "question": [f"who wrote book {n // 2}" for n in range(6)],
        "answer": [f"it was author {n}" for n in range(6)],
        "label": list("aaaabb"),
    }
    pd.DataFrame(rows).to_csv("in.csv", index=False)
    options = {"source": "en", "store": "none", "no_filter": "all", "balance": "none"}
    done = back_translate(
        "in.csv", pivot="es", text="question,answer", translate=translate, **options
    )
    found = session(done.paths["out"])
    items = shown(found)
    assert {one["editable"] for one in items} == {editable}
    assert ("author" in items[0]["raw"]) != editable
    decide(found, "0:es", REFUSE)
    decide(found, "1:es", KEEP)
    if editable:
        # The same question stands in another row, beside another answer: no repetition.
        decide(found, "2:es", Decision("edit", "who wrote book 0"))
        decide(found, "3:es", Decision("edit", "who wrote book 1"))  # its own row's
    else:
        with pytest.raises(InputError, match="question and answer"):
            decide(found, "2:es", Decision("edit", "x"))
    found.close()
    result = apply_review(done.paths["out"])
    new = read_frame(result.paths["out"])
    assert len(new) == 6 + 6 - 1 - editable
    assert result.counts["duplicates"] == editable
    assert "0:es" not in set(new["aug_id"])
    if editable:
        assert new.set_index("aug_id").loc["2:es", "question"] == "who wrote book 0"
        assert new.set_index("aug_id").loc["2:es", "answer"] == "it was author 2"
