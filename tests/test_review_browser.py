"""The review page in a real browser: keys, filters, two tabs, hostile texts, a lost server."""

import json
import shutil
import signal
import subprocess
import sys
import threading

import pytest

pytest.importorskip("selenium", reason="selenium is not installed (extra `dev`)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="no Chromium and its driver; `make browser` gets them"
    ),
    # selenium leaves its own pipes to the garbage collector
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

from selenium import webdriver  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402
from selenium.webdriver.support.select import Select  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

from augment.datasets.formats.table_writer import TableWriter  # noqa: E402
from augment.datasets.review.decisions import OPEN, Decision  # noqa: E402
from augment.datasets.review.query import Query  # noqa: E402
from augment.datasets.review.review import ReviewConfig  # noqa: E402
from augment.datasets.review.server import ReviewServer  # noqa: E402
from augment.datasets.review.session import ReviewSession  # noqa: E402
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS  # noqa: E402

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
ROWS = 120


@pytest.fixture
def table(tmp_path):
    """120 originals; every third paraphrase was refused; the first text is an attack."""
    path = tmp_path / "in.augmented.csv"
    columns = ("text", "label", *AUG_COLUMNS)
    texts = [EVIL if n == 0 else f"The old film number {n} was good." for n in range(ROWS)]
    with (
        TableWriter(path, columns) as kept,
        TableWriter(tmp_path / "in.augmented.rejected.csv", (*columns, *REJECTION_COLUMNS)) as out,
    ):
        for n, text in enumerate(texts):
            kept.write((text, "ab"[n % 2], str(n), n, "original", "", "", None, None))
        for n, text in enumerate(texts):
            new = text.replace("good", "fine").replace("document", "window.document")
            about = (f"{n}:es", n, "backtranslation", "es", "fake", round(n / ROWS, 4), 0.2)
            row = (new, "ab"[n % 2], *about)
            if n % 3:
                kept.write(row)
            else:
                out.write((*row, "length", "too short"))
    return path


@pytest.fixture
def server(table):
    session = ReviewSession(ReviewConfig(input=table))
    with ReviewServer(session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    session.close()


@pytest.fixture(scope="module")
def chromium():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.add_argument("--window-size=1280,900")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()


class Page:
    """What a person sees and presses."""

    def __init__(self, browser, url):
        self.browser = browser
        browser.get(url)
        self.wait(lambda: self.cards())

    def wait(self, test):
        return WebDriverWait(self.browser, 15, poll_frequency=0.05).until(lambda _: test())

    def cards(self):
        return self.browser.find_elements(By.CSS_SELECTOR, "#list .item")

    def current(self):
        return self.browser.execute_script(
            "return document.querySelector('#list .current')?.dataset.id"
        )

    def card(self, name):
        return self.browser.find_element(By.CSS_SELECTOR, f'[data-id="{name}"]')

    def verdict(self, name):
        return self.browser.execute_script(
            f"return document.querySelector('[data-id=\"{name}\"]').className"
        )

    def text(self, name):
        return self.browser.execute_script(f"return document.getElementById('{name}').innerText")

    def press(self, *keys):
        webdriver.ActionChains(self.browser).send_keys(*keys).perform()

    def choose(self, name, value):
        Select(self.browser.find_element(By.NAME, name)).select_by_visible_text(value)


@pytest.fixture
def page(chromium, server):
    chromium.get("about:blank")
    chromium.get_log("browser")
    return Page(chromium, server.url)


def decisions(table):
    path = table.with_name("in.augmented.review.jsonl")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def test_texts_are_text_and_the_page_loads_nothing_else(page):
    card = page.card("0:es")
    assert EVIL in card.text
    assert not page.browser.find_elements(By.CSS_SELECTOR, "#list img, #list script")
    assert page.browser.title == "Review of in.augmented.csv"
    assert page.browser.get_log("browser") == []
    assert [ins.text for ins in page.card("1:es").find_elements(By.TAG_NAME, "ins")] == ["fine"]
    assert [gone.text for gone in page.card("1:es").find_elements(By.TAG_NAME, "del")] == ["good"]


def test_keys_decide_move_and_undo(page, table):
    assert page.current() == "0:es"
    page.press("r", "k", "r")  # pressed at once: three paraphrases, not one three times
    page.wait(lambda: page.current() == "3:es")
    assert [(one["aug_id"], one["decision"]) for one in decisions(table)] == [
        ("0:es", "refuse"),
        ("1:es", "keep"),
        ("2:es", "refuse"),
    ]
    assert "3 of 120 decided: 1 keep, 2 refuse" in page.text("counts")
    page.press("u")
    page.wait(lambda: page.current() == "2:es")
    assert decisions(table)[-1] == decisions(table)[2] | {"decision": ""}
    page.wait(lambda: "refuse" not in page.verdict("2:es"))
    page.press(Keys.ARROW_UP, Keys.ARROW_UP)
    page.wait(lambda: page.current() == "0:es")
    page.press("n")
    page.wait(lambda: page.current() == "2:es")


def test_a_key_after_reopening_decides_nothing_anew(page, table):
    page.press("r", "k")
    page.wait(lambda: page.current() == "2:es")
    page.browser.refresh()
    page.wait(lambda: page.cards() and page.current() == "2:es")
    page.choose("filter", "kept")
    page.wait(lambda: page.current() == "2:es" and "80 shown" in page.text("matching"))


def test_an_edit_is_saved_and_shown(page, table):
    page.press("j", "e")
    area = page.wait(lambda: page.browser.find_elements(By.TAG_NAME, "textarea"))[0]
    area.clear()
    area.send_keys("A film that I liked, number 1.")
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.browser.find_elements(By.TAG_NAME, "textarea"))
    assert decisions(table) == []
    page.press("e")
    area = page.wait(lambda: page.browser.find_elements(By.TAG_NAME, "textarea"))[0]
    area.send_keys(" " + EVIL, Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.current() == "2:es")
    assert decisions(table)[0]["text"] == f"The old film number 1 was fine. {EVIL}"
    assert EVIL in page.card("1:es").text
    assert page.browser.title.startswith("Review of")


def typed_into_the_editor(page, text):
    page.press("j", "e")
    area = page.wait(lambda: page.browser.find_elements(By.TAG_NAME, "textarea"))[0]
    area.send_keys(text)
    return area


def told_beside_the_editor(page):
    return page.card("1:es").find_element(By.CLASS_NAME, "problem").text


def test_a_text_that_is_refused_stays_in_the_editor(page, table):
    area = typed_into_the_editor(page, " Typed\u202e.")
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: "take it out" in told_beside_the_editor(page))
    assert area.get_attribute("value") == "The old film number 1 was fine. Typed\u202e."
    assert decisions(table) == []
    area.send_keys(Keys.BACKSPACE * 2, Keys.CONTROL, Keys.ENTER, Keys.ENTER)
    page.wait(lambda: page.current() == "2:es")
    assert [one["text"] for one in decisions(table)] == ["The old film number 1 was fine. Typed"]


def test_a_text_stays_in_the_editor_while_no_server_answers(page, table):
    area = typed_into_the_editor(page, " Typed.")
    page.browser.execute_script(
        "window.real = fetch; window.fetch = () => Promise.reject(new TypeError('gone'))"
    )
    page.browser.find_element(By.XPATH, "//button[starts-with(., 'Save')]").click()
    page.wait(lambda: "does not answer" in told_beside_the_editor(page))
    assert area.get_attribute("value").endswith(" Typed.")
    page.browser.execute_script("window.fetch = window.real")
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.current() == "2:es")
    assert decisions(table)[0]["text"].endswith(" Typed.")


def test_a_text_stays_in_the_editor_when_another_tab_decided(page, server, table):
    area = typed_into_the_editor(page, " Typed.")
    number = server.session.page(Query(), size=2)["items"][1]["number"]
    server.session.decide(number, Decision("refuse"), was=OPEN, generation=1)
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: "decided elsewhere meanwhile: ✗ refuse" in told_beside_the_editor(page))
    assert area.get_attribute("value").endswith(" Typed.")
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: page.current() == "2:es")
    assert [one["decision"] for one in decisions(table)] == ["refuse", "edit"]


def test_a_text_stays_in_the_editor_when_the_table_changed(page, server, table):
    area = typed_into_the_editor(page, " Typed.")
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if "0:es" not in line), encoding="utf-8")
    for _ in range(2):  # saving once more decides nothing about what has the number now
        area.send_keys(Keys.CONTROL, Keys.ENTER)
        page.wait(lambda: "changed by another program" in told_beside_the_editor(page))
        assert area.get_attribute("value").endswith(" Typed.")
    assert decisions(table) == []
    page.press(Keys.ESCAPE)
    page.wait(lambda: not page.browser.find_elements(By.TAG_NAME, "textarea"))


def test_a_text_that_another_row_has_is_told_and_its_row_not_counted(page, table):
    rows = page.text("classes")
    page.press("j", "e")
    area = page.wait(lambda: page.browser.find_elements(By.TAG_NAME, "textarea"))[0]
    assert area.get_attribute("maxlength") == "20000"
    area.clear()
    area.send_keys("The old film number 2 was fine.", Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: "Another row has this text" in page.text("list"))
    assert "another row has the text: 1" in page.text("notes")
    assert page.text("classes") != rows
    assert page.current() == "2:es"
    page.press("r")  # now the text is free
    page.wait(lambda: "Another row" not in page.text("list"))
    assert page.text("notes") == ""


def test_editing_waits_for_the_decision_before_and_is_not_lost(page, table):
    page.press("r", "e")  # the second key is about the next one
    area = page.wait(lambda: page.browser.find_elements(By.TAG_NAME, "textarea"))[0]
    assert page.current() == "1:es"
    area.send_keys(" More.")
    page.browser.find_element(By.ID, "later").click()
    page.wait(lambda: "being edited" in page.text("banner"))
    area.send_keys(Keys.CONTROL, Keys.ENTER)
    page.wait(lambda: len(decisions(table)) == 2)
    assert decisions(table)[1]["text"] == "The old film number 1 was fine. More."
    page.wait(lambda: not page.browser.find_elements(By.TAG_NAME, "textarea"))
    page.press("?")
    page.wait(lambda: page.browser.find_element(By.ID, "keys").is_displayed())


def test_keys_are_for_the_list_again_after_a_filter_was_clicked(page, table):
    # The driver sets a select without touching it; a hand does not.
    page.browser.execute_script(
        "document.querySelector('[name=filter]')"
        ".dispatchEvent(new PointerEvent('pointerdown', {bubbles: true}))"
    )
    page.choose("filter", "refused")
    page.wait(lambda: page.text("matching") == "40 shown")
    page.press("k")
    page.wait(lambda: decisions(table))
    assert (decisions(table)[0]["aug_id"], decisions(table)[0]["decision"]) == ("0:es", "keep")


def test_filters_and_pages(page):
    page.choose("filter", "refused")
    page.wait(lambda: page.text("matching") == "40 shown")
    page.choose("filter", "any")
    page.wait(lambda: page.text("matching") == "120 shown")
    page.choose("sort", "most similar first")
    page.wait(lambda: page.current() == "119:es")
    page.browser.find_element(By.ID, "later").click()
    page.wait(lambda: page.text("where") == "51–100 of 120")
    page.browser.refresh()
    page.wait(lambda: page.cards() and page.text("where") == "51–100 of 120")
    page.browser.find_element(By.CSS_SELECTOR, "[type=reset]").click()
    page.wait(lambda: page.current() == "0:es")
    search = page.browser.find_element(By.NAME, "search")
    search.send_keys("NUMBER 11")
    page.wait(lambda: page.text("matching") == "11 shown")
    search.send_keys("nowhere")
    page.wait(lambda: page.browser.find_element(By.ID, "nothing").is_displayed())


def test_deciding_the_last_one_of_a_page_turns_it_and_skips_nothing(page, table):
    page.choose("decision", "not decided")
    page.wait(lambda: "decision=open" in page.browser.current_url)
    page.browser.execute_script("document.activeElement.blur()")
    page.press(*"k" * 50)
    page.wait(lambda: page.text("where") == "1–50 of 70")
    assert page.current() == "50:es"
    assert len(decisions(table)) == 50


def test_two_tabs_do_not_undo_each_other(page, server, table):
    first = page.browser.current_window_handle
    page.browser.switch_to.new_window("tab")
    try:
        other = Page(page.browser, server.url)
        other.press("r")
        other.wait(lambda: other.current() == "1:es")
        page.browser.switch_to.window(first)
        page.wait(lambda: "refuse" in page.verdict("0:es"))  # seen without being asked
        page.press("j", "k")  # the second one here: both decisions stand
        page.wait(lambda: len(decisions(table)) == 2)
        assert [(one["aug_id"], one["decision"]) for one in decisions(table)] == [
            ("0:es", "refuse"),
            ("1:es", "keep"),
        ]
    finally:
        for handle in set(page.browser.window_handles) - {first}:
            page.browser.switch_to.window(handle)
            page.browser.close()
        page.browser.switch_to.window(first)


def test_a_stale_tab_is_told_and_overwrites_nothing(page, server, table):
    page.browser.execute_script("Object.defineProperty(document, 'hidden', {get: () => true})")
    shown = server.session.page(Query(), size=2)["items"][1]
    keep = Decision("keep")
    server.session.decide(shown["number"], keep, was=OPEN, generation=1)
    page.press("j", "r")
    page.wait(lambda: "decided elsewhere" in page.text("banner"))
    assert "keep" in page.verdict("1:es")
    assert [one["decision"] for one in decisions(table)] == ["keep"]


def test_a_review_from_the_command_line_and_its_end(chromium, table):
    command = [sys.executable, "-m", "augment", "review", str(table), "--no-browser", "--port", "0"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A background job without job control (CI) starts its children with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        page = Page(chromium, process.stderr.readline().removeprefix("review: ").strip())
        page.press("r")
        page.wait(lambda: len(decisions(table)) == 1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0
    assert "1 of 120 paraphrases decided: keep 0, refuse 1, edit 0" in out
    assert f"augment review {table} --apply" in out
    page.press("k")
    page.wait(lambda: "does not answer" in page.text("banner"))


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_wider_than_the_screen(page, width):
    size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 500}
    page.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        page.browser.refresh()
        page.wait(lambda: page.cards())
        wide = page.browser.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
