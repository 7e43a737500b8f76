"""The explorers of the built site, alive without a kernel: no other host is asked, and again later."""

import contextlib
import functools
import http.server
import json
import threading

import pytest

from docs.live.serve import SITE, Handler
from tools.browser import AXE, PICTURES

NAMES = json.loads((SITE / "live" / "manifest.json").read_text("utf-8"))["explorers"]
PAGES = {path.stem: path.read_text("utf-8") for path in (SITE / "notebooks").glob("*.html")}
LIVE = {
    name: next(stem for stem, text in PAGES.items() if f'data-explorer="{name}"' in text)
    for name in NAMES
    if any(f'data-explorer="{name}"' in text for text in PAGES.values())
}
HEAVY = [name for name in LIVE if NAMES[name]["needs"]]


@contextlib.contextmanager
def served(folder=SITE):
    """Address of the site below a path of its own, and how to stop the server."""
    handler = functools.partial(Handler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", server.shutdown


@pytest.fixture(scope="module")
def site():
    with served(SITE.parent) as (address, _):
        yield f"{address}/{SITE.name}"


@pytest.fixture
def open_page(chromium, site):
    """A function: explorer → its page; a request to another host, or an error, fails the test."""
    contexts, complaints = [], []

    def run(name, width=1280, scheme="light", javascript=True, address=site):
        look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        context = chromium.new_context(**look)
        contexts.append(context)
        page = context.new_page()
        context.on("request", lambda one: one.url.startswith((address, "data:", "blob:"))
                   or complaints.append(one.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda one: one.type == "error" and complaints.append(one.text))
        page.goto(f"{address}/notebooks/{LIVE[name]}.html")
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


def wake(page, tap=True):
    """Tap what brings the first explorer to life; it has its picture, and the still is away."""
    if tap:
        page.locator(".btp-wake").first.click()
    page.wait_for_selector(".btp-live .btp-view", timeout=60_000)
    page.wait_for_selector(".btp-still", state="hidden")
    return page.locator(".btp-live .btp-view").first


@pytest.mark.parametrize("look", [(1280, "light"), (1280, "dark"), (420, "light"), (420, "dark")], ids=str)
@pytest.mark.parametrize("name", LIVE)
def test_an_explorer_lives_and_fits(name, look, open_page):
    page = open_page(name, *look)
    view = wake(page, tap=name in HEAVY)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run('.btp-live', {runOnly: ['wcag2a', 'wcag2aa']})")
    said = [node["html"][:200] for one in found["violations"] for node in one["nodes"]]
    (PICTURES / "live").mkdir(parents=True, exist_ok=True)
    view.screenshot(path=PICTURES / "live" / f"{name.replace('/', '-')}-{look[0]}-{look[1]}.png")
    assert said == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
