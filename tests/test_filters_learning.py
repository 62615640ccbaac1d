"""Checks that learn from the table: fluency, labels, names; and the one that looks beside."""

from __future__ import annotations

import random

import numpy as np
import pytest

from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.filters.fluency import Fluency
from augment.filters.label import Label, judge_labels
from augment.filters.names import Names
from augment.filters.swapped import Swapped
from augment.records import Candidate, Paraphrase

ENGLISH = FilterSettings(language="en")
NOUNS = ["river", "garden", "window", "teacher", "morning", "letter", "station", "market"]
VERBS = ["remembers", "watches", "leaves", "follows", "forgets", "describes", "enjoys", "visits"]
PLACES = ["behind the old house", "near the harbour", "under the bridge", "after the long dinner"]


def sentence(rng: random.Random) -> str:
    one, other = rng.sample(NOUNS, 2)
    verb, place, time = rng.choice(VERBS), rng.choice(PLACES), rng.choice(NOUNS)
    return f"The {one} {verb} the {other} {place} every {time}."


def table(n: int = 2000) -> list[Original]:
    rng = random.Random(7)
    return [Original(number, sentence(rng)) for number in range(n)]


@pytest.fixture(scope="module")
def fluency():
    check = Fluency(ENGLISH)
    check.learn(table())
    return check


def salad(text: str, rng: random.Random) -> str:
    words = text.split()
    return " ".join("".join(rng.sample(w, len(w))) if len(w) > 4 else w for w in words)


def test_letter_salad_is_told_from_other_sentences_of_the_table(fluency):
    rng = random.Random(3)
    originals = [sentence(rng) for _ in range(60)]
    good = [Candidate(0, text, sentence(rng)) for text in originals]
    bad = [Candidate(0, text, salad(text, rng)) for text in originals]
    assert sum(not f.passed for f in fluency.check(good)) <= 3
    found = fluency.check(bad)
    assert sum(not f.passed for f in found) >= 57
    assert "standard deviations" in next(f for f in found if not f.passed).detail


def test_the_original_does_not_vouch_for_itself(fluency):
    """A text scores alike whether or not the table holds it, and holds it often."""
    from augment.filters.character_model import CharacterModel

    text = "Quixotic zephyrs vexed jumpy fjords."
    model = CharacterModel()
    model.add([row.text for row in table()])
    [before], _ = model.score([text], [""])
    model.add([text])
    [after], _ = model.score([text], [text])
    assert after == pytest.approx(before, abs=0.05)
    [vouched], _ = model.score([text], [""])
    assert vouched > after + 0.5


def test_fluency_does_not_depend_on_batches_or_on_the_order_of_the_table(fluency):
    rng = random.Random(5)
    candidates = [Candidate(0, sentence(rng), salad(sentence(rng), rng)) for _ in range(40)]
    alone = [fluency.check([one])[0] for one in candidates]
    assert fluency.check(candidates) == alone
    other = Fluency(ENGLISH)
    rows = table()
    random.Random(1).shuffle(rows)
    for start in range(0, len(rows), 100):
        other.learn(rows[start : start + 100])
    assert other.check(candidates) == alone


def test_a_small_table_teaches_nothing_and_says_so():
    check = Fluency(ENGLISH)
    check.learn(table(200))
    assert check.check([Candidate(0, "The garden.", "Xqzvw kjxqz vvvq wwwq zzzq.")])[0].passed
    assert "fewer than 100,000" in check.notes()[0]


def labelled(n: int = 300) -> list[Original]:
    rng = random.Random(11)
    words = {"food": "soup bread cheese salad pepper", "sport": "goal match runner team score"}
    rows = []
    for number in range(n):
        label = ("food", "sport")[number % 2]
        own, others = rng.choices(words[label].split(), k=3), rng.choices(NOUNS, k=3)
        rows.append(Original(number, " ".join([*own, *others, str(number)]), label))
    return rows


def test_a_paraphrase_that_reads_as_another_label_is_refused():
    rows = labelled()
    check = Label(ENGLISH)
    check.learn(rows)
    assert check.notes() == []
    good = Candidate(0, rows[0].text, "cheese and soup with bread and pepper")
    bad = Candidate(0, rows[0].text, "the runner of the team and a goal in the match")
    kept, refused = check.check([good, bad])
    assert kept.passed
    assert refused.detail.startswith("reads as 'sport'")
    assert "'food'" in refused.detail


def test_no_row_judges_itself():
    """One row with a label against all its words: nothing in the table but itself supports it."""
    rows = labelled()
    odd = Original(len(rows), "soup bread cheese zanzibar", "sport")
    check = Label(ENGLISH)
    check.learn(
        [*rows, odd, Original(odd.source_id + 1, "Soup, bread, cheese: Zanzibar!", "sport")]
    )
    model = check._fitted()
    assert model is not None
    [(label, odds)] = model.read([(odd.text, odd.text)])
    assert (label, odds > 0.8) == ("food", True)
    # So its paraphrase is not refused for reading as its original does.
    [finding] = check.check([Candidate(odd.source_id, odd.text, "bread, cheese, zanzibar soup")])
    assert finding.passed


def test_labels_stand_aside_where_they_cannot_be_learned():
    flipped = Candidate(0, "soup bread", "goal match team")
    few = Label(ENGLISH)
    few.learn(labelled(20))
    assert few.check([flipped])[0].passed
    assert "fewer than two classes" in few.notes()[0]
    rng = random.Random(2)
    noise = Label(ENGLISH)
    noise.learn([Original(n, sentence(rng), rng.choice("ab")) for n in range(120)])
    assert noise.check([flipped])[0].passed
    assert "cannot be told" in noise.notes()[0]
    none = Label(ENGLISH)
    none.learn(table(100))
    assert none.check([flipped])[0].passed
    assert none.notes() == []


def test_labels_do_not_depend_on_order_or_blocks():
    rows = labelled()
    pairs = [
        Candidate(row.source_id, row.text, other.text)
        for row, other in zip(rows, reversed(rows), strict=True)
    ]
    one, other = Label(ENGLISH), Label(ENGLISH)
    one.learn(rows)
    mixed = list(rows)
    random.Random(4).shuffle(mixed)
    for row in mixed:
        other.learn([row])
    assert one.check(pairs) == other.check(pairs)
    assert any(not finding.passed for finding in one.check(pairs))


def test_the_judge_of_a_training_part_sees_that_part_alone():
    rows = labelled()
    bad = Candidate(0, rows[0].text, "the runner of the team and a goal in the match")
    judged = judge_labels(rows, [bad], ENGLISH)
    assert (judged.findings[0].passed, judged.aside) == (False, "")
    # With every "sport" row in the test part there is nothing to learn from.
    judged = judge_labels([row for row in rows if row.label == "food"], [bad], ENGLISH)
    assert (judged.findings[0].passed, judged.aside) == (
        True,
        "fewer than two classes have 20 rows",
    )


def test_names_learn_which_words_are_names():
    before = Candidate(0, "He crossed the Bridge of Sighs.", "He crossed the Viaduct of Sighs.")
    start = Candidate(0, "Then we saw how Laura left.", "Peter, we saw, left.")
    fresh = Names(ENGLISH)
    assert not fresh.check([before])[0].passed
    assert fresh.check([start])[0].passed
    taught = Names(ENGLISH)
    taught.learn([Original(0, "A bridge or viaduct."), Original(1, "I know that Peter came.")])
    assert taught.check([before])[0].passed
    assert "Peter" in taught.check([start])[0].detail


class FakeMeaning:
    """Texts that start with the same word lie at a right angle to all others."""

    in_use = True

    def recent(self, texts):
        words = ["alpha", "beta", "gamma"]
        rows = [[1.0 if text.startswith(word) else 0.1 for word in words] for text in texts]
        vectors = np.array(rows, dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_texts_that_changed_places_are_found():
    check = Swapped(ENGLISH)
    check.meaning = FakeMeaning()
    pairs = [
        Candidate(0, "alpha one", "beta two"),
        Candidate(1, "beta one", "alpha two"),
        Candidate(2, "gamma one", "gamma two"),
    ]
    first, second, third = check.check(pairs)
    assert "'beta one'" in first.detail
    assert "'alpha one'" in second.detail
    assert third.passed
    assert check.check(pairs[:1])[0].passed


def test_versions_of_one_text_may_lie_near_each_other():
    check = Swapped(ENGLISH)
    check.meaning = FakeMeaning()
    check.margin = 0.0
    pairs = [Candidate(0, "alpha one", "alpha two"), Candidate(1, "alpha three", "alpha four")]
    assert all(finding.passed for finding in check.check(pairs))


def test_swapped_texts_in_a_script_without_encoder():
    chain = FilterChain(build_filters(FilterSettings(language="ru")))
    first = "Фильм был очень хороший и смешной"
    second = "Погода сегодня была дождливая и холодная"
    swapped = [Candidate(0, first, second + " да"), Candidate(1, second, first + " да")]
    assert all(r.reason in ("similarity", "swapped") for r in chain.apply(swapped))
    right = [Candidate(0, first, first + " да"), Candidate(1, second, second + " да")]
    assert all(isinstance(r, Paraphrase) for r in chain.apply(right))
