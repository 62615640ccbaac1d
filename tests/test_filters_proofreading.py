"""The real grammar programs: what they find, what they let stand, and how they fail."""

import shutil
import sys

import pytest

from augment import pipeline
from augment.filters import FilterChain, FilterSettings, build_filters, proofreaders
from augment.filters.proofreaders import PROOFREADERS, Grammalecte, LinkGrammar, proofreader
from augment.filters.proofreading import Proofreading
from augment.filters.recall import identity_of
from augment.pipeline import Pipeline
from augment.records import Candidate

french = pytest.mark.skipif(
    shutil.which("grammalecte-cli") is None, reason="no Grammalecte (make proofreaders)"
)
english = pytest.mark.skipif(
    shutil.which("link-parser") is None, reason="no Link Grammar (make proofreaders)"
)


@pytest.fixture
def unknown_yet():
    """Programs are looked for anew, before and after."""
    ended()
    yield
    ended()


def ended():
    for language in PROOFREADERS:
        if (reader := proofreader(language)) is not None:
            reader.close()
    proofreader.cache_clear()


def faults(language, *pairs):
    return proofreader(language).faults(pairs)


@french
@pytest.mark.parametrize(
    ("original", "text", "told"),
    [
        ("Ce sont ceux qui voient un OVNI.", "Ce sont ceux que voient un OVNI.", "conjugation"),
        ("Il faut gagner à tout prix.", "Il faut gagner à toute prix.", "agreement"),
        ("Il parle d'eau.", "Il parle de eau.", "elision"),
        ("Toi et moi sommes ici.", "Tu et moi sommes ici.", "another word is meant"),
        ("Il pilote en pleine campagne.", "Il pilote en résidée campagne.", "'résidée' is no"),
        ("Je suis là.\nIl sera parti.", "Je suis là.\nIl sera aller.", "participle"),
        ("Par qui est-il acheminé ?", "Par qui est-acheminé ?", "words joined"),
        ("Il dort.", "Il dort dort.", "said twice"),
    ],
)
def test_faults_of_french_are_told(original, text, told):
    assert told in faults("fr", (original, text))[0]


@french
@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("Il a gagné à toute prix.", "Il a vaincu à toute prix."),  # the original has it too
        ("Le film est bon.", "« Le film est bon »,dit-il : c'est  vrai !"),  # typography alone
        ("La ligue a suspendu sa saison.", "La National Basketball a suspendu sa saison."),
        ("Le zorblat est ici.", "Le zorblat se trouve ici."),  # a word that the original has
        ("Les Zorblâts sont ici.", "Les zorblats et la zorblate sont ici."),
        ("Il vit à Milan.", "Il habite à Milà."),  # a name: other checks look at those
        ("Le pilote dort.", "Le co-pilote dort."),
        ("Il aime les îles.", "Il aime Hawaii down Under."),
        ("", ""),
        ("Un\0deux.", "Un\0 deux."),
    ],
)
def test_what_is_no_new_fault_of_french_passes(original, text):
    assert faults("fr", (original, text)) == [""]


@english
@pytest.mark.parametrize(
    ("original", "text", "told"),
    [
        ("What are we going to do?", "What is we going to do?", "fit into no parse"),
        ("They decide to spend a night.", "They decide spend a night.", "fit into no parse"),
        ("I saw a house. It was old.", "I saw a house. It were of old.", "parse"),
        (
            "Bathsheba agrees to consider his offer.",
            "Bathsheba agree to consider his offer.",
            "strange",
        ),
    ],
)
def test_faults_of_english_are_told(original, text, told):
    assert told in faults("en", (original, text))[0]


@english
@pytest.mark.parametrize(
    ("original", "text"),
    [
        ("We saw a good film.", "We saw a fine film."),
        ("Gibberish blorp the of.", "Gibberish blorp the off."),  # as bad as before
        ("", "..."),
        ("word " * 60, "words " * 60),  # too long to be parsed
    ],
)
def test_what_is_no_new_fault_of_english_passes(original, text):
    assert faults("en", (original, text)) == [""]


@english
def test_no_text_is_a_command_to_the_parser(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("What is we doing?")
    hostile = [
        f"!file={secret}",
        "!!dog",
        "!quit",
        "!width=77",
        "%",
        "a\n!quit\nb",
        "a\u2028!exit",
        "*I is.",
        "width set to 1000",
        "/",
    ]
    pairs = [(text, text) for text in hostile]
    bad = ("What are we going to do?", "What is we going to do?")
    told = faults("en", *pairs, bad)
    assert told[:-1] == [""] * len(pairs)
    assert "no parse" in told[-1]


@english
@french
def test_findings_do_not_depend_on_order_or_batch():
    pairs = {
        "en": [
            ("What are we going to do?", "What is we going to do?"),
            ("I laughed.", "I did laugh."),
            ("He agrees to consider it.", "He agree to consider it."),
        ],
        "fr": [
            ("Il faut gagner à tout prix.", "Il faut gagner à toute prix."),
            ("Il est là.", "Il est ici."),
        ],
    }
    for language, of in pairs.items():
        alone = [faults(language, pair)[0] for pair in of]
        assert faults(language, *reversed(of)) == alone[::-1]


@english
def test_english_is_proofread_only_where_rules_made_it():
    check = Proofreading(FilterSettings(language="en"))
    asked, made = "What are we going to do?", "What is we going to do?"
    free, by_rules = check.check(
        [Candidate(0, asked, made), Candidate(0, asked, made, by_rules=True)]
    )
    assert free.passed
    assert by_rules.detail.startswith("Link Grammar 5.")


@french
def test_french_is_proofread_whoever_made_it():
    check = Proofreading(FilterSettings(language="fr"))
    [found] = check.check([Candidate(0, "à tout prix", "à toute prix")])
    assert found.detail.startswith("Grammalecte 2.")
    assert check.notes() == []


@pytest.mark.parametrize(("language", "line"), [("fr", "grammalecte-cli"), ("en", "link-grammar")])
def test_without_a_program_all_pass_and_it_is_told(monkeypatch, unknown_yet, language, line):
    monkeypatch.setattr(proofreaders.shutil, "which", lambda name: None)
    check = Proofreading(FilterSettings(language=language))
    [found] = check.check([Candidate(0, "à tout prix", "à toute prix", by_rules=True)])
    assert found.passed
    [note] = check.notes()
    assert line in note


def test_languages_without_a_program_have_nothing_to_tell(unknown_yet):
    check = Proofreading(FilterSettings(language="es"))
    assert check.check([Candidate(0, "uno", "dos")])[0].passed
    assert check.notes() == []


@french
def test_the_manifest_and_the_findings_kept_name_the_program(monkeypatch, unknown_yet):
    settings = FilterSettings(language="fr")
    filters = build_filters(settings, disabled=["similarity", "swapped"])
    described = FilterChain(filters, settings).describe()
    assert described["proofreading"]["program"].startswith("Grammalecte 2.")
    with_it = identity_of(filters, settings)
    ended()
    monkeypatch.setattr(proofreaders.shutil, "which", lambda name: None)
    without = build_filters(settings, disabled=["similarity", "swapped"])
    assert identity_of(without, settings) != with_it


@english
def test_a_program_that_dies_of_a_text_costs_that_text_only(deadly_poison):
    bad = ("What are we going to do?", "What is we going to do?")
    told = faults("en", bad, ("This is good.", "This is poison."), bad)
    assert "broke off" in told[1]
    assert told[0] == told[2] != ""


@french
def test_a_program_that_hangs_is_given_up(monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline, "HUNG_AFTER_S", 0.3)
    asleep = tmp_path / "asleep"
    asleep.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    asleep.chmod(0o755)
    reader = Grammalecte(str(asleep), "0")
    assert "no answer for" in reader.faults([("Oui.", "Non.")])[0]
    started = []
    real = Pipeline.run
    monkeypatch.setattr(Pipeline, "run", lambda self, of: started.append(of) or real(self, of))
    told = reader.faults([(f"Oui {n}.", f"Non {n}.") for n in range(20)])
    assert all("no answer for" in one for one in told)
    assert len(started) < 15  # and not once for every half of them


def test_a_program_that_cannot_be_started_is_named():
    reader = LinkGrammar("/nowhere/link-parser", "0")
    assert "Link Grammar" in reader.faults([("Yes.", "No.")])[0]
