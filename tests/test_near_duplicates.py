"""Near-repeated texts: what is found, what is not, and against the answer by comparing all."""

import random
import tracemalloc
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("rensa")

from augment.datasets.near_duplicates import (
    NEAR,
    NearDuplicates,
    jaccard,
    letter_runs,
    near_texts,
)
from augment.errors import InputError
from augment.tokens import fold

WORDS = [
    "the",
    "film",
    "was",
    "long",
    "and",
    "we",
    "left",
    "before",
    "its",
    "end",
    "because",
    "nobody",
    "laughed",
    "at",
    "all",
]


def sentences(n: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    words = ["".join(rng.choices("abcdefghilmnoprstu", k=rng.randint(2, 8))) for _ in range(300)]
    texts = [" ".join(rng.choices(words, k=rng.randint(6, 25))) for _ in range(n)]
    for at in rng.sample(range(1, n), n // 2):  # edited copies of earlier ones
        copy = texts[rng.randrange(at)].split()
        for _ in range(rng.randint(0, 4)):
            copy[rng.randrange(len(copy))] = rng.choice(words)
        copy[-1] += "s"
        texts[at] = " ".join(copy)
    return texts


def search(texts, threshold=NEAR):
    with NearDuplicates(threshold) as near:
        for text in texts:
            near.add(text)
        return near.pairs(), near.groups()


@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.9])
def test_nothing_false_and_hardly_anything_missed(threshold):
    texts = sentences(300, seed=3)
    keys = [fold(text) for text in texts]
    truth = {
        (one, two)
        for one, two in combinations(range(len(texts)), 2)
        if jaccard(keys[one], keys[two]) >= threshold
    }
    pairs, groups = search(texts, threshold)
    assert len(truth) > 20
    for pair in pairs:
        assert (pair.first, pair.second) in truth
        assert pair.similarity == jaccard(keys[pair.first], keys[pair.second])
    missed = [pair for pair in truth if groups[pair[0]] != groups[pair[1]]]
    assert len(missed) <= 0.02 * len(truth)


def test_groups_name_their_first_text_and_join_through_others():
    base = " ".join(WORDS)
    texts = [
        "something else entirely, about cats and dogs",
        base,
        base + " really",
        base + " really so",
    ]
    pairs, groups = search(texts)
    assert groups.tolist() == [0, 1, 1, 1]
    assert {pair.second for pair in pairs} == {2, 3}


def test_case_space_and_punctuation_do_not_count():
    _, groups = search([" ".join(WORDS), "  ".join(WORDS).upper() + " !!!"])
    assert groups.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("one", "two", "near"),
    [
        ("今天的电影非常好看我们都很喜欢", "今天的电影非常好看我们都喜欢", True),
        ("今天的电影非常好看我们都很喜欢", "昨天的书一点也不好看没有人读完", False),
        (
            "Я сегодня смотрел очень длинный фильм о море",
            "Я сегодня смотрел очень длинный фильм о горе",
            True,
        ),
        # Half of it in one script, half in another: one letter more changes nothing.
        ("価格は高いが写真は美しい iphone 15 pro", "価格は高いが写真は美しい iphone 15 pros", True),
        ("ok", "ok", False),  # too short to be "almost" the same
        ("", "", False),
    ],
)
def test_scripts_and_short_texts(one, two, near):
    _, groups = search([one, two])
    assert (groups[0] == groups[1]) is near


@given(st.text(alphabet="abcé я写真は", max_size=30))
def test_runs_are_as_long_as_their_first_letter_wants(text):
    lengths = [2 if letter in "写真は" else 5 for letter in text]
    runs = {text[at : at + n] for at, n in enumerate(lengths) if at + n <= len(text)}
    assert letter_runs(text) == runs


def test_long_texts_among_boilerplate():
    """Everything shares its boilerplate: no pair is near, and the bounded work still ends."""
    rng = random.Random(1)
    header = "this message was sent to you by the service desk "
    texts = [header + "".join(rng.choices("abcdefgh ", k=300)) for _ in range(300)]
    pairs, _ = search(texts)
    assert pairs == []


def test_near_texts_counts_equal_texts_as_one():
    base = " ".join(WORDS)
    found = near_texts(["x y z", base, base.upper(), base + " so", "X, Y, Z!"])
    assert found.tolist() == [0, 1, 1, 1, 0]


def test_an_empty_text_is_near_none():
    assert near_texts(["", "x y z", " ", "X Y Z", ""]).tolist() == [0, 1, 2, 1, 4]


def test_results_do_not_depend_on_how_texts_are_batched(monkeypatch):
    texts = sentences(200, seed=5)
    whole = search(texts)
    monkeypatch.setattr("augment.datasets.near_duplicates._BATCH_CHARACTERS", 500)
    assert search(texts) == whole


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_threshold_out_of_range_is_refused(threshold):
    with pytest.raises(InputError, match="above 0 and up to 1"):
        NearDuplicates(threshold)


def test_runs_of_a_lone_surrogate_are_no_error():
    pairs, _ = search(["\ud83d broken " * 5, "\ud83d broken " * 6])
    assert len(pairs) == 1
    assert letter_runs("abc") == set()


def test_memory_is_bounded_however_short_the_texts_are():
    texts = [f"{number} {number * 7919}" for number in range(12_000)]
    tracemalloc.start()
    with NearDuplicates() as near:
        for text in texts:
            near.add(text)
        near.pairs()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50e6  # of which the signatures of 4,096 texts are 25 million bytes
