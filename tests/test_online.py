"""The services of deep-translator: dialects, keys, languages, limits, and what users get wrong."""

import json
import logging
import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import replace

import pytest

from augment.cli import main
from augment.errors import InputError, PairError, TranslatorError
from augment.store import text_key
from augment.testing_server import TranslationServer
from augment.translators import ENGINES, load_engine
from augment.translators.line import REFUSED_IN_A_ROW, Line
from augment.translators.online import OnlineEngine
from augment.translators.services import SERVICES, Limits, longest_piece, server_url

pytest.importorskip("deep_translator")

FAST = Limits(connect_s=1.0, total_s=2.0, attempts=2, backoff_s=0.005, failures_in_a_row=3)
SECRET = "s3cret-/k&y"
#: service -> (name of its address in the library, path at the server)
ADDRESSES = {
    "google": ("GOOGLE_TRANSLATE", "m"),
    "deepl": ("DEEPL", "{version}/"),
    "microsoft": ("MICROSOFT_TRANSLATE", "ms/translate?api-version=3.0"),
    "libre": ("LIBRE", ""),
    "mymemory": ("MYMEMORY", "get"),
    "yandex": ("YANDEX", "api/{version}/tr.json/{endpoint}"),
    "papago": ("PAPAGO_API", "v1/papago/n2mt"),
    "baidu": ("BAIDU", "api/trans/vip/translate"),
    "tencent": ("", ""),
    "qcri": ("QCRI", "api/v1/{endpoint}?"),
    "chatgpt": ("", "v1"),
}


@pytest.fixture
def keys(monkeypatch):
    for service in SERVICES.values():
        for names in (*service.keys.values(), *service.settings.values()):
            for name in names:
                monkeypatch.delenv(name, raising=False)
        for names in service.keys.values():
            monkeypatch.setenv(names[0], SECRET)


def at_server(name, server, monkeypatch):
    """An engine whose library was pointed at a server by its own tables of addresses."""
    from deep_translator.constants import BASE_URLS

    entry, path = ADDRESSES[name]
    if entry:
        monkeypatch.setitem(BASE_URLS, entry, server.url + path)
    if name == "chatgpt":
        openai = pytest.importorskip("openai")
        monkeypatch.setattr(openai, "api_base", server.url + path)
        monkeypatch.setattr(openai, "requestssession", None)
    monkeypatch.setattr("augment.translators.tencent.Tencent.url", server.url)
    if name == "microsoft":  # the address of its languages stands in the library's code
        from augment.translators.transport import Transport

        real = Transport.request
        there = f"{server.url}ms/languages"
        monkeypatch.setattr(
            Transport,
            "request",
            lambda self, method, url, **options: real(
                self, method, there if "/languages" in url else url, **options
            ),
        )
    engine = OnlineEngine(name, limits=FAST)
    engine.line._spacing = 0.0  # no need to go easy on this one
    return engine


def test_all_services_are_registered():
    assert set(ADDRESSES) == set(SERVICES)
    assert set(SERVICES) <= set(ENGINES)
    for name in SERVICES:
        assert load_engine(name).name == name
        assert load_engine(name).host
        assert load_engine(name).pairs() is None


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_translates_and_tells_nobody_its_key(name, keys, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    with TranslationServer(lambda source, target, text: f"{source}>{target}: {text}") as server:
        translator = at_server(name, server, monkeypatch).open("en", "es")
        (done,) = translator.translate(["It's 5 o'clock & the café is open."])
        translator.close()
    source, _, rest = done.text.partition(">")
    assert rest.partition(": ")[2] == "It's 5 o'clock & the café is open.", done
    assert rest.lower().startswith(("es", "spa"))
    assert name == "chatgpt" or source.lower().startswith("en")
    assert translator.identity.startswith(f"{name}")
    assert "en-es@deep-translator-1.11.4" in translator.identity
    shown = translator.identity + caplog.text
    assert SECRET not in shown
    assert "s3cret" not in shown
    assert "café" not in caplog.text
    assert "caf%C3" not in caplog.text
    if name != "qcri":  # which has no other place for it than the address, over TLS
        assert not any("s3cret" in one.address for one in server.seen)
    if name == "deepl":
        assert server.seen[0].headers["Authorization"] == f"DeepL-Auth-Key {SECRET}"


@pytest.mark.parametrize("name", SERVICES)
def test_a_missing_key_names_its_variable(name, keys, monkeypatch):
    for names in SERVICES[name].keys.values():
        monkeypatch.delenv(names[0])
        with pytest.raises(InputError, match=f"{name} needs a key.*{names[0]}"):
            load_engine(name).open("en", "es")
        monkeypatch.setenv(names[0], SECRET)


@pytest.mark.parametrize("name", [one for one in SERVICES if one != "microsoft"])
@pytest.mark.parametrize("behaviour", ["403", "500", "html", "reset"])
def test_errors_hold_no_key_and_no_text(name, behaviour, keys, monkeypatch):
    with TranslationServer(schedule=lambda text: behaviour) as server:
        translator = at_server(name, server, monkeypatch).open("en", "es")
        with pytest.raises(TranslatorError) as raised:
            for _ in range(4):
                results = translator.translate(["A private sentence."] * translator.window)
                assert all(one.error and "s3cret" not in one.error for one in results)
                assert not any("private" in one.error for one in results)
        translator.close()
    assert "s3cret" not in str(raised.value)
    assert "private" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_free_deepl_keys_go_to_their_own_host(monkeypatch):
    monkeypatch.setenv("DEEPL_API_KEY", "abc:fx")
    assert load_engine("deepl").host == "api-free.deepl.com"
    monkeypatch.setenv("DEEPL_API_KEY", "abc")
    assert load_engine("deepl").host == "api.deepl.com"


@pytest.mark.parametrize(
    ("name", "code", "wanted"),
    [
        ("google", "zh", "zh-CN"),
        ("google", "he", "iw"),
        ("mymemory", "ca", "ca-ES"),
        ("mymemory", "en", "en-GB"),
        ("baidu", "fr", "fra"),
        ("baidu", "ja", "jp"),
        ("papago", "zh", "zh-CN"),
        ("deepl", "pt", "pt"),
    ],
)
def test_languages_are_spelt_as_the_service_does(name, code, wanted):
    from augment.translators.clients import find_code, language_codes

    assert find_code(name, code, language_codes(name, SERVICES[name])) == wanted


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("deepl", "ca", r"deepl does not have Catalan .ca.; it has bg, cs, .*uk, zh"),
        ("google", "oc", r"google does not have Occitan .*closest of its 133 languages: "),
        ("tencent", "eo", "tencent does not have Esperanto"),
        ("qcri", "fr", "it has ar, en, es"),
    ],
)
def test_a_language_that_a_service_lacks(name, code, message, keys):
    assert message[:8] in load_engine(name).lacks("en", code)
    with pytest.raises(PairError, match=message):
        load_engine(name).open("en", code)


def test_texts_are_cut_to_what_a_request_takes_and_line_breaks_stay_here(keys, monkeypatch):
    text = "Une très longue phrase, déjà écrite. " * 60 + "\n\nFin du texte."
    with TranslationServer(lambda source, target, text: text.upper()) as server:
        translator = at_server("mymemory", server, monkeypatch).open("fr", "es")
        (done,) = translator.translate([text])
        translator.close()
        assert done.text == text.upper()
        asked = [one.parameters["q"] for one in server.seen]
        assert max(map(len, asked)) <= longest_piece(SERVICES["mymemory"], text)
        assert max(len(one.encode()) for one in asked) <= 500
        assert not any("\n" in one for one in asked)


def test_a_word_that_no_request_takes_is_reported(keys, monkeypatch):
    with TranslationServer() as server:
        translator = at_server("mymemory", server, monkeypatch).open("en", "es")
        (done,) = translator.translate(["x" * 900])
        translator.close()
    assert "a word of 900 letters" in done.error
    assert not server.seen


def test_the_pace_is_kept_over_all_directions():
    with TranslationServer(languages=["en", "es"]) as server:
        engine = OnlineEngine("libre", url=server.url, limits=FAST)
        engine.line._spacing = 0.05
        there, back = engine.open("en", "es"), engine.open("es", "en")
        start = time.monotonic()
        there.translate(["One sentence of words.", "Another one of them."])
        back.translate(["Una frase de palabras."])
        assert time.monotonic() - start >= 0.05 * (len(server.seen) - 1)
        there.close()
        back.close()


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("localhost:5000", "wanted: the address of a server"),
        ("ftp://a", "wanted: the address"),
        ("http://", "wanted: the address"),
        ("http://host:port", "wanted: the address"),
        ("", "wanted: the address"),
        ("http://me:word@host/", "without user, password"),
        ("http://host/?api_key=abc", "LIBRE_API_KEY"),
    ],
)
def test_addresses_that_are_none(url, wanted):
    with pytest.raises(InputError, match=wanted) as raised:
        server_url(url)
    assert "word" not in str(raised.value).replace("password", "")
    assert "abc" not in str(raised.value)


def test_no_service_is_asked_in_clear():
    from deep_translator.constants import BASE_URLS

    from augment.translators.clients import adapt
    from augment.translators.tencent import Tencent

    assert Tencent.url.startswith("https://")
    for name in SERVICES:
        if not (entry := ADDRESSES[name][0]):
            continue
        url, change = BASE_URLS[entry], adapt(name)
        if change is not None:
            _, url, _ = change("GET", url, {"params": {"auth_key": "k"}})
        assert url.startswith("https://"), name


def test_an_own_server_elsewhere_is_warned_of_when_others_can_read_along(here, monkeypatch):
    from augment.datasets.augmentation.pivots import Pivots
    from augment.datasets.augmentation.recipe import BacktranslateConfig

    for url, warned in (
        ("http://127.0.0.1:5000", False),
        ("https://translate.example.org", False),
        ("http://10.0.0.8:5000", True),
    ):
        recipe = BacktranslateConfig(translator="libre", url=url, pivot=("es", "fr"))
        lines = list(Pivots(recipe, "en", None).leaving(1000))
        assert "characters go to" in lines[0]
        assert (
            lines[1:]
            == [
                f"warning: {url} is not encrypted: whoever stands between reads the texts and the "
                "key; use https"
            ]
            * warned
        )


def csv(folder, rows=9):
    names = ["house", "garden", "film", "book", "train", "river", "town", "bridge", "forest"]
    lines = [
        f"I saw the old {names[n % 9]} number {n + 10} and it was very good.,{'ab'[n % 3 == 0]}\n"
        for n in range(rows)
    ]
    (folder / "in.csv").write_text("text,label\n" + "".join(lines))
    return ["backtranslate", "in.csv", "--source", "English", "--no-filter", "all", "--json"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("augment.translators.online.Limits", lambda: replace(FAST, attempts=4))
    return tmp_path


def test_an_own_server_does_the_whole_job_and_a_second_run_asks_nothing(here, capsys, monkeypatch):
    import pandas as pd

    arguments = csv(here)
    monkeypatch.setenv("LIBRE_API_KEY", SECRET)
    with TranslationServer(schedule=["ok"] * 9 + ["reset", "500", "html"]) as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "Spanish,ca"]
        assert main([*arguments, *own]) == 0
        out, err = capsys.readouterr()
        host = server.url.removeprefix("http://").rstrip("/")
        ways = "the way there and the way back; the first 4 texts of each way twice"
        assert f"characters go to {host} (pivot es, ca; {ways})" in err
        frame = pd.read_csv("in.augmented.csv")
        new = frame[frame["aug_method"] == "backtranslation"]
        assert len(new) == 3
        assert set(new["aug_engine"]) == {"libre"}
        # The double's round trip exchanges the first two words; a capital stays in front.
        for _, row in new.iterrows():
            first, second, *rest = row["text"].split(" ")
            original = frame["text"][row["aug_source_id"]]
            assert row["text"][0].isupper()
            assert " ".join([second, first, *rest]).lower() == original.lower()
        manifest = json.loads(out)
        assert manifest["pivots"]["es"]["translators"][0].startswith(f"libre[{host}]:en-es@")
        everything = out + err + "".join(p.read_text() for p in here.glob("in.augmented*"))
        assert "s3cret" not in everything
        assert b"s3cret" not in (here / ".augment" / "store.sqlite").read_bytes()
        asked = len(server.seen)
        before = (here / "in.augmented.csv").read_bytes()
        assert main([*arguments, *own, "--force"]) == 0
        assert len(server.seen) == asked
        assert (here / "in.augmented.csv").read_bytes() == before


def test_a_server_that_goes_away_leaves_what_it_delivered(here, capsys):
    arguments = [*csv(here, rows=27), "--balance", "none"]
    schedule = iter(["ok"] * 16)
    with TranslationServer(schedule=lambda text: next(schedule, "reset")) as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "es"]
        assert main([*arguments, *own]) == 1
        said = capsys.readouterr().err.strip().splitlines()[-1]
        assert "is given up: 3 texts in a row failed, the last one: it broke the connection" in said
        assert "run the same command to go on" in said
        with closing(sqlite3.connect(here / ".augment" / "store.sqlite")) as db:
            delivered = {key for (key,) in db.execute("SELECT source FROM translation")}
        assert len(delivered) >= 4
        server._next = lambda text: "ok"
        server.seen.clear()
        assert main([*arguments, *own]) == 0
        assert delivered.isdisjoint(text_key(one.parameters["q"]) for one in server.seen)


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (["--translator", "gogle"], ["'gogle'", "did you mean 'google'", "chatgpt"]),
        (["--translator", "google,google"], ["'google' twice"]),
        (["--translator", ","], ["wanted: auto"]),
        (["--translator", "deepl"], ["DEEPL_API_KEY"]),
        (["--translator", "baidu"], ["BAIDU_APPID", "BAIDU_APPKEY"]),
        (["--translator", "google", "--url", "http://127.0.0.1:1"], ["'libre'", "google", "none"]),
        (["--url", "http://127.0.0.1:1"], ["'libre'", "auto takes none"]),
        (["--translator", "libre", "--url", "5000"], ["'5000'", "http://127.0.0.1:5000"]),
        (["--translator", "google", "--offline"], ["--offline", "translate.google.com"]),
        (
            ["--translator", "qcri", "--pivot", "French"],
            ["qcri does not have French", "ar, en, es"],
        ),
        (["--translator", "google", "--pivot", "Frensh"], ["'Frensh'", "fr (French)"]),
    ],
)
def test_bad_input(options, wanted, here, capsys, monkeypatch):
    for name in ("DEEPL_API_KEY", "BAIDU_APPID", "BAIDU_APPKEY"):
        monkeypatch.delenv(name, raising=False)
    pivot = [] if "--pivot" in options else ["--pivot", "es"]
    assert main([*csv(here), *pivot, *options]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert all(part in last for part in wanted), last
    assert not list(here.glob("in.augmented*"))


def test_a_server_that_is_not_started(here, capsys):
    own = ["--translator", "libre", "--url", "http://127.0.0.1:9", "--pivot", "es"]
    assert main([*csv(here), *own]) == 1
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "127.0.0.1:9 is given up: it refused the connection" in last
    assert "libretranslate --port 5000" in last


def test_no_more_is_sent_than_announced(here, capsys):
    texts = [f"The {word} at the corner was closed {word}." for word in "abcdefghijkl"]
    (here / "in.csv").write_text("text\n" + "\n".join(texts) + "\n")
    with TranslationServer(lambda source, target, text: text) as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "es", "--no-filter", "all"]
        assert main(["backtranslate", "in.csv", "--source", "en", *own]) == 0
        sent = sum(len(one.parameters["q"]) for one in server.seen)
    line = next(one for one in capsys.readouterr().err.splitlines() if "characters go to" in one)
    announced = int(line.split()[3].replace(",", ""))
    twice = int(line.partition("the first ")[2].split()[0])
    assert announced < sent <= announced + 2 * twice * len(texts[0]), line


def test_nothing_is_written_or_announced_without_a_key(here, capsys, monkeypatch):
    monkeypatch.delenv("DEEPL_API_KEY", raising=False)
    arguments = csv(here)
    assert main([*arguments, "--pivot", "es", "--translator", "deepl"]) == 2
    assert "characters go to" not in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["in.csv"]


def test_a_server_is_not_needed_for_what_is_in_the_store(here, capsys):
    with TranslationServer() as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "es"]
        assert main([*csv(here), *own]) == 0
    before = (here / "in.augmented.csv").read_bytes()
    assert main([*csv(here), *own, "--force"]) == 0
    assert (here / "in.augmented.csv").read_bytes() == before


def test_a_language_that_an_own_server_lacks(here, capsys):
    with TranslationServer(languages=["en", "es"]) as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "fr"]
        assert main([*csv(here), *own]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert "does not translate en → fr" in last
    assert "its languages: en, es" in last


@pytest.mark.skipif(shutil.which("lt-proc") is None, reason="Apertium is not installed")
def test_local_first_and_a_service_behind_it(here, capsys, monkeypatch):
    monkeypatch.setattr(
        "augment.translators.apertium.Apertium.pairs", lambda self: frozenset({("en", "es")})
    )
    with TranslationServer() as server:
        own = ["--translator", "apertium,libre", "--url", server.url, "--pivot", "es"]
        assert main([*csv(here), *own]) == 0
        err = capsys.readouterr().err
        assert "pivot es: en → es → en (en → es apertium, else libre; es → en libre)" in err
        assert server.seen
        assert {one.parameters["source"] for one in server.seen} == {"es"}
    import pandas as pd

    new = pd.read_csv("in.augmented.csv").query("aug_method == 'backtranslation'")
    assert set(new["aug_engine"]) == {"apertium+libre"}


def test_a_service_that_refuses_texts_is_at_work():
    line = Line(FAST)
    for n in range(REFUSED_IN_A_ROW - 1):
        line.failed(f"HTTP 400 of text {n}", of_text=True)
    assert not line.given_up
    line.delivered()
    for n in range(REFUSED_IN_A_ROW):
        assert not line.given_up
        line.failed(f"HTTP 400 of text {n}", of_text=True)
    assert line.given_up.startswith(f"{REFUSED_IN_A_ROW} texts in a row failed")
    line = Line(FAST)
    for _ in range(FAST.failures_in_a_row):
        line.failed("a fault on its side")
    assert line.given_up
    line = Line(FAST)
    for n in range(3 * REFUSED_IN_A_ROW):  # a few texts, refused for every variant and pivot
        line.failed("HTTP 400", text=f"text {n % 7}", of_text=True)
    assert not line.given_up
    line = Line(FAST)
    for n in range(REFUSED_IN_A_ROW):  # nothing comes, for reasons that take turns
        assert not line.given_up
        line.failed("a fault on its side", of_text=n % 2 == 0)
    assert line.given_up


def test_texts_that_a_service_gives_nothing_for_do_not_end_the_run(here, capsys):
    """They are neighbours, and stand in no store: every further run would meet them first."""
    import pandas as pd

    arguments = [*csv(here, rows=27), "--balance", "none"]
    refused = {f"number {n + 10} " for n in range(8, 16)}

    def schedule(text):
        return "empty" if any(number in text for number in refused) else "ok"

    with TranslationServer(schedule=schedule) as server:
        own = ["--translator", "libre", "--url", server.url, "--pivot", "es"]
        assert main([*arguments, *own]) == 0, capsys.readouterr().err
    failed = pd.read_csv("in.augmented.rejected.csv").query("reason == 'failed'")
    assert {*failed["aug_source_id"]} == {*range(8, 16)}
    assert set(failed["detail"].str.partition(": ")[2]) == {"it answered with nothing"}


@pytest.mark.parametrize("name", [one for one in SERVICES if one not in ("google", "microsoft")])
def test_every_service_may_have_nothing_for_a_text(name, keys, monkeypatch):
    with TranslationServer(schedule=lambda text: "empty" if "x" in text else "ok") as server:
        translator = at_server(name, server, monkeypatch).open("en", "es")
        for n in range(5):
            done = translator.translate(
                [f"It is an extra {n * k}." for k in range(translator.window)]
            )
            assert {one.error.partition(": ")[2] for one in done} == {"it answered with nothing"}
        translator.close()
    assert not translator.line.given_up
