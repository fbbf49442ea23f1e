"""The web book: whole, without foreign hosts, readable on a phone and by a reader."""

import functools
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest

from tools import NOTEBOOKS
from tools.browser import CHROMIUM, DRIVER, needs_chromium, until

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".venv" / "web" / "axe.min.js"
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js's npm"),
]
RUN_AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ["violations"]}).then(found => done(
  found.violations.filter(one => ["serious", "critical"].includes(one.impact)).map(
    one => `${one.id}: ${one.nodes[0].target} ${one.nodes[0].failureSummary}`)));
"""


CUT_TABLES = """
return [...document.querySelectorAll(".bd-article table:not(.dataframe)")].filter(
  table => table.getBoundingClientRect().right > innerWidth).length;
"""


@pytest.fixture(scope="module")
def book():
    """The folder of the book, built anew."""
    before = _status()
    built = subprocess.run(
        ["make", "book"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert built.returncode == 0, built.stderr[-2000:]
    assert _status() == before
    return ROOT / "book" / "_build" / "html"


def _status():
    if not (ROOT / ".git").exists():
        return ""
    asked = ["git", "status", "--porcelain"]
    return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def served(book, tmp_path_factory):
    """The book's address on a server, under a path of its own."""
    folder = tmp_path_factory.mktemp("web")
    os.symlink(book, folder / "course", target_is_directory=True)
    handler = functools.partial(_Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/course/"
    server.shutdown()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    profile = tmp_path_factory.mktemp("profile")
    for flag in (
        *("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"),
        *("disable-background-networking", "disable-sync", "no-first-run"),
        *("disable-component-update", "disable-quic", f"user-data-dir={profile}"),
    ):
        options.add_argument(f"--{flag}")
    service = webdriver.ChromeService(executable_path=DRIVER)
    browser = webdriver.Chrome(options=options, service=service)
    yield browser
    browser.quit()


def pages(book):
    """Return the pages that are read; not the index of names, which is empty."""
    return sorted(
        path.relative_to(book).as_posix()
        for path in book.rglob("*.html")
        if path.parts[len(book.parts)] not in ("_static", "slides")
        and path.name not in ("genindex.html", "search.html", "index.html")
    )


def show(browser, address, width=1280):
    size = {"width": width, "height": 844, "deviceScaleFactor": 1}
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", size | {"mobile": width < 500}
    )
    browser.get(address)
    loaded = "return document.readyState === 'complete'"
    until(lambda: browser.execute_script(loaded), f"{address} does not load")


def requests(browser):
    """Return the addresses that the browser has asked for since the last look."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            found.append(message["params"]["request"]["url"])
    return found


@pytest.mark.parametrize("where", ["disk", "server"])
def test_every_page_loads_only_from_its_own_place(book, served, browser, where):
    start = book.as_uri() + "/" if where == "disk" else served
    requests(browser)
    for page in pages(book):
        show(browser, start + page)
        own = (start, "file:" if where == "disk" else start.removesuffix("course/"))
        asked = [url for url in requests(browser) if re.match("http|file|ws", url)]
        foreign = [url for url in asked if not url.startswith(own)]
        assert foreign == [], page
    drawn = "return document.querySelectorAll('.diagram svg').length"
    for path in NOTEBOOKS:
        if diagrams := path.read_text(encoding="utf-8").count("```mermaid"):
            show(browser, f"{start}notebooks/{path.stem}.html")
            until(lambda n=diagrams: browser.execute_script(drawn) == n, "not drawn")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(book, browser, width):
    for page in pages(book):
        show(browser, f"{book.as_uri()}/{page}", width)
        # Not innerWidth: a phone makes that as wide as the page.
        wide = "return document.documentElement.scrollWidth"
        assert browser.execute_script(wide) <= width, page
        if width < 500:
            assert browser.execute_script(CUT_TABLES) == 0, page


def test_a_phones_buttons_open_contents_and_notebooks(book, browser):
    for kind in ("primary", "secondary"):
        show(browser, f"{book.as_uri()}/notebooks/03_architecture.html", 390)
        buttons = browser.find_elements("css selector", f".{kind}-toggle")
        (seen,) = [button for button in buttons if button.is_displayed()]
        seen.click()
        drawer = browser.find_element("css selector", f"#pst-{kind}-sidebar-modal")
        until(drawer.is_displayed, f"the {kind} button opens nothing")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(book, browser, theme):
    faults = {}
    for page in pages(book):
        show(browser, f"{book.as_uri()}/{page}")
        browser.execute_script(
            "document.head.appendChild(document.createElement('style')).textContent ="
            " '* {transition: none !important}';"  # no colour on its way to another
            "document.documentElement.dataset.theme = "
            "document.documentElement.dataset.mode = arguments[0]",
            theme,
        )
        browser.execute_script(AXE.read_text(encoding="utf-8"))
        if found := browser.execute_async_script(RUN_AXE):
            faults[page] = found
    assert faults == {}


def test_the_search_finds_pruning_without_a_server(book, browser):
    show(browser, f"{book.as_uri()}/search.html?q=pruning")
    found = (
        "return [...document.querySelectorAll('#search-results li a')].map(a => a.href)"
    )
    links = until(lambda: browser.execute_script(found), "nothing is found")
    assert any("04_callbacks" in link for link in links)


def test_a_solution_opens_by_the_keyboard(book, browser):
    from selenium.webdriver.common.keys import Keys

    show(browser, f"{book.as_uri()}/notebooks/02_learning_rate.html")
    summary = browser.find_element("xpath", "//summary[contains(., 'a solution')]")
    solution = summary.find_element("xpath", "..")
    assert solution.get_attribute("open") is None
    browser.execute_script("arguments[0].focus()", summary)
    summary.send_keys(Keys.ENTER)
    assert solution.get_attribute("open") is not None


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.names, self.alts = [], set(), []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.names |= {given.get("id"), given.get("name")}
        if tag in ("a", "img", "script", "link"):
            self.found.append(given.get("href") or given.get("src") or "")
        if tag == "img" and "_images/" in given.get("src", ""):
            self.alts.append(given.get("alt") or "")


def read(path):
    parser = _Links()
    parser.feed(path.read_text(encoding="utf-8"))
    return parser


def test_internal_links_are_alive(book):
    parsed = {path: read(path) for page in pages(book) if (path := book / page)}
    dead = []
    for path, page in parsed.items():
        for link in filter(None, page.found):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            named = parsed[goal].names if goal in parsed else {parts.fragment}
            if not goal.exists() or (parts.fragment and parts.fragment not in named):
                dead.append(f"{path.relative_to(book)}: {link}")
    assert dead == []


def test_every_figure_says_what_it_shows(book):
    for page in pages(book):
        for alt in read(book / page).alts:
            assert len(alt.split()) > 4, f"{page}: {alt!r}"


def test_a_notebook_that_was_edited_does_not_get_into_the_book(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "book"))
    import reader

    path = ROOT / "notebooks" / "02_learning_rate.ipynb"
    notebook = nbformat.read(path, as_version=4)
    reader.read(nbformat.writes(notebook))
    next(c for c in notebook.cells if c.cell_type == "code").execution_count = None
    with pytest.raises(ValueError, match="make run"):
        reader.read(nbformat.writes(notebook))


def test_solutions_and_answers_are_folded_and_local_links_left_out(book):
    page = (book / "notebooks" / "02_learning_rate.html").read_text(encoding="utf-8")
    assert page.count("Show a solution") == 3
    assert "Show the answer" in page
    assert not re.search(r'href="/(mlflow|optuna)/', page)
    assert "A page cannot check an answer" in page
    assert "slides/02_learning_rate.slides.html" in page
