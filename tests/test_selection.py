from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from augment.datasets.augmentation.selection import Pool, choose

TEXTS = ["a b c d", "a b c e", "w x y z", "a b q r", "one two", "one three"]


def pool_of(*items):
    """A pool of (number, row of the original, change)."""
    pool = Pool()
    for item in items:
        pool.add(*item)
    return pool


def chosen(items, **options):
    """Choose among (number, row, change); give those chosen."""
    places = choose(pool_of(*items), TEXTS.__getitem__, **options)
    return [items[place] for place in places]


def numbers(items, **options):
    return [number for number, _, _ in chosen(items, **options)]


def test_no_original_gets_a_second_before_every_other_got_its_first():
    pool = [(0, 1, 0.9), (1, 1, 0.8), (2, 2, 0.1), (3, 3, 0.2)]
    assert numbers(pool, needed=3) == [0, 2, 3]
    assert numbers(pool, needed=2) == [0, 3]  # of the first ones, those that change most
    assert numbers(pool) == [0, 1, 2, 3]


def test_the_next_of_one_original_lies_farthest_from_those_before():
    # 1 is nearly 0; 3 shares half with 0; 2 shares nothing, and all changed as much.
    pool = [(n, 7, change) for n, change in ((0, 0.9), (1, 0.8), (2, 0.8), (3, 0.8))]
    assert numbers(pool) == [0, 2, 3, 1]
    assert numbers(pool, per_row=2) == [0, 2]


def test_of_an_engine_that_goes_by_rules_what_changes_least_comes_first():
    pool = Pool()
    # Those of rules are worth less than nothing.
    for number, source, worth in (
        *((0, 1, -0.9), (1, 1, -0.2), (2, 2, -0.4)),
        *((3, 3, -0.3), (4, 3, 0.1)),
    ):
        pool.add(number, source, worth)

    def kept(**options):
        return [pool.numbers[place] for place in choose(pool, TEXTS.__getitem__, **options)]

    assert kept() == [1, 0, 2, 4, 3]  # behind those of an engine that does not
    assert kept(needed=3) == [1, 2, 4]
    assert kept(needed=2) == [1, 4]


def test_per_row_and_needed_are_limits():
    pool = [(n, n % 2, 0.5) for n in range(6)]
    assert len(numbers(pool, per_row=1)) == 2
    assert len(numbers(pool, per_row=2, needed=3)) == 3
    assert numbers(pool, needed=0) == []
    assert numbers([], needed=5) == []


def test_the_seed_decides_between_equals():
    pool = [(n, n, 0.5) for n in range(6)]
    assert len({tuple(numbers(pool, needed=3, seed=seed)) for seed in range(8)}) > 1
    assert numbers(pool, needed=3, seed=3) == numbers(pool, needed=3, seed=3)


pools = st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=6).map(
    lambda items: [(n, source, change) for n, (source, change) in enumerate(items)]
)


@given(pools, st.none() | st.integers(0, 8), st.none() | st.integers(1, 3), st.integers(0, 5))
def test_choosing_keeps_its_promises(pool, needed, per_row, seed):
    kept = chosen(pool, needed=needed, per_row=per_row, seed=seed)
    have = Counter(source for _, source, _ in pool)
    counts = {source: sum(one[1] == source for one in kept) for source in have}
    allowed = {source: min(per_row or 99, n) for source, n in have.items()}
    total = sum(allowed.values())
    assert len(kept) == (total if needed is None else min(needed, total))
    assert len(set(kept)) == len(kept)
    assert [source for _, source, _ in kept] == sorted(source for _, source, _ in kept)
    open_ = [source for source in counts if counts[source] < allowed[source]]
    assert all(counts[source] >= max(counts.values()) - 1 for source in open_)


@given(pools, st.none() | st.integers(0, 6), st.randoms())
def test_the_order_of_the_pool_changes_nothing(pool, needed, random):
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert chosen(shuffled, needed=needed) == chosen(pool, needed=needed)
