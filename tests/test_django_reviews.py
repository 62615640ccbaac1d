"""The Django site: its own tests, and the whole of it in a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("django", reason="Django is not installed (extra `django`)")
pytest.importorskip("whitenoise", reason="WhiteNoise is not installed (extra `django`)")
pytest.importorskip("torch")

import augment
from augment.train.testing import tiny_encoder

SITE = Path(__file__).resolve().parents[1] / "examples" / "django_reviews"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")


def environment(folder, **more):
    """Keep database and secret in a folder of the test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REVIEWS_")}
    return {**kept, "REVIEWS_DATA": str(folder), "PYTHONUNBUFFERED": "1", **more}


def manage(folder, *words, **more):
    return subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:reviews", SITE / "manage.py", *words],
        capture_output=True,
        text=True,
        env=environment(folder, **more),
    )


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model that has learned one word for the best and one for the worst rating."""
    folder = tmp_path_factory.mktemp("ratings")
    texts = [
        (f"{article} {word} film {n}", stars)
        for n in range(8)
        for article in ("", "an")
        for word, stars in PAIRS
    ]
    encoder = tiny_encoder(folder / "encoder", ["awful", "perfect", "film"])
    frame = pd.DataFrame(texts, columns=["text", "rating"])
    options = {"steps": 100, "lr": 0.003, "device": "cpu"}
    augment.train_model(frame, out=folder / "model", model=str(encoder), **options)
    return folder / "model"


PAIRS = (("awful", "1"), ("perfect", "10"))


@pytest.fixture(scope="module")
def site(model, tmp_path_factory):
    """Start the site as a user does; gives its address."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, SITE / "manage.py", "demo", str(model), "--port", str(port)],
            env=environment(folder),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    while True:
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(address, timeout=5).close()
            break
        except urllib.error.URLError:
            pass
    yield address
    process.terminate()
    process.wait()
    assert "perfect" not in log.read_text()  # no text of a visitor in the log


def test_the_tests_of_the_site_pass(tmp_path):
    done = manage(tmp_path, "test", "reviews")
    assert done.returncode == 0, done.stderr
    assert "Ran 19 tests" in done.stderr
    assert "OK" in done.stderr


def test_it_is_ready_to_stand_behind_https(tmp_path):
    done = manage(tmp_path, "check", "--deploy", REVIEWS_HTTPS="1")
    found = [line for line in done.stderr.splitlines() if line.startswith("?:")]
    # HSTS for subdomains and for the browsers' list is the decision of whoever owns the domain.
    assert {line.split()[1] for line in found} <= {"(security.W005)", "(security.W021)"}
    assert (tmp_path / "secret_key").is_file()


def test_a_folder_that_is_no_model_is_one_line(tmp_path):
    done = manage(tmp_path, "demo", str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: ")
    assert len(done.stderr.splitlines()) == 1
    assert str(tmp_path) in done.stderr


def test_strangers_are_refused(site):
    def status(headers):
        try:
            with urllib.request.urlopen(urllib.request.Request(site, headers=headers)) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    assert status({}) == 200
    assert status({"Host": "evil.test"}) == 400


@pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no Chromium and its driver; `make browser` gets them"
)
# selenium leaves its own pipes to the garbage collector
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_visitor_rates_a_review(site):
    selenium = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    options = selenium.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=400,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = selenium.Chrome(options=options, service=selenium.ChromeService(DRIVER))
    try:

        def ask(text):
            browser.get(site)
            browser.find_element(By.NAME, "text").send_keys(text)
            browser.find_element(By.CSS_SELECTOR, "main form button").click()
            WebDriverWait(browser, 60).until(lambda b: "/reviews/" in b.current_url)
            return [browser.find_element(By.ID, part).text for part in ("stars", "sentiment")]

        assert ask("a perfect film <b onmouseover=alert(1)>now</b>") == ["10", "positive"]
        quote = browser.find_element(By.TAG_NAME, "blockquote")
        assert quote.text == "a perfect film <b onmouseover=alert(1)>now</b>"
        assert not quote.find_elements(By.TAG_NAME, "b")
        assert ask("an awful film") == ["1", "negative"]
        # Nothing hangs over the edge of a telephone, and the style sheet has been applied.
        wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert browser.execute_script(wide) == 0
        big = browser.find_element(By.ID, "stars").value_of_css_property("font-size")
        assert float(big.removesuffix("px")) > 40

        def listed(count):
            found = (By.CSS_SELECTOR, ".list li")
            WebDriverWait(browser, 60).until(lambda b: len(b.find_elements(*found)) == count)
            return browser.find_elements(*found)

        browser.find_element(By.LINK_TEXT, "History").click()
        rows = listed(2)
        assert [row.text.split("/")[0] for row in rows] == ["1", "10"]
        rows[0].find_element(By.TAG_NAME, "a").click()
        button = (By.CSS_SELECTOR, ".actions button")
        WebDriverWait(browser, 60).until(lambda b: b.find_elements(*button))
        browser.find_element(*button).click()
        listed(1)
        assert browser.get_log("browser") == []  # the policy stops nothing of the site's own
    finally:
        browser.quit()
