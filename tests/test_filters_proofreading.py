"""The real grammar programs: what they find, what they let stand, and how they fail."""

import shutil
import sys

import pytest

from augment import pipeline
from augment.filters import FilterChain, FilterSettings, build_filters, proofreaders
from augment.filters.proofreaders import PROOFREADERS, Grammalecte, LinkGrammar, proofreader
from augment.filters.proofreading import Proofreading
from augment.filters.recall import Recall, identity_of
from augment.pipeline import Pipeline
from augment.records import Candidate
from augment.store import Store

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
def test_a_program_that_dies_of_a_text_leaves_that_text_alone_unread(deadly_poison):
    bad = ("What are we going to do?", "What is we going to do?")
    told = faults("en", bad, ("This is good.", "This is poison."), bad)
    assert "broke off" in told[1].why
    assert told[0] == told[2] != ""


@english
def test_a_program_that_was_killed_once_reads_the_text_again(monkeypatch):
    real, killed = Pipeline.run, []

    def once(self, pieces):
        if not killed:
            killed.append(pieces)
            self._programs[0].kill()
        return real(self, pieces)

    monkeypatch.setattr(Pipeline, "run", once)
    assert "no parse" in faults("en", ("What are we doing?", "What is we doing?"))[0]
    assert killed


def asleep(tmp_path):
    """A program that never answers."""
    program = tmp_path / "asleep"
    program.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(60)\n")
    program.chmod(0o755)
    return Grammalecte(str(program), "0")


@pytest.fixture
def started(monkeypatch):
    """What programs were asked; none is waited for long."""
    monkeypatch.setattr(pipeline, "HUNG_AFTER_S", 0.3)
    asked = []
    real = Pipeline.run
    monkeypatch.setattr(Pipeline, "run", lambda self, of: asked.append(of) or real(self, of))
    return asked


def test_a_program_that_hangs_is_not_asked_text_by_text(tmp_path, started):
    reader = asleep(tmp_path)
    with pytest.raises(pipeline.PipelineError, match="no answer for"):
        reader.faults([(f"Oui {n}.", f"Non {n}.") for n in range(20)])
    assert len(started) < 5


def test_a_program_that_cannot_be_started_is_named():
    reader = LinkGrammar("/nowhere/link-parser", "0")
    with pytest.raises(pipeline.PipelineError, match="Link Grammar"):
        reader.faults([("Yes.", "No.")])


def test_a_program_without_a_file_to_complain_in_is_told_as_one_that_fails(monkeypatch):
    def full(*args):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(pipeline.tempfile, "TemporaryFile", full)
    with pytest.raises(pipeline.PipelineError, match="Link Grammar.*Too many open files"):
        LinkGrammar("link-parser", "0").faults([("Yes.", "No.")])


def test_a_program_that_fails_is_given_up_and_all_pass(monkeypatch, tmp_path, started):
    check = Proofreading(FilterSettings(language="de"))
    check._reader = asleep(tmp_path)
    batch = [Candidate(n, f"Oui {n}.", f"Non {n}.") for n in range(3)]
    for _ in range(2):
        assert all(found.passed and found.missed for found in check.check(batch))
    assert len(started) < 5
    [line] = check.missed()
    assert "6 texts passed unread by Grammalecte 0, which was given up (Grammalecte gave no" in line
    assert check.missed() == []


@english
def test_what_a_program_failed_at_is_not_kept_for_later_runs(monkeypatch, unknown_yet):
    settings = FilterSettings(language="en")
    asked, made = "What are we going to do?", "What is we going to do?"

    def judged(store):
        filters = build_filters(settings, disabled=["similarity"])
        chain = FilterChain(filters, settings)
        chain.recall = Recall(store, identity_of(filters, settings))
        [found] = chain.apply([Candidate(0, asked, made, by_rules=True)])
        return getattr(found, "reason", "kept"), chain.missed()

    def broken(self, pieces):
        raise pipeline.PipelineError("out\nof memory")

    with Store() as store:
        with monkeypatch.context() as patch:
            patch.setattr(Pipeline, "run", broken)
            reason, [line] = judged(store)
            assert reason == "kept"
            assert "1 text passed unread by Link Grammar 5" in line
            assert "(out of memory)" in line
        assert judged(store) == ("proofreading", [])
