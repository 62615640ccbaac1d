"""The scikit-learn estimator inside scikit-learn's own machinery."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("sklearn")

import torch
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.utils import estimator_checks

from augment import Predictor, TextClassifier
from augment.datasets.table_options import READING
from augment.errors import AugmentWarning, InputError
from augment.train.testing import tiny_encoder
from augment.train.train_config import TrainConfig

WORDS = ["the", "film", "plot", "was", "good", "bad", *map(str, range(60))]
TEXTS = [f"the {('film', 'plot')[i % 3 == 0]} was {('good', 'bad')[i % 2]} {i}" for i in range(40)]
LABELS = [i % 2 for i in range(40)]


@pytest.fixture(scope="module")
def make(tmp_path_factory):
    torch.set_num_threads(1)
    encoder = str(tiny_encoder(tmp_path_factory.mktemp("encoder") / "tiny", WORDS))

    def classifier(**options):
        common = {"steps": 40, "lr": 0.004, "batch_size": 8, "device": "cpu", "precision": "fp32"}
        return TextClassifier(encoder, **{**common, **options})

    return classifier


@pytest.mark.parametrize(
    "texts",
    [
        TEXTS,
        np.array(TEXTS, dtype=object),
        pd.Series(TEXTS),
        pd.DataFrame({"text": TEXTS}),
        [(text, "was the film good") for text in TEXTS],
        np.array([(text, "was the film good") for text in TEXTS], dtype=object),
        pd.DataFrame({"text": TEXTS, "question": "was the film good"}),
    ],
    ids=["list", "array", "series", "frame", "pairs", "array of pairs", "frame of pairs"],
)
def test_texts_and_pairs_in_every_form(make, texts):
    classifier = make().fit(texts, LABELS)
    assert classifier.score(texts, LABELS) > 0.9
    assert classifier.predict(texts).dtype == np.asarray(LABELS).dtype
    p = classifier.predict_proba(texts)
    assert p.shape == (40, 2)
    assert np.array_equal(classifier.classes_[p.argmax(axis=1)], classifier.predict(texts))


@pytest.mark.parametrize("lora", [False, True], ids=["all weights", "lora"])
def test_pickle_clone_and_folder_give_the_same_answers(make, tmp_path, lora):
    classifier = make(lora=lora, steps=10).fit(TEXTS, ["no" if y else "yes" for y in LABELS])
    expected = classifier.predict_proba(TEXTS)
    packed = pickle.dumps(classifier)
    assert b"torch" not in packed  # files of a folder, no pickled tensors
    again = pickle.loads(packed)
    assert np.array_equal(again.predict_proba(TEXTS), expected)
    assert again.get_params() == classifier.get_params()
    classifier.save(tmp_path / "m")
    saved = Predictor(tmp_path / "m", device="cpu", precision="fp32")
    assert np.array_equal(saved.predict_proba(TEXTS), expected)
    assert saved.labels == ("no", "yes")
    fresh = clone(classifier)
    with pytest.raises(NotFittedError):
        fresh.predict(TEXTS)
    assert np.array_equal(fresh.fit(TEXTS, LABELS).predict_proba(TEXTS).shape, (40, 2))


def test_a_base_model_that_knows_the_rows_is_told(make, tmp_path):
    base = make().fit(TEXTS[:30], LABELS[:30]).save(tmp_path / "base.model")
    again = make().set_params(model=str(base))
    with pytest.warns(AugmentWarning, match="was trained on 20 of these 20 texts before"):
        again.fit(TEXTS[:20], LABELS[:20])
    with pytest.warns(AugmentWarning, match="was trained on 10 of these 20 texts before"):
        again.score(TEXTS[20:], LABELS[20:])
    again.fit(TEXTS[30:], LABELS[30:]).score(TEXTS[30:], LABELS[30:])  # news to the base model


def test_cross_validate_and_grid_search(make):
    found = cross_validate(make(), TEXTS, LABELS, cv=2, scoring=("accuracy", "neg_log_loss"))
    assert (found["test_accuracy"] > 0.7).all()
    search = GridSearchCV(make(), {"steps": [1, 40]}, cv=2, error_score="raise")
    search.fit(np.array(TEXTS, dtype=object), LABELS)
    assert search.best_params_ == {"steps": 40}
    assert search.best_estimator_.score(TEXTS, LABELS) > 0.9


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_valid_tag_types,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learns_own_checks(check):
    check("TextClassifier", TextClassifier())


def test_every_option_of_a_training_is_a_parameter():
    outward = {
        "data",
        "out",
        "text",
        "label",
        "label_names",
        "valid",
        "valid_share",
        "share",
        "near",
    }
    outward |= {"log", "resume", "force", "quiet", "json", *READING}
    options = set(TrainConfig.__dataclass_fields__) - outward
    assert set(TextClassifier().get_params()) == options
    defaults = TrainConfig()
    for name, value in TextClassifier().get_params().items():
        assert getattr(defaults, name) == (value if name != "class_weights" else ())


def test_labels_in_a_column_and_numbers_of_numpy(make):
    with pytest.warns(DataConversionWarning):
        column = make().fit(TEXTS, pd.DataFrame({"label": LABELS}))
    flat = make(steps=np.int64(40), weight_decay=np.float32(0.01)).fit(TEXTS, LABELS)
    assert np.array_equal(column.predict_proba(TEXTS), flat.predict_proba(TEXTS))
    found = GridSearchCV(make(), {"steps": np.arange(1, 3)}, cv=2).fit(TEXTS, LABELS)
    assert found.best_params_["steps"] in (1, 2)
    with pytest.raises(InputError, match="one label for each text"):
        make().fit(TEXTS, np.eye(2, dtype=int)[LABELS])


@pytest.mark.parametrize("values", [(0, 1), (False, True), ("neg", "pos"), (1.0, 2.0)])
@pytest.mark.parametrize("held", [pd.Series, pd.DataFrame, np.array])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
def test_labels_of_object_type_are_what_their_values_are(make, values, held):
    given = [values[label] for label in LABELS]
    plain = make(steps=3).fit(TEXTS, given)
    found = make(steps=3).fit(TEXTS, held(given, dtype=object))
    assert found.classes_.tolist() == plain.classes_.tolist() == [*values]
    assert found.classes_.dtype == plain.classes_.dtype
    assert found.score(TEXTS, held(given, dtype=object)) == plain.score(TEXTS, given)


@pytest.mark.parametrize(
    ("labels", "named"),
    [
        ([0.5, 1.0, 1.5, 1.0] * 10, r"0\.5 \(float\)"),
        (np.array([Decimal(1), Decimal("2.5")] * 20, dtype=object), r"Decimal\('2\.5'\)"),
        (np.array([date(2024, 1, 1), date(2024, 1, 2)] * 20, dtype=object), "date"),
    ],
)
def test_labels_that_are_no_classes_are_refused_with_the_way_on(make, labels, named):
    with pytest.raises(InputError, match=rf"{named}.*\[str\(label\) for label in y\]") as error:
        make().fit(TEXTS, labels)
    assert "\n" not in str(error.value)
    made = make(steps=3).fit(TEXTS, [str(label) for label in labels])
    assert len(made.classes_) > 1


def test_weights_by_class_names_of_any_form(make):
    moods = np.array(["drama, comedy", " pos"])[LABELS]
    uneven = [0.0] * 30 + [1.0] * 10
    for labels, weights in (
        (moods, {"drama, comedy": 2.0, " pos": 1.0}),
        (np.array(uneven), {1: 2.0}),
        (np.array(uneven), "balanced"),
    ):
        plain = make(steps=3).fit(TEXTS, labels).predict_proba(TEXTS)
        weighted = make(steps=3, class_weights=weights).fit(TEXTS, labels).predict_proba(TEXTS)
        assert not np.array_equal(plain, weighted)
    same = make(steps=3, loss="weighted").fit(TEXTS, labels).predict_proba(TEXTS)
    assert np.array_equal(same, weighted)
    with pytest.raises(InputError, match="a dictionary of class and weight, or 'balanced'"):
        make(class_weights="even").fit(TEXTS, LABELS)


def test_weights_by_class_reach_the_loss(make):
    rare = [1 if i < 4 else 0 for i in range(40)]
    texts = ["the film"] * 40  # nothing to learn but how often each class comes
    options = {"steps": 60, "patience": None}
    plain = make(**options).fit(texts, rare).predict_proba(texts[:1])[0, 1]
    heavy = make(**options, class_weights={1: 9.0}).fit(texts, rare).predict_proba(texts[:1])[0, 1]
    assert plain < 0.3 < heavy


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (TEXTS, LABELS[:-1]),
        (["", *TEXTS[1:]], LABELS),
        (TEXTS, [1] * 40),
        ("one text", [1]),
        ([3.5] * 40, LABELS),
        ([("a", "b", "c")] * 40, LABELS),
        ([("a", "b"), *TEXTS[1:]], LABELS),
    ],
)
def test_bad_input(make, texts, labels):
    with pytest.raises(InputError):
        make().fit(texts, labels)


@pytest.mark.parametrize(
    "labels",
    [
        ["a", None, "b"],
        ["a", float("nan"), "b"],
        ["a", " ", "b"],
        np.array(["a", "", "b"]),
        pd.Series(["a", None, "b"]),
        pd.Series(["a", None, "b"], dtype="category"),
        pd.Series([1, None, 0], dtype="Int64"),
    ],
)
def test_no_class_is_made_of_missing_labels(make, labels):
    with pytest.raises(InputError, match="row 1: no label; leave such rows out"):
        make().fit(TEXTS[:3], labels)


def test_columns_of_a_frame_are_known_by_their_names(make):
    pairs = pd.DataFrame({"text": TEXTS, "question": "was the film good"})
    classifier = make(steps=2).fit(pairs, LABELS)
    assert [*classifier.feature_names_in_] == ["text", "question"]
    with pytest.raises(ValueError, match="in this order"):
        classifier.predict(pairs[["question", "text"]])
    with pytest.raises(ValueError, match=r"\['text', 'question'\], in this order"):
        classifier.predict(pairs.rename(columns={"question": "context"}))
    with pytest.raises(InputError, match="an empty text"):  # what was fitted stays as it was
        classifier.fit(pairs.rename(columns={"text": "x"}).replace(TEXTS[3], ""), LABELS)
    assert len(classifier.predict_proba(pairs)) == 40
    classifier.fit(TEXTS, LABELS)
    assert not hasattr(classifier, "feature_names_in_")
    assert len(classifier.predict(pairs[["text"]])) == 40
    numbered = pairs.set_axis([0, 1], axis=1)
    with pytest.raises(ValueError, match="in this order"):
        make(steps=2).fit(numbered, LABELS).predict(numbered[[1, 0]])


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"lr": "1e-4"}, "lr is '1e-4'; wanted: a number or nothing"),
        ({"epochs": "3"}, "epochs is '3'; wanted: a number or nothing"),
        ({"batch_size": 2.5}, "batch_size is 2.5; wanted: a whole number"),
        ({"lora": "yes"}, "lora is 'yes'; wanted: true or false"),
        ({"class_weights": [1, 2]}, "a dictionary of class and weight, or 'balanced'"),
    ],
)
def test_options_of_another_type_are_refused(options, wanted):
    with pytest.raises(InputError, match=wanted):
        TextClassifier(**options).fit(["a good film", "a bad film"] * 3, ["p", "n"] * 3)
