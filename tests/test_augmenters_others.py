"""Methods of other packages: found by entry points, and named where they fail."""

import sys
from importlib.metadata import EntryPoint

import pandas as pd
import pytest

from augment.augmenters import (
    METHODS,
    Method,
    Order,
    check_order,
    method_names,
    open_augmenter,
)
from augment.augmenters.others import methods_of_others
from augment.cli import main
from augment.datasets.words import augment_words
from augment.errors import AugmentError, InputError
from augment.filters import FilterChain, Finding
from augment.records import Candidate, Translation


class Louder:
    """An augmenter of another package."""

    engine = identity = "louder@1"
    window, costly = 4, False

    def __init__(self, order):
        self.order = order

    def augment(self, texts, variant):
        return [Translation(text.upper() + "!" * (variant + 1)) for text in texts]

    def notes(self):
        return ()

    def close(self):
        pass


class Fewer(Louder):
    def augment(self, texts, variant):
        return super().augment(texts, variant)[:-1]


class Textless(Louder):
    def augment(self, texts, variant):
        return [Translation(None) for _ in texts]


class Failing(Louder):
    def augment(self, texts, variant):
        raise KeyError("no such word")


class Costly(Fewer):
    costly = True


def without_licence(order):
    raise RuntimeError("no licence\nkey")


METHODS_OF_OTHERS = {
    "louder": Method(Louder, "capitals", languages=frozenset({"en"})),
    "fewer": Method(Fewer, "too few"),
    "textless": Method(Textless, "no text"),
    "failing": Method(Failing, "fails"),
    "costly": Method(Costly, "too few, and stored"),
    "unlicensed": Method(without_licence, "cannot be made"),
    "partless": Method(lambda order: object(), "no augmenter"),
    "nowhere": Method("test_no_such_module:factory", "no module"),
    "number": 5,
}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A package of methods, as an installer leaves it; some of them under names that are taken."""
    about = tmp_path / "site" / "other_methods-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: other-methods\nVersion: 1.0\n")
    names = [*METHODS_OF_OTHERS, "absent"]
    lines = [f"{name} = test_own_methods:{name}" for name in names]
    (about / "entry_points.txt").write_text("\n".join(["[augment.augmenters]", *lines]) + "\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    module = type(sys)("test_own_methods")
    vars(module).update(METHODS_OF_OTHERS)
    monkeypatch.setitem(sys.modules, "test_own_methods", module)


def test_other_packages_bring_their_own(installed):
    (result,) = open_augmenter(Order("louder", "en")).augment(["quiet"], 1)
    assert result.text == "QUIET!!"
    assert method_names()[len(METHODS)] == "louder"
    with pytest.raises(InputError, match="known: .*louder"):
        check_order(Order("softer", "en"))
    with pytest.raises(InputError, match="no sense for French"):
        check_order(Order("louder", "fr"))


def test_a_method_of_another_package_takes_the_place_of_a_built_in(monkeypatch):
    point = EntryPoint("swap", "test_own_methods:louder", "augment.augmenters")
    monkeypatch.setattr("augment.augmenters.others.entry_points", lambda group: [point])
    module = type(sys)("test_own_methods")
    module.louder = METHODS_OF_OTHERS["louder"]
    monkeypatch.setitem(sys.modules, "test_own_methods", module)
    (result,) = open_augmenter(Order("swap", "en")).augment(["quiet"], 0)
    assert result.text == "QUIET!"
    assert method_names() == [*METHODS]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("number", "cannot be loaded: TypeError: .* is of type int; wanted: a Method"),
        ("absent", "cannot be loaded: AttributeError"),
        ("unlicensed", "cannot be made ready: RuntimeError: no licence key"),
        ("partless", "cannot be made ready: TypeError: object lacks engine, "),
        ("nowhere", "cannot be made ready: ModuleNotFoundError"),
    ],
)
def test_a_broken_method_is_named_with_its_package(installed, name, why):
    with pytest.raises(InputError, match=f"method '{name}' of package other-methods {why}") as told:
        open_augmenter(Order(name, "en"))
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(
        "; leave it out of --method, or mend or uninstall other-methods"
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("fewer", "ValueError: 2 texts went in, and 1 answers came out"),
        ("costly", "ValueError: 2 texts went in, and 1 answers came out"),
        ("textless", "TypeError: gave Translation.* wanted: a Translation whose text is a str"),
        ("failing", "KeyError: 'no such word'"),
    ],
)
def test_a_method_that_fails_at_its_work_is_named(installed, tmp_path, name, why):
    frame = pd.DataFrame({"text": ["a long film", "a good book"], "label": ["a", "b"]})
    options = {"method": name, "source": "en", "no_filter": "all", "balance": "none"}
    for store in ("none", str(tmp_path / "store.sqlite")):
        with pytest.raises(AugmentError, match=f"'{name}' of package other-methods failed: {why}"):
            augment_words(frame, **options, store=store)


def test_doctor_lists_them_and_says_which_cannot_be_used(installed, capsys):
    found = methods_of_others()
    assert found["louder"] == ("other-methods", "")
    assert found["number"][1].startswith("TypeError: ")
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("methods of other packages:")
    assert "  louder      other-methods" in lines[start:]
    why = f"cannot be used: {found['number'][1]}; leave it out of --method: number"
    assert f"  number      other-methods, {why}" in lines[start:]


class Raising:
    name = "raising"

    def __init__(self, findings):
        self.findings = findings

    def check(self, candidates):
        if self.findings is None:
            raise KeyError("oops")
        return self.findings


@pytest.mark.parametrize(
    ("findings", "why"),
    [(None, "KeyError: 'oops'"), ([Finding(), Finding()], "1 candidates went in, 2 findings out")],
)
def test_a_check_that_fails_at_its_work_is_named(findings, why):
    chain = FilterChain([Raising(findings)])
    with pytest.raises(AugmentError, match=rf"check 'raising' \(.*:Raising\) failed: .*{why}"):
        chain.apply([Candidate(0, "a good film", "a fine film")])
