"""The quick ways of the checks find what the slow ones find."""

from collections import Counter

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from augment.filters import FilterSettings, Original
from augment.filters.character_model import CharacterModel, _own_counts
from augment.filters.names import Names

TABLE = ("We saw Rome and London.", "The film of Anna was long.", "they film in rome", "I know A.")
starts = st.sampled_from(["Rome", "London", "Anna", "The", "Film", "A", "I", "X2", "rome", ""])
rests = st.text(alphabet="abc rome.?!'2-\n", max_size=20)


@given(starts, rests, st.sampled_from(["en", "de"]))
@example("X2", "?b", "en")  # one word, a letter and a digit
@example("X2", " b", "de")
def test_a_text_with_one_capital_has_the_names_that_the_long_way_finds(start, rest, language):
    check = Names(FilterSettings(language=language))
    check.learn([Original(number, text) for number, text in enumerate(TABLE)])
    text = start + rest
    # A sign beyond ASCII sends the text the long way, and changes no name.
    assert check._find(text) == check._find(f"{text} \u2026")


def test_the_name_at_the_start_is_found_at_all():
    check = Names(FilterSettings(language="en"))
    check.learn([Original(number, text) for number, text in enumerate(TABLE)])
    assert check._find("London was cold.") == ("london",)
    assert check._find("Rome was cold.") == ()  # the table knows it in lower case


@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=60),
    st.integers(0, 59),
    st.integers(1, 3),
)
def test_own_counts_are_counts(numbers, first, step):
    """With four slots for forty keys, nearly all of them share one."""
    import augment.filters.character_model as model

    first = min(first, len(numbers))
    keys = np.array(numbers, dtype=np.int64)
    counted = np.arange(len(keys) - first) % step == 0
    wanted = Counter(keys[first:][counted].tolist())
    before, model._SLOT_BITS = model._SLOT_BITS, 2
    try:
        scratch = np.zeros(4, dtype=np.int64), np.ones(4, dtype=bool)
        found = _own_counts(keys, first, counted, scratch)
    finally:
        model._SLOT_BITS = before
    assert found.tolist() == [wanted[number] for number in numbers]


def test_scores_do_not_depend_on_what_is_scored_beside():
    model = CharacterModel()
    texts = [f"the film number {n} was {'very ' * (n % 4)}good" for n in range(150)]
    model.add(texts)
    together = model.score(texts[::-1], texts)
    alone = np.concatenate(
        [model.score([one], [other]) for one, other in zip(texts[::-1], texts, strict=True)], axis=1
    )
    assert (together == alone).all()
