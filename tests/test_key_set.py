from hypothesis import given
from hypothesis import strategies as st

from augment.key_set import KeyMap, KeySet

keys = st.binary(min_size=8, max_size=8)


@given(st.lists(keys, max_size=60), st.lists(keys, max_size=20))
def test_a_key_set_holds_what_was_put_in_and_nothing_else(inside, asked):
    found = KeySet()
    new = [found.add(key) for key in inside]
    assert new == [key not in inside[:at] for at, key in enumerate(inside)]
    assert len(found) == len(set(inside))
    assert [key in found for key in inside + asked] == [key in inside for key in inside + asked]


@given(st.lists(st.tuples(keys, st.integers(-1, 9)), max_size=60))
def test_a_key_map_remembers_the_first_number(items):
    found, wanted = KeyMap(), {}
    for key, number in items:
        assert found.setdefault(key, number) == wanted.setdefault(key, number)
    assert len(found) == len(wanted)


def test_it_grows_and_loses_nothing():
    found, first = KeySet(), KeyMap()
    every = [(n * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "little") for n in range(5000)]
    for n, key in enumerate(every):
        found.add(key)
        first.setdefault(key, n)
    assert len(found) == len(first) == 5000
    assert all(key in found for key in every)
    assert [first.setdefault(key, -1) for key in every] == list(range(5000))
    assert not any(bytes([n, *bytes(6), 255]) in found for n in range(256))


def test_a_set_takes_at_most_24_bytes_a_key():
    from array import array

    found = KeySet([n.to_bytes(8, "big") for n in range(1, 2001)])
    assert isinstance(found._table, array)
    assert len(found._table) * found._table.itemsize <= 24 * len(found)
