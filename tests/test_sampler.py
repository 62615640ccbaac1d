"""Samplers after imbalanced-learn's conventions, inside the pipelines of others."""

import shutil
import warnings

import numpy as np
import pandas as pd
import pytest

from augment.datasets.sampler import (
    BackTranslationSampler,
    ShortfallWarning,
    WordsSampler,
)
from augment.datasets.sampling_strategy import new_rows
from augment.errors import InputError
from augment.testing import FakeEngine

sklearn = pytest.importorskip("sklearn")
from sklearn.base import BaseEstimator, ClassifierMixin, clone  # noqa: E402
from sklearn.model_selection import StratifiedKFold, cross_validate  # noqa: E402

PAIRS = {("en", "es"), ("es", "en"), ("en", "ca"), ("ca", "en")}


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


def sampler(**options):
    plain = {"pivot": "es,ca", "source": "en", "no_filter": "all", "store": "none"}
    return BackTranslationSampler(**{**plain, **options})


TEXTS = [f"text number {n}" for n in range(12)]
CLASSES = [1] * 8 + [0] * 4


@pytest.mark.parametrize(
    "X",
    [
        TEXTS,
        pd.Series(TEXTS, name="t", index=range(5, 17)),
        pd.DataFrame({"t": TEXTS}),
        np.array(TEXTS, dtype=object),
        np.array(TEXTS, dtype=object).reshape(-1, 1),
        np.array(TEXTS),
    ],
    ids=["list", "series", "frame", "objects", "column", "strings"],
)
def test_what_comes_back_is_of_the_same_kind(engine, X):
    made = sampler()
    new_X, new_y = made.fit_resample(X, np.array(CLASSES))
    assert type(new_X) is type(X)
    flat = new_X["t"].tolist() if isinstance(new_X, pd.DataFrame) else list(np.ravel(new_X))
    assert flat[:12] == TEXTS
    assert [text.partition(" indeed")[0] for text in flat[12:]] == [
        TEXTS[row] for row in made.sample_indices_[12:]
    ]
    assert np.bincount(new_y).tolist() == [8, 8]
    assert (new_y == np.array(CLASSES)[made.sample_indices_]).all()
    assert made.sampling_strategy_ == {0: 4}
    assert set(made.methods_[12:]) == {"backtranslation"}
    if hasattr(X, "dtype"):
        assert new_X.dtype.kind == X.dtype.kind


def test_other_columns_of_a_frame_are_copied(engine):
    X = pd.DataFrame({"t": TEXTS, "when": pd.date_range("2020-01-01", periods=12)})
    made = sampler(text="t")
    new_X, new_y = made.fit_resample(X, pd.Series(CLASSES, name="y"))
    assert new_X["when"].tolist() == X["when"].iloc[made.sample_indices_].tolist()
    assert new_X.dtypes.equals(X.dtypes)
    assert new_y.name == "y"
    with pytest.raises(InputError, match="name the one with the texts"):
        sampler().fit_resample(X, CLASSES)


@pytest.mark.parametrize(
    "strategy",
    ["auto", "minority", "not minority", "not majority", "all", {"b": 4, "a": 6}, 0.8],
)
def test_strategies_are_those_of_imbalanced_learn(strategy):
    utils = pytest.importorskip("imblearn.utils")
    labels = np.array(["a"] * 6 + ["b"] * 2 + (["c"] * 3 if strategy != 0.8 else []))
    wanted = utils.check_sampling_strategy(strategy, labels, "over-sampling")
    assert new_rows(strategy, labels.tolist()) == dict(wanted)


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ("most", "wanted: 'minority'"),
        (0.1, "from 0.33 up to 1"),
        ({"z": 3}, "names class 'z'"),
        ({"a": 1}, "never dropped"),
    ],
)
def test_strategies_that_make_no_sense_are_refused(strategy, message):
    with pytest.raises(InputError, match=message):
        new_rows(strategy, ["a", "a", "a", "b"])


def test_a_function_decides_too(engine):
    made = sampler(sampling_strategy=lambda y: {0: int((y == 0).sum()) + 2})  # y is an array
    _, y = made.fit_resample(TEXTS, CLASSES)
    assert y.count(0) == 6


def test_a_class_that_stays_short_warns(engine):
    with pytest.warns(ShortfallWarning, match="1 by 4"):
        sampler(sampling_strategy={1: 28}).fit_resample(TEXTS, CLASSES)


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted on."""

    def fit(self, X, y):
        self.seen_, self.classes_ = list(X), np.unique(y)
        return self

    def predict(self, X):
        return np.zeros(len(X), dtype=int)


def test_each_fold_augments_its_training_part_alone(engine):
    pipeline = pytest.importorskip("imblearn.pipeline")
    steps = pipeline.Pipeline([("more", sampler()), ("model", Recorder())])
    X, y = np.array(TEXTS, dtype=object), np.array(CLASSES)
    folds = StratifiedKFold(4)
    done = cross_validate(steps, X, y, cv=folds, return_estimator=True, error_score="raise")
    for (train, test), fitted in zip(folds.split(X, y), done["estimator"]):
        seen = fitted["model"].seen_
        sources = {text.partition(" indeed")[0] for text in seen}
        assert sources == set(X[train])
        assert sources.isdisjoint(X[test])
        assert len(seen) == 12  # 6 of one class, 3 of the other filled up to 6
        assert fitted["more"].sample_indices_.max() < len(train)


def test_it_is_an_estimator_like_others():
    from sklearn.utils import estimator_checks as checks

    for made in (sampler(), WordsSampler("swap", source="en")):
        copy = clone(made)
        assert copy.get_params() == made.get_params()
        name = type(made).__name__
        checks.check_no_attributes_set_in_init(name, copy)
        checks.check_get_params_invariance(name, copy)
        checks.check_set_params(name, copy)
        checks.check_estimator_cloneable(name, copy)
        checks.check_estimator_repr(name, copy)
        assert made._sampling_type == "over-sampling"


def test_input_is_left_as_it_is_and_the_seed_decides(engine):
    X = pd.DataFrame({"t": TEXTS})
    before = X.copy()
    first = sampler(random_state=1, sampling_strategy={0: 6}).fit_resample(X, CLASSES)
    again = sampler(random_state=1, sampling_strategy={0: 6}).fit_resample(X, CLASSES)
    other = sampler(random_state=3, sampling_strategy={0: 6}).fit_resample(X, CLASSES)
    pd.testing.assert_frame_equal(X, before)
    pd.testing.assert_frame_equal(first[0], again[0])
    assert not first[0].equals(other[0])


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([1.0, 2.0], [0, 1], "texts are wanted: put the sampler before"),
        (np.zeros((2, 3)), [0, 1], r"shape \(2, 3\)"),
        (["a", "b"], [0], "2 rows and y 1"),
        (["a", "b"], [0, 0], "two or more"),
        (["a", "b"], [[0, 1], [1, 0]], "one class per row"),
        (["a", "b"], [["x"], ["x", "y"]], "y holds list"),
        (["a", "b"], ["x", float("nan")], "y has no class in row 1"),
        (["a", "b"], ("x", None), "y has no class in row 1"),
        (["a", "b"], [["x"], [float("nan")]], "y has no class in row 1"),
        (["a", "b"], ["x", " "], "y has no class in row 1"),
        ((text for text in ["a", "b"]), ["x", "y"], "X is a generator.*give a list of it"),
        (["a", "b"], (label for label in ["x", "y"]), "y is a generator.*give a list of it"),
        ("ab", ["x", "y"], "not a single string"),
    ],
)
def test_what_is_no_text_or_class_is_refused(X, y, message):
    with pytest.raises(InputError, match=message):
        sampler().fit_resample(X, y)


def test_two_columns_of_the_name_are_told():
    X = pd.DataFrame([["a", "b"]] * 2, columns=["t", "t"])
    with pytest.raises(InputError, match="X has 2 columns named 't'"):
        sampler(text="t").fit_resample(X, ["x", "y"])


@pytest.mark.parametrize("kind", [list, tuple, lambda y: np.array(y, dtype=object)])
def test_classes_of_several_kinds_stay_what_they_are(engine, kind):
    labels = kind([1] * 8 + ["n"] * 4)
    given = []
    made = sampler(sampling_strategy=lambda y: given.extend(y) or {"n": 6, 1: 8})
    _, y = made.fit_resample(TEXTS, labels)
    assert made.sampling_strategy_ == {"n": 2, 1: 0}
    assert list(y) == given + ["n"] * 2
    assert {type(label) for label in given} == {int, str}


@pytest.mark.parametrize("seed", [None, 1.5, True])
def test_a_seed_is_a_whole_number(engine, seed):
    with pytest.raises(InputError, match="random_state"):
        sampler(random_state=seed).fit_resample(TEXTS, CLASSES)


def test_real_words_and_real_pivots(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [
        "The film was very good and I liked the music a lot.",
        "A boring book about a small town in the north.",
        "The hotel was clean and the breakfast was excellent.",
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X, y = WordsSampler("keyboard", source="en").fit_resample(texts, ["a", "b", "a"])
    assert (len(X), y[3:]) == (4, ["b"])
    if shutil.which("apertium"):
        sampler = BackTranslationSampler("es", source="en", no_filter="reworded")
        X, y = sampler.fit_resample(texts, ["a", "b", "a"])
        assert (len(X), y[3:]) == (4, ["b"])
        assert (tmp_path / ".augment" / "store.sqlite").is_file()
