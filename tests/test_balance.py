import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.datasets.balance import (
    balance_targets,
    check_balance,
    resampling_targets,
    resolve_auto,
)
from augment.errors import InputError


@pytest.mark.parametrize(
    ("counts", "balance", "wanted"),
    [
        ({"a": 90, "b": 30}, "max", {"a": 90, "b": 90}),
        ({"a": 90, "b": 30}, "auto", {"a": 90, "b": 90}),
        ({"a": 100, "b": 95}, "auto", {"a": 200, "b": 200}),
        ({"a": 100, "b": 94}, "auto", {"a": 100, "b": 100}),
        ({"a": 100}, "auto", {"a": 200}),
        ({"a": 9, "b": 3, "c": 5}, "median", {"a": 9, "b": 5, "c": 5}),
        ({"a": 9, "b": 3, "c": 4}, "mean", {"a": 9, "b": 6, "c": 6}),
        ({"a": 9, "b": 3}, "5", {"a": 9, "b": 5}),
        ({"a": 10, "b": 3}, "x1.5", {"a": 15, "b": 15}),
        ({"a": 10, "b": 3}, "X2", {"a": 20, "b": 20}),
        ({"a": 10, "b": 3}, "x0.5", {"a": 10, "b": 5}),
        ({"a": 10, "b": 3}, "none", None),
    ],
)
def test_targets(counts, balance, wanted):
    assert balance_targets(counts, balance) == wanted


@pytest.mark.parametrize(
    "balance", ["", "most", "x", "xx2", "-3", "0", "x0", "1.5", "x-1", "max 3"]
)
def test_unknown_balances_are_refused(balance):
    with pytest.raises(InputError, match="wanted: auto, none, max"):
        check_balance(balance)


@given(
    st.dictionaries(st.text(), st.integers(1, 10**6), min_size=1),
    st.sampled_from(["auto", "max", "median", "mean", "1", "500", "x1", "x3.7", "x0.1"]),
)
def test_no_target_lies_below_the_class(counts, balance):
    targets = balance_targets(counts, balance)
    assert targets.keys() == counts.keys()
    assert all(targets[label] >= counts[label] for label in counts)


def test_auto_says_what_it_means():
    assert resolve_auto("auto", {"a": 2, "b": 1}) == "max"
    assert resolve_auto("auto", {"a": 2, "b": 2}) == "x2"
    assert resolve_auto("mean", {"a": 2, "b": 2}) == "mean"


def test_a_size_beyond_all_measure_is_refused_for_what_it_is():
    with pytest.raises(InputError, match="balance '1000000000': fewer than a billion rows a class"):
        check_balance("1000000000")
    with pytest.raises(InputError, match="wanted: auto, max, median, mean, min, a number"):
        resampling_targets({"a": 2, "b": 1}, "most", "up")
