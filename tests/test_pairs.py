"""Text pairs: one side, the other or both get new texts, and the row says which."""

import pandas as pd
import pytest

from augment.datasets.augmentation.augmentation import rewritten_sides
from augment.datasets.backtranslate import back_translate
from augment.errors import InputError
from augment.testing import FakeEngine

PAIRS = {("en", "es"), ("es", "en")}
PLAIN = {"source": "en", "store": "none", "no_filter": "all", "pivot": "es"}


def reword(source, target, text):
    if target == "en":
        return f"{text.removeprefix(f'[{source}] ')} indeed"
    return f"[{target}] {text}"


@pytest.fixture
def engine(monkeypatch):
    engine = FakeEngine(PAIRS, reword)
    monkeypatch.setattr("augment.planning.LOCAL", ("fake",))
    monkeypatch.setattr("augment.planning.load_engine", lambda name: engine)
    return engine


def pairs():
    return pd.DataFrame(
        {
            "id": range(6),
            "question": [f"who wrote book {n // 2}" for n in range(6)],
            "answer": [f"it was author {n}" for n in range(6)],
            "label": list("aaaabb"),
        }
    )


@pytest.mark.parametrize(
    ("translate", "question", "answer", "method"),
    [
        ("question", True, False, "backtranslation:question"),
        ("answer", False, True, "backtranslation:answer"),
        ("both", True, True, "backtranslation:question+answer"),
        (None, True, True, "backtranslation:question+answer"),
    ],
)
def test_the_named_side_is_rewritten_and_the_row_says_which(
    engine, translate, question, answer, method
):
    table = pairs()
    done = back_translate(
        table, **PLAIN, text="question,answer", translate=translate, balance="none"
    )
    new = done.frame[done.frame["aug_method"] != "original"]
    assert len(new) == 6
    for row in new.itertuples():
        original = table.iloc[row.aug_source_id]
        assert row.question == original.question + (" indeed" if question else "")
        assert row.answer == original.answer + (" indeed" if answer else "")
        assert (row.id, row.label, row.aug_method) == (original.id, original.label, method)
    assert done.frame["aug_id"].is_unique
    wanted = [name for name, on in (("question", question), ("answer", answer)) if on]
    assert done.manifest.resolved["rewritten"] == wanted


def test_a_repeated_side_is_no_duplicate_but_a_repeated_pair_is(engine):
    table = pairs()
    table = pd.concat([table, table.iloc[:1]], ignore_index=True)
    done = back_translate(table, **PLAIN, text="question,answer", balance="none")
    assert done.manifest.totals["rejected"] == {"duplicate": 1}
    assert done.manifest.input["repeated_texts"] == 1
    assert list(done.rejected["detail"]) == ["the same pair as a paraphrase accepted before"]


def test_each_side_passes_its_own_checks(engine):
    table = pairs()
    engine.function = lambda source, target, text: (
        text if "author 3" in text else reword(source, target, text)
    )
    options = PLAIN | {"no_filter": "similarity,language,length,truncated,markup"}
    done = back_translate(table, **options, text="question,answer", balance="none")
    assert done.manifest.totals["kept"] == 5
    (row,) = done.rejected.itertuples()
    assert (row.reason, row.answer) == ("unchanged", "it was author 3")
    assert row.detail == "'answer': identical to the original"
    assert row.question == "who wrote book 1 indeed"


def test_a_failure_on_one_side_fails_the_row(engine):
    def fragile(source, target, text):
        if "author 3" in text:
            raise ValueError("cannot")
        return reword(source, target, text)

    engine.function = fragile
    done = back_translate(pairs(), **PLAIN, text="question,answer", balance="none")
    assert (done.manifest.totals["failed"], done.manifest.totals["kept"]) == (1, 5)
    assert list(done.rejected["reason"]) == ["failed"]


def test_an_empty_side_is_passed_through(engine):
    table = pairs()
    table.loc[2, "answer"] = ""
    both = back_translate(table, **PLAIN, text="question,answer", balance="none")
    assert both.manifest.totals["kept"] == 5
    one = back_translate(
        table, **PLAIN, text="question,answer", translate="question", balance="none"
    )
    assert one.manifest.totals["kept"] == 6


def test_files_and_frames_agree(engine, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pairs().to_csv("in.csv", index=False)
    options = PLAIN | {"text": "question,answer", "balance": "none"}
    from_file = back_translate("in.csv", **options).frame
    from_frame = back_translate(pairs(), **options).frame
    columns = ["question", "answer", "aug_id", "aug_source_id", "aug_method"]
    assert from_file[columns].values.tolist() == from_frame[columns].values.tolist()


def test_a_name_that_is_no_text_column_is_refused(engine):
    with pytest.raises(InputError, match="translate is 'label'; wanted: both, or a text column"):
        back_translate(pairs(), **PLAIN, text="question,answer", translate="label")
    with pytest.raises(InputError, match="--text text,COL2 --translate both"):
        rewritten_sides(["text"], "both")
    with pytest.raises(InputError, match="--text text,question --translate question"):
        rewritten_sides(["text"], "question")
