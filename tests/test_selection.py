from hypothesis import given
from hypothesis import strategies as st

from augment.datasets.selection import Choice, choose

TEXTS = ["a b c d", "a b c e", "w x y z", "a b q r", "one two", "one three"]


def numbers(choices):
    return [choice.number for choice in choices]


def test_no_original_gets_a_second_before_every_other_got_its_first():
    pool = [Choice(0, 1, 0.9), Choice(1, 1, 0.8), Choice(2, 2, 0.1), Choice(3, 3, 0.2)]
    chosen = choose(pool, TEXTS.__getitem__, needed=3)
    assert {choice.source_id for choice in chosen} == {1, 2, 3}
    assert numbers(chosen) == [0, 3, 2]


def test_the_next_of_one_original_lies_farthest_from_those_before():
    # 1 is nearly 0; 3 shares half with 0; 2 shares nothing, and all changed as much.
    pool = [Choice(n, 7, change) for n, change in ((0, 0.9), (1, 0.8), (2, 0.8), (3, 0.8))]
    assert numbers(choose(pool, TEXTS.__getitem__)) == [0, 2, 3, 1]


def test_per_row_and_needed_are_limits():
    pool = [Choice(n, n % 2, 0.5) for n in range(6)]
    assert len(choose(pool, TEXTS.__getitem__, per_row=1)) == 2
    assert len(choose(pool, TEXTS.__getitem__, per_row=2, needed=3)) == 3
    assert choose(pool, TEXTS.__getitem__, needed=0) == []
    assert choose([], TEXTS.__getitem__, needed=5) == []


def test_the_seed_decides_between_equals():
    pool = [Choice(n, n, 0.5) for n in range(6)]
    orders = {tuple(numbers(choose(pool, TEXTS.__getitem__, seed=seed))) for seed in range(8)}
    assert len(orders) > 1
    assert choose(pool, TEXTS.__getitem__, seed=3) == choose(pool, TEXTS.__getitem__, seed=3)


pools = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=6).map(
    lambda items: [Choice(n, source, change) for n, (source, change) in enumerate(items)]
)


@given(pools, st.none() | st.integers(0, 8), st.none() | st.integers(1, 3), st.integers(0, 5))
def test_choosing_keeps_its_promises(pool, needed, per_row, seed):
    chosen = choose(pool, TEXTS.__getitem__, needed=needed, per_row=per_row, seed=seed)
    counts = {source: 0 for source in {c.source_id for c in pool}}
    for choice in chosen:
        counts[choice.source_id] += 1
    allowed = sum(min(per_row or 99, sum(c.source_id == source for c in pool)) for source in counts)
    assert len(chosen) == (allowed if needed is None else min(needed, allowed))
    assert len(set(numbers(chosen))) == len(chosen)
    if chosen and counts:
        open_ = [
            source
            for source in counts
            if counts[source] < min(per_row or 99, sum(c.source_id == source for c in pool))
        ]
        assert all(counts[source] >= max(counts.values()) - 1 for source in open_)


@given(pools, st.randoms())
def test_the_order_of_the_pool_changes_nothing(pool, random):
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert choose(shuffled, TEXTS.__getitem__) == choose(pool, TEXTS.__getitem__)
