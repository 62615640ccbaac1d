"""The floor: what a bag of words reaches on the same originals, in a second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from augment.extras import require
from augment.train.config import TFIDF
from augment.train.units import Unit, rounded

if TYPE_CHECKING:
    from augment.datasets.folds import Split
    from augment.train.labelled import LabelledRows

#: Between the sides of a text pair: a word that joins no word pair across them.
_BETWEEN = " \n "


def tfidf_unit(rows: LabelledRows, split: Split, *, part: str, seed: int) -> Unit:
    """Fit TF-IDF of words and word pairs, and logistic regression with class weights.

    The vocabulary and the weights of words come from the training part alone.
    """
    text = require("sklearn.feature_extraction.text", extra="train", purpose="the arm tfidf")
    linear = require("sklearn.linear_model", extra="train", purpose="the arm tfidf")
    started = time.perf_counter()
    texts = [_BETWEEN.join(sides) for sides in rows.texts[: rows.n_originals]]
    words = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")  # noqa: S106
    try:
        known = words.fit_transform([texts[row] for row in split.train])
    except ValueError:  # scripts and signs without a single word: letters then
        words = text.TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
        known = words.fit_transform([texts[row] for row in split.train])
    model = linear.LogisticRegression(
        C=10.0, class_weight="balanced", max_iter=2000, random_state=seed
    )
    model.fit(known, rows.labels[split.train])
    p = model.predict_proba(words.transform([texts[row] for row in split.test]))
    return Unit(
        repeat=split.repeat,
        fold=split.fold,
        arm=TFIDF,
        n_train=len(split.train),
        n_train_originals=len(split.train),
        steps=0,
        share_seen=0.0,
        seconds=round(time.perf_counter() - started, 3),
        test=tuple(split.test.tolist()),
        probabilities=rounded(p),
        part=part,
    )
