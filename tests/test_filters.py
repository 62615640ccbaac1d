"""The chain, its settings, and rules that every check keeps."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.cli import main
from augment.errors import InputError
from augment.filters import (
    FILTERS,
    FilterChain,
    FilterSettings,
    Finding,
    Original,
    build_filters,
    filters_of_others,
)
from augment.filters.check import PASSED
from augment.filters.presets import MIN_SIMILARITY, PRESETS
from augment.records import Candidate, Paraphrase, Rejection

CHEAP = [name for name in FILTERS if name != "similarity"]


def candidate(original, text, **more):
    return Candidate(0, original, text, **more)


def chain(language="en", **options):
    disabled = options.pop("disabled", ("similarity",))
    return FilterChain(
        build_filters(FilterSettings(language=language, **options), disabled=disabled)
    )


NASTY = [
    "",
    " ",
    "\n\n",
    "\u200b",
    ".",
    "?!",
    "a",
    "42",
    "1.000.000,50",
    "😀",
    "<br />",
    "&amp;",
    "^$/\\[]{}@*#~<>",
    "\x00\x1f",
    "\ud800",
    "שלום עולם",
    "我爱你",
    "no",
    "not not not",
    "ne ne pas",
    "x" * 5000,
    "word " * 2000,
    "a\tb\r\nc",
]


@pytest.mark.parametrize("name", CHEAP)
@pytest.mark.parametrize("language", ["en", "fr", "es", "zh", "ast", "haw"])
def test_battery_every_check_takes_any_text(name, language):
    [check] = [
        f
        for f in build_filters(FilterSettings(language=language), disabled=["similarity"])
        if f.name == name
    ]
    candidates = [candidate(o, t, marks=("*x",)) for o in NASTY for t in NASTY]
    findings = check.check(candidates)
    assert len(findings) == len(candidates)
    assert all(isinstance(finding, Finding) for finding in findings)
    assert check.check([]) == []
    alone = [check.check([one])[0] for one in candidates[:60]]
    assert alone == findings[:60]


@pytest.mark.parametrize("name", [n for n in CHEAP if n not in ("empty", "unchanged", "duplicate")])
@pytest.mark.parametrize("text", [t for t in NASTY if t])
def test_battery_a_text_is_a_paraphrase_of_itself_for_checks_of_content(name, text):
    for language in ("en", "fr", "es"):
        checks = build_filters(FilterSettings(language=language), disabled=["similarity"])
        [check] = [f for f in checks if f.name == name]
        assert check.check([candidate(text, text)]) == [PASSED]


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_pair_is_settled(original, text):
    [result] = SHARED.apply([candidate(original, text)])
    assert isinstance(result, Paraphrase | Rejection)
    if isinstance(result, Rejection):
        assert result.reason in FILTERS
        assert result.detail


SHARED = chain()


def test_results_stand_in_the_order_of_input():
    texts = ["", "I saw a good film.", "I watched a good movie.", "I watched a nice movie."]
    results = chain().apply([candidate("I saw a good film.", text) for text in texts])
    assert [r.candidate.text for r in results] == texts
    assert [getattr(r, "reason", "kept") for r in results] == ["empty", "unchanged", "kept", "kept"]


class Spy:
    name = "spy"

    def __init__(self):
        self.seen = []

    def check(self, candidates):
        self.seen += [c.text for c in candidates]
        return [PASSED] * len(candidates)


def test_a_refused_candidate_is_not_shown_to_later_checks():
    spy = Spy()
    filters = build_filters(FilterSettings(language="en"), disabled=["similarity"])
    FilterChain([*filters, spy]).apply(
        [candidate("a good film", ""), candidate("a good film", "a fine film")]
    )
    assert spy.seen == ["a fine film"]


def test_duplicates_of_originals_and_of_accepted_ones():
    checks = chain()
    checks.see_original("A good film.")
    checks.see_original("What a day it was!")
    results = checks.apply(
        [
            candidate("A good film.", "what a day it was"),
            candidate("A good film.", "A fine film."),
            candidate("One nice film.", "a FINE film"),
        ]
    )
    assert [getattr(r, "reason", "kept") for r in results] == ["duplicate", "kept", "duplicate"]
    assert "original" in results[0].detail
    [again] = checks.apply([candidate("Such a good film.", "A fine film!")])
    assert again.reason == "duplicate"


def test_a_refused_twin_does_not_block_the_next_one():
    checks = chain()
    first = candidate("There are 3 men here.", "There are four men at the place.")
    second = candidate("There are 4 men here.", "There are four men at the place.")
    refused, kept = checks.apply([first, second])
    assert refused.reason == "numbers"
    assert isinstance(kept, Paraphrase)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_cutting_into_batches_changes_nothing(data):
    pool = ["a good film", "a fine film", "one fine film", "not a film", "a fine, fine film", ""]
    pairs = data.draw(
        st.lists(st.tuples(st.sampled_from(pool), st.sampled_from(pool)), max_size=12)
    )
    candidates = [Candidate(n, *pair) for n, pair in enumerate(pairs)]
    whole = FilterChain(SHARED.filters)
    for one in candidates:
        whole.see_original(one.original)
    expected = whole.apply(candidates)
    parts = FilterChain(SHARED.filters)
    for one in candidates:
        parts.see_original(one.original)
    found = []
    left = candidates
    while left:
        size = data.draw(st.integers(1, len(left)))
        found += parts.apply(left[:size])
        left = left[size:]
    assert found == expected


def test_rejections_carry_change_and_paraphrases_both_numbers():
    [refused] = chain().apply([candidate("I have 3 good dogs", "I have 4 good dogs")])
    assert (refused.reason, refused.change) == ("numbers", pytest.approx(0.2))
    assert refused.similarity is None


@pytest.mark.parametrize(
    "options",
    [
        {"min_similarity": -0.1},
        {"min_similarity": 1.1},
        {"min_similarity": float("nan")},
        {"max_change": 2.0},
        {"min_change": 0.5, "max_change": 0.4},
        {"min_similarity": 0.9, "max_similarity": 0.8},
        {"max_length_ratio": 0.9},
        {"min_length_ratio": 1.5},
        {"max_marked": -1.0},
        {"max_lost_names": 1.5},
        {"max_strangeness": -1.0},
        {"max_rewording": -1.0},
        {"min_label_odds": 0.4},
        {"min_swap_margin": 2.0},
        {"strictness": "severe"},
        {"language": "klingon"},
        {"others": ("klingon",)},
    ],
)
def test_settings_refuse(options):
    with pytest.raises(InputError) as raised:
        FilterSettings(**{"language": "en", **options})
    assert any(str(value) in str(raised.value) for value in options.values()) or "klingon" in str(
        raised.value
    )


def test_settings_by_language():
    assert FilterSettings(language="English").min_similarity == 0.55
    french = FilterSettings(language="français", others=("English",))
    assert (french.language, french.others, french.measure) == ("fr", ("en",), "minilm")
    assert FilterSettings(language="ru").measure == "characters"
    assert FilterSettings(language="ru", encoder="some/multilingual").measure == "some/multilingual"
    assert FilterSettings(language="en", max_similarity=0.3).min_similarity == 0.3


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(InputError, match=r"'lenght'.*did you mean 'length'.*similarity"):
        build_filters(FilterSettings(language="en"), disabled=["lenght"])


def test_disabled_checks_are_left_out():
    names = [f.name for f in build_filters(FilterSettings(language="en"), disabled=["similarity"])]
    assert names == CHEAP
    every = build_filters(FilterSettings(language="en"), disabled=["all"])
    assert [f.name for f in every] == ["empty", "duplicate"]


def test_describe_holds_the_exact_thresholds():
    described = chain("fr", min_change=0.07).describe()
    assert list(described) == CHEAP
    assert described["unchanged"]["min_change"] == 0.07
    assert described["length"] == {"low": 0.6, "high": 2.0}


def test_notes_say_what_is_not_checked():
    [swapped, fluency] = sorted(chain("fr").notes(), reverse=True)
    assert swapped.startswith("swapped check")
    assert fluency.startswith("fluency check")
    notes = chain("haw").notes()
    assert any(note.startswith("negation check") for note in notes)
    assert any(note.startswith("profanity check") for note in notes)
    assert any("Hawaiian" in note for note in notes)
    [similarity] = [n for n in chain("ka", disabled=()).notes() if n.startswith("similarity")]
    assert "letter triples" in similarity


@pytest.mark.parametrize("preset", ["loose", "normal", "strict"])
def test_presets_give_what_is_left_out_and_nothing_more(preset):
    found = FilterSettings(language="en", strictness=preset, min_change=0.33)
    assert found.min_change == 0.33
    assert found.max_length_ratio == PRESETS[preset]["max_length_ratio"]
    described = chain(strictness=preset).describe()
    assert described["length"]["high"] == PRESETS[preset]["max_length_ratio"]
    assert described["names"]["max_lost"] == PRESETS[preset]["max_lost_names"]


def test_each_preset_is_stricter_than_the_one_before():
    pairs = [
        candidate("A good film it was indeed.", f"A {word} film it was.")
        for word in ("fine", "nice, lovely and really rather splendid and quite wonderful", "good")
    ]
    kept = [
        sum(isinstance(r, Paraphrase) for r in chain(strictness=preset).apply(pairs))
        for preset in ("loose", "normal", "strict")
    ]
    assert kept == sorted(kept, reverse=True)
    assert kept[0] > kept[-1]
    for measure in ("en", "latin", "named", "characters"):
        low, middle, high = (MIN_SIMILARITY[name][measure] for name in PRESETS)
        assert low < middle < high


def test_an_encoder_named_by_the_user_has_thresholds_of_its_own():
    named = FilterSettings(language="fr", encoder="some/multilingual")
    assert (named.measure, named.min_similarity) == (
        "some/multilingual",
        MIN_SIMILARITY["normal"]["named"],
    )


def test_importing_loads_nothing_heavy():
    code = (
        "import sys, augment.filters as f; f.build_filters(f.FilterSettings(language='en'));"
        "print([m for m in ('torch', 'transformers', 'pandas', 'sklearn') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_check_of_another_package_runs_before_similarity(monkeypatch):
    from importlib.metadata import EntryPoint

    import augment.filters as module

    point = EntryPoint("shouting", "test_shouting:Shouting", "augment.filters")
    monkeypatch.setattr(module, "entry_points", lambda group: [point])
    assert list(module.known_filters())[-3:] == ["shouting", "similarity", "swapped"]

    class Shouting:
        name = "shouting"

        def __init__(self, settings):
            self.language = settings.language

        def check(self, candidates):
            return [Finding("shouts" if c.text.isupper() else "") for c in candidates]

    monkeypatch.setitem(sys.modules, "test_shouting", type(sys)("test_shouting"))
    sys.modules["test_shouting"].Shouting = Shouting
    checks = module.build_filters(FilterSettings(language="en"), disabled=["similarity"])
    loud, calm = FilterChain(checks).apply(
        [candidate("a good film", "A FINE FILM"), candidate("a good film", "one fine film")]
    )
    assert (loud.reason, loud.detail) == ("shouting", "shouts")
    assert isinstance(calm, Paraphrase)


@pytest.mark.parametrize("broken", ["at import", "has no such class", "when made"])
def test_a_check_of_another_package_that_is_broken_is_told_and_may_be_left_out(
    tmp_path, monkeypatch, capsys, broken
):
    name = f"test_broken_{broken.split()[-1]}"
    code = {
        "at import": "raise RuntimeError('no\\nway')",
        "has no such class": "",
        "when made": "def Broken(settings):\n    raise RuntimeError('no way')",
    }
    (tmp_path / f"{name}.py").write_text(code[broken])
    about = tmp_path / "broken_checks-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-checks\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[augment.filters]\nbrkf = {name}:Broken\n")
    monkeypatch.syspath_prepend(tmp_path)
    settings = FilterSettings(language="en")
    with pytest.raises(InputError) as raised:
        build_filters(settings, disabled=["similarity", "swapped"])
    said = str(raised.value)
    assert said.startswith("check 'brkf' of package broken-checks cannot be loaded: ")
    assert said.endswith("; leave it out with --no-filter brkf")
    assert "\n" not in said
    made = build_filters(settings, disabled=["similarity", "swapped", "brkf"])
    assert "brkf" not in [check.name for check in made]
    package, why = filters_of_others()["brkf"]
    assert package == "broken-checks"
    assert bool(why) == (broken != "when made")
    if why:
        assert main(["doctor"]) == 0
        line = f"broken-checks, cannot be used: {why}; leave it out with --no-filter brkf"
        assert line in capsys.readouterr().out


def test_a_check_of_another_package_takes_the_place_of_a_built_in(monkeypatch):
    from importlib.metadata import EntryPoint

    import augment.filters as module

    class Similarity:
        name = "similarity"

        def __init__(self, settings):
            self.least = settings.min_similarity

        def check(self, candidates):
            return [Finding("" if "fine" in c.text else "not fine", 0.77) for c in candidates]

    point = EntryPoint("similarity", "test_own_similarity:Similarity", "augment.filters")
    monkeypatch.setattr(module, "entry_points", lambda group: [point])
    monkeypatch.setitem(sys.modules, "test_own_similarity", type(sys)("test_own_similarity"))
    sys.modules["test_own_similarity"].Similarity = Similarity
    checks = module.build_filters(FilterSettings(language="en"))
    assert [c.name for c in checks] == list(FILTERS)
    kept, refused = FilterChain(checks).apply(
        [candidate("a good film", "one fine film"), candidate("a good film", "one nice film")]
    )
    assert (kept.similarity, refused.reason) == (0.77, "similarity")


def test_a_learner_sees_every_row_once():
    class Learner(Spy):
        def __init__(self):
            super().__init__()
            self.rows = []

        def learn(self, originals):
            self.rows += originals

    learner = Learner()
    checks = FilterChain([learner])
    assert checks.learns
    rows = [Original(n, f"text {n}", "a") for n in range(2500)]
    checks.learn(iter(rows))
    assert learner.rows == rows
    assert not FilterChain([Spy()]).learns


def test_many_candidates_are_checked_in_windows_of_fixed_size():
    class Sizes(Spy):
        def check(self, candidates):
            self.seen.append(len(candidates))
            return [PASSED] * len(candidates)

    sizes = Sizes()
    FilterChain([sizes]).apply([candidate("a", f"b {n}") for n in range(1100)])
    assert sizes.seen == [512, 512, 76]
