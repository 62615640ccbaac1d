"""Reports on a telephone, in a real browser: nothing scrolls sideways but tables and charts."""

import shutil

import pandas as pd
import pytest

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
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

from augment.cli import main  # noqa: E402

WIDTH = 390
LONG = ("claim_about_the_delivery_" * 4, "x" * 90)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    texts = [f"The parcel number {n} arrived late and the box was wet." for n in range(40)]
    table = pd.DataFrame({"text": texts, "label": [LONG[n % 4 == 0] for n in range(40)]})
    table.to_csv(folder / "in.csv", index=False)
    given = [str(folder / "in.csv"), "--label", "label"]
    page, out = folder / "inspect.html", folder / "out.csv"
    assert main(["inspect", *given, "--model", "none", "--html", str(page)]) == 0
    short = ["--method", "keyboard", "--source", "en", "--balance", "600", "--store", "none"]
    assert main(["words", *given, *short, "--out", str(out)]) == 0
    return page, folder / "out.report.html"


@pytest.fixture(scope="module")
def phone():
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    size = {"width": WIDTH, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    yield browser
    browser.quit()


def test_no_page_is_wider_than_the_screen(pages, phone):
    for page in pages:
        phone.get(page.as_uri())
        phone.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert phone.execute_script("return document.documentElement.scrollWidth") <= WIDTH, page


def test_bars_can_be_told_apart(pages, phone):
    phone.get(pages[0].as_uri())
    widths = phone.execute_script(
        "return [...document.querySelectorAll('.meter')].map(bar => bar.offsetWidth)"
    )
    assert widths[0] >= 60
    assert widths[0] > 2 * widths[1] > 0
