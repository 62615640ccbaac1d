import pytest

from augment.errors import InputError, TranslatorError
from augment.offline import OfflineError, no_network
from augment.translators import ENGINES, load_engine
from augment.translators.online import FAILURES_IN_A_ROW, SERVICES, OnlineTranslator

ONLINE = sorted(SERVICES)


class Client:
    def __init__(self, answer):
        self.answer = answer
        self.seen = []

    def translate(self, text):
        self.seen.append(text)
        return self.answer(text)


def translator(answer, service="google"):
    return OnlineTranslator(Client(answer), "google:en-fr@test", SERVICES[service])


@pytest.mark.parametrize("name", ONLINE)
def test_every_service_opens_once_its_keys_are_set(name, monkeypatch):
    pytest.importorskip("deep_translator")
    engine = load_engine(name)
    assert engine.host
    assert engine.pairs() is None
    keys = SERVICES[name].keys.values()
    for variable in keys:
        monkeypatch.delenv(variable, raising=False)
    for variable in keys:
        with pytest.raises(InputError, match=variable):
            engine.open("en", "fr")
        monkeypatch.setenv(variable, "secret-key")
    if name == "microsoft":  # asks its server for the languages at once
        with no_network(), pytest.raises((TranslatorError, OfflineError)):
            engine.open("en", "es")
        return
    opened = engine.open("en", "es")
    assert "secret-key" not in opened.identity
    assert opened.identity.startswith(f"{name}:en-es@")


def test_all_services_are_registered():
    assert set(ONLINE) <= set(ENGINES)


def test_line_breaks_never_reach_the_service():
    online = translator(str.upper)
    (done,) = online.translate(["one\n\ntwo<br />3\n"])
    assert done.text == "ONE\n\nTWO<br />3\n"
    assert online.client.seen == ["one", "two"]


def test_long_texts_are_cut_to_the_limit():
    online = translator(str.upper, "mymemory")
    text = "A sentence of some words. " * 100
    (done,) = online.translate([text])
    assert done.text == text.upper()
    assert max(map(len, online.client.seen)) <= SERVICES["mymemory"].max_chars


@pytest.mark.parametrize("answer", [None, "", "  "])
def test_an_answer_of_nothing_is_a_failure(answer):
    (done,) = translator(lambda text: answer).translate(["one"])
    assert "answered with nothing" in done.error
    assert done.text == ""


def test_a_service_that_is_out_of_reach_stops_the_run_after_delivering():
    def gone(text):
        if text == "good":
            return "bon"
        raise ConnectionError("refused")

    online = translator(gone)
    bad = ["bad"] * FAILURES_IN_A_ROW
    results = online.translate(["good", *bad, "good"])
    assert results[0].text == "bon"
    assert [bool(done.error) for done in results[1:]] == [True] * (len(bad) + 1)
    with pytest.raises(TranslatorError, match="run the same command later"):
        online.translate(["good"])


def test_one_failure_does_not_stop_the_run():
    answers = iter([ConnectionError("x"), "un", ConnectionError("y"), "deux"] * 5)

    def flaky(text):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    results = translator(flaky).translate(["a"] * 20)
    assert sum(bool(done.error) for done in results) == 10
