"""The demo: who may open it, what it refuses, its examples; the page in a real browser."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("gradio", reason="Gradio is not installed (extra `demo`)")

import torch

from augment.cli import main
from augment.cli.demo import showing_text
from augment.errors import AugmentError
from augment.offline import no_network
from augment.train.demo.config import DemoConfig
from augment.train.demo.demo import demo
from augment.train.demo.examples import draw_examples
from augment.train.predictor import Predictor
from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

WORDS = ["the", "a", "film", "plot", "was", "is", "good", "bad", *map(str, range(60))]
TOKEN = "0123456789abcdef"
EVIL = "bad <img src=x onerror=\"document.title='owned'\">{{value}}${document.title='owned'}"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium and its driver; `make browser` gets them"
)
pytestmark = [
    # selenium leaves its own pipes to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A model of single texts, one of pairs, and the tables that they learnt."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("made")
    encoder = str(tiny_encoder(folder / "encoder", WORDS))
    texts = [f"the {('good', 'bad')[i % 2]} film was a plot {i // 2}" for i in range(40)]
    frame = pd.DataFrame({"text": texts, "label": [("pos", "<neg>")[i % 2] for i in range(40)]})
    options = {"device": "cpu", "precision": "fp32", "model": encoder}
    options |= {"steps": 200, "lr": 0.003, "batch_size": 8}
    train_model(frame, **options, out=folder / "single")
    train_model(frame.assign(why="is it"), **options, text="why,text", out=folder / "pairs")
    frame.to_csv(folder / "trained.csv", index=False)
    new = frame.assign(text=[f"a plot is {text}" for text in texts])
    new.loc[0, "text"] = EVIL
    new[:6].to_csv(folder / "new.csv", index=False)
    return folder


@contextmanager
def showing(model, **options):
    """Show the page in a thread; gives what `demo` says of it."""
    up, found, failed = threading.Event(), [], []

    def work():
        try:
            demo(
                model,
                when_showing=lambda one: (found.append(one), up.set()),
                **{"port": 0, "device": "cpu", **options},
            )
        except BaseException as error:
            failed.append(error)
        finally:
            up.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert up.wait(120)
    if failed:
        raise failed[0]
    try:
        yield found[0]
    finally:
        found[0].stop()
        thread.join(60)
        assert not thread.is_alive()
    assert not failed


def ask(url, path="/", body=None, *, method=None, **headers):
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
    answer = connection.getresponse()
    content = answer.read().decode()
    connection.close()
    return answer.status, content, answer.headers


class Page:
    """A page that the command line shows, in a process of its own: its guard is not ours."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "augment", "demo", *arguments, "--no-browser", "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A background job without job control (CI) starts its children with Ctrl-C ignored.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.about = json.loads(self.process.stdout.readline() or self.process.stderr.read())
        self.url = self.about["url"]


@pytest.fixture(scope="module")
def page(made):
    """The page of single texts, without a network; its command ends well and silently."""
    options = ["--port", "0", "--device", "cpu", "--offline"]
    page = Page(str(made / "single"), "--examples", str(made / "new.csv"), *options)
    try:
        yield page
        page.process.send_signal(signal.SIGINT)
        out, err = page.process.communicate(timeout=60)
    finally:
        page.process.kill()
    assert (page.process.returncode, out, err) == (0, "", "")


@pytest.fixture(scope="module")
def guarded(made):
    """The page of pairs, behind a password."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUGMENT_TOKEN", TOKEN)
        with showing(str(made / "pairs")) as found:
            yield found


def test_it_says_what_it_shows(page):
    assert page.about["labels"] == ["<neg>", "pos"]
    assert (page.about["model"], page.about["examples"]) == ("single", 6)
    assert page.about["public_url"] is None
    assert not page.about["needs_password"]
    assert page.about["pid"] == page.process.pid


def test_names_turn_nothing_around(made, renamed):
    with showing(renamed(made / "single", "a\u202eb", "c\nd")) as found:
        assert found.labels == ("a\u202eb", "c\nd")
        assert "  classes: a⟨U+202E⟩b, c␊d\n" in showing_text(found)
        page = json.loads(ask(found.url, "/config")[1])
    assert "Classes: a⟨U+202E⟩b, c␊d." in json.dumps(page, ensure_ascii=False)


def test_the_gate_lets_in_what_the_page_asks_for_and_nothing_else(page):
    status, content, headers = ask(page.url)
    assert status == 200
    assert headers["x-frame-options"] == "DENY"
    assert "single - augment demo" in content
    status, said, _ = ask(page.url, Host="evil.example")
    assert (status, "does not name this machine" in said) == (403, True)
    for path in ("/gradio_api/file=/etc/passwd", "/gradio_api/vibe-code", "/monitoring", "/docs"):
        assert ask(page.url, path)[0] == 404, path
    for path in ("/gradio_api/upload", "/gradio_api/vibe-edit", "/gradio_api/run/answer", "/"):
        assert ask(page.url, path, "{}")[0] == 404, path
    join = "/gradio_api/queue/join"
    assert ask(page.url, join, "x" * 1_048_577)[0] == 413
    assert ask(page.url, join, iter([b"{}"]))[0] == 411  # in chunks


def test_nothing_is_told_of_who_uses_it(page):
    config = json.loads(ask(page.url, "/config")[1])
    assert config["analytics_enabled"] is False
    assert config["footer_links"] == []


def test_with_a_token_the_page_asks_for_it(guarded):
    assert guarded.needs_password
    assert ask(guarded.url, "/config")[0] == 401
    assert ask(guarded.url, "/gradio_api/queue/join", "{}")[0] == 401
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    wrong = urlencode({"username": "me", "password": TOKEN[:-1]})
    assert ask(guarded.url, "/login", wrong, **form)[0] == 400
    right = urlencode({"username": "me", "password": TOKEN})
    status, _, headers = ask(guarded.url, "/login", right, **form)
    assert status == 200
    cookies = "; ".join(one.split(";")[0] for one in headers.get_all("set-cookie"))
    assert ask(guarded.url, "/config", Cookie=cookies)[0] == 200


@pytest.mark.parametrize(
    ("arguments", "token", "wanted"),
    [
        ([], None, "a model is wanted: augment demo MODEL"),
        (["nowhere"], None, "no such folder"),
        (["{encoder}"], None, "head was never trained"),
        (["{single}", "--host", "0.0.0.0"], None, "AUGMENT_TOKEN is not set"),
        (["{single}", "--share"], None, "AUGMENT_TOKEN is not set"),
        (["{single}", "--share"], "short", "at least 16"),
        (["{single}", "--share", "--offline"], TOKEN, "offline=True forbids"),
        (["{single}", "--port", "{taken}"], None, "is in use"),
        (["{single}", "--port", "70000"], None, "0 to 65535"),
        (["{single}", "--text", "text"], None, "--examples"),
        (["{single}", "--examples", "{folder}/none.csv"], None, "none.csv"),
        (["{single}", "--examples", "{folder}/new.csv", "--text", "txet"], None, "txet"),
        (["{pairs}", "--examples", "{folder}/new.csv"], None, "'why'"),
        (["{single}", "--max-tokens", "999"], None, "takes at most"),
    ],
)
def test_what_cannot_be_shown_is_one_line_and_exit_2(
    arguments, token, wanted, made, capsys, monkeypatch
):
    monkeypatch.delenv("AUGMENT_TOKEN", raising=False)
    if token:
        monkeypatch.setenv("AUGMENT_TOKEN", token)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        places = {name: made / name for name in ("encoder", "single", "pairs")}
        filled = [
            one.format(taken=taken.getsockname()[1], folder=made, **places) for one in arguments
        ]
        if "--port" not in filled:
            filled += ["--port", "0"]
        assert main(["demo", *filled, "--no-browser"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wanted in err
    assert len(err.strip().splitlines()) == 1


def test_sharing_is_told_before_it_is_tried_and_its_failure_ends_the_command(made, monkeypatch):
    monkeypatch.setenv("AUGMENT_TOKEN", TOKEN)
    said = []
    with no_network(), pytest.raises(AugmentError, match="no public address could be had") as found:
        demo(str(made / "single"), share=True, port=0, device="cpu", before_sharing=said.append)
    assert found.value.exit_code == 1
    assert "--offline" in str(found.value)  # the guard refused it: nobody was asked
    assert "goes through that service" in said[0]


def test_examples_are_of_all_classes_seeded_and_not_paraphrases(made, tmp_path):
    model = Predictor(made / "single", device="cpu")
    found = draw_examples(made / "new.csv", model, text=None, seed=0, most=4)
    assert [one.label for one in found] == ["<neg>", "pos"] * 2
    assert not any(one.seen for one in found)
    assert found == draw_examples(made / "new.csv", model, text="text", seed=0, most=4)
    others = [draw_examples(made / "new.csv", model, text=None, seed=n, most=4) for n in range(9)]
    assert any(other != found for other in others)
    frame = pd.read_csv(made / "new.csv")
    twice = pd.concat([frame.assign(aug_method="original"), frame.assign(aug_method="words:eda")])
    twice["text"] = [f"{text} {n}" for n, text in enumerate(twice["text"])]
    twice.to_csv(tmp_path / "twice.csv", index=False)
    kept = draw_examples(tmp_path / "twice.csv", model, text="text", seed=0, most=99)
    assert {one.sides[0] for one in kept} == set(twice["text"][:6])


def test_examples_that_the_model_was_trained_on_go_last_and_are_marked(made, tmp_path):
    model = Predictor(made / "single", device="cpu")
    both = pd.concat([pd.read_csv(made / name) for name in ("trained.csv", "new.csv")])
    both.to_csv(tmp_path / "both.csv", index=False)
    found = draw_examples(tmp_path / "both.csv", model, text=None, seed=0, most=8)
    assert [one.seen for one in found] == [False] * 6 + [True] * 2


def test_examples_of_a_table_without_classes_or_texts(made, tmp_path):
    model = Predictor(made / "single", device="cpu")
    pd.DataFrame({"text": ["the film", "a plot", " "]}).to_csv(tmp_path / "t.csv", index=False)
    found = draw_examples(tmp_path / "t.csv", model, text=None, seed=0)
    assert sorted(one.sides for one in found) == [("a plot",), ("the film",)]
    assert {one.label for one in found} == {""}
    pd.DataFrame({"text": [" "], "label": ["x"]}).to_csv(tmp_path / "e.csv", index=False)
    with pytest.raises(AugmentError, match="no row has a text in 'text'"):
        draw_examples(tmp_path / "e.csv", model, text="text", seed=0)


@pytest.mark.parametrize("options", [{"seed": -1}, {"max_tokens": 3}, {"model": " "}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(AugmentError, match=next(iter(options))):
        DemoConfig(**options)


class Tab:
    """What a person sees and does, and what the page asks for meanwhile."""

    def __init__(self, browser, url, first=".asked textarea"):
        from selenium.webdriver.common.by import By

        self.browser, self.by = browser, By
        browser.get("about:blank")
        for kind in ("browser", "performance"):
            browser.get_log(kind)
        browser.get(url)
        self.wait(lambda: self.all(first))

    def wait(self, test):
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.browser, 60, poll_frequency=0.1).until(lambda _: test())

    def all(self, selector):
        return self.browser.find_elements(self.by.CSS_SELECTOR, selector)

    def text(self, selector):
        return "\n".join(one.text for one in self.all(selector))

    def classify(self, *texts):
        for box, text in zip(self.all(".asked textarea"), texts, strict=True):
            box.clear()
            box.send_keys(text)
        self.all("#classify")[0].click()

    def asked_for(self):
        messages = [json.loads(one["message"])["message"] for one in self.performance()]
        return [
            urlsplit(one["params"]["request"]["url"])
            for one in messages
            if one["method"] == "Network.requestWillBeSent"
        ]

    def performance(self):
        return self.browser.get_log("performance")


@pytest.fixture(scope="module")
def chromium():
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.add_argument("--window-size=1280,1100")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()


@needs_browser
def test_a_text_in_the_browser_and_nothing_asked_of_anybody_else(chromium, page):
    tab = Tab(chromium, page.url)
    tab.classify(EVIL)
    tab.wait(lambda: tab.all("#words .mattered p"))
    assert tab.text("#words .mattered p") == EVIL
    assert not tab.all("#words img, #words script")
    assert tab.browser.title == "single - augment demo"
    assert "<neg>" in tab.text("#scores")
    assert next(one.text for one in tab.all("#words p mark.for")) == "bad"
    assert "bad" in tab.text("#words td")
    asked = tab.asked_for()
    assert len(asked) > 5
    assert {one.hostname for one in asked if one.scheme not in ("data", "blob")} == {"127.0.0.1"}
    assert tab.browser.get_log("browser") == []


@needs_browser
def test_an_example_is_answered_by_a_click_and_a_blank_text_is_not(chromium, page):
    tab = Tab(chromium, page.url)
    shown = [one for one in tab.all("button.gallery-item") if one.text.startswith("<neg>: ")]
    assert len(shown) == 3
    shown[0].click()
    tab.wait(lambda: tab.all("#words .mattered p"))
    assert tab.text("#words p") == tab.all(".asked textarea")[0].get_property("value")
    assert tab.text("#words p").startswith("a plot is the bad film")
    tab.classify("  ")
    tab.wait(lambda: "write a text first" in tab.text("body"))
    assert not tab.all("#words p")
    assert tab.text("#words .refused") == "No answer: write a text first"
    assert "Error" not in tab.text("body")


@needs_browser
def test_pairs_behind_a_password_in_the_browser(chromium, guarded):
    tab = Tab(chromium, guarded.url, first="input[type=password]")
    assert "AUGMENT_TOKEN" in tab.text("body")
    tab.all("input:not([type=password]), textarea")[0].send_keys("me")
    tab.all("input[type=password]")[0].send_keys(TOKEN)
    tab.all("button")[0].click()
    tab.wait(lambda: len(tab.all(".asked textarea")) == 2)
    tab.classify("is it", "the bad film")
    tab.wait(lambda: len(tab.all("#words .mattered p")) == 2)
    assert tab.text("#words b") == "why\ntext"
    tab.classify("is it", " ")
    tab.wait(lambda: "write a text into 'text' first" in tab.text("body"))
