"""The reading edition as a reader meets it: from the disk, wide and narrow, light and dark."""

import re
from urllib.parse import unquote

import pytest

from helpers import PROJECT
from tools.browser import AXE, PICTURES
from tools.notebooks import COURSE, NOTEBOOKS, WITH_EXPLORER

SITE = PROJECT / "build" / "site"
NAMES = [
    "index",
    "classroom/guide",
    "benchmarks/results",
    "docs/reliability",
    *(path.relative_to(PROJECT).with_suffix("") for path in NOTEBOOKS),
]
LOOKS = {
    "light": (1280, 720, "light"),
    "dark": (1280, 720, "dark"),
    "narrow": (420, 800, "light"),
    "wide": (1440, 900, "light"),
}


@pytest.fixture
def open_page(chromium):
    """A function: path, look → page; nothing may be fetched from elsewhere or fail."""
    contexts, complaints = [], []

    def run(path, look="light"):
        width, height, scheme = LOOKS[look]
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, offline=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "data:")) or complaints.append(request.url)
            ),
        )
        page.on("requestfailed", lambda request: complaints.append(request.url))
        page.on(
            "console", lambda message: message.type == "error" and complaints.append(message.text)
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto((SITE / path).as_uri())
        return page

    yield run
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("path", WITH_EXPLORER, ids=lambda path: path.stem)
def test_a_notebook_fits_and_shows_its_explorer(path, look, open_page):
    page = open_page(f"notebooks/{path.stem}.html", look)
    assert page.locator(".btp-still").first.is_visible() and "widget-view" not in page.content()
    assert (
        page.evaluate("""() => ["html", ".content"].map(name => document.querySelector(name))
        .filter(box => box.scrollWidth > box.clientWidth).map(box => box.className)""")
        == []
    )
    pictures = PICTURES / "site"
    pictures.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=pictures / f"{path.stem}-{look}.png")
    page.locator(".btp-still").first.screenshot(path=pictures / f"{path.stem}-{look}-explorer.png")


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_all_text_stands_out_from_its_background(path, look, open_page):
    page = open_page(f"notebooks/{path.stem}.html", look)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run('article', {runOnly: ['color-contrast']})")
    assert found["passes"]
    assert [
        node["html"][:200] for violation in found["violations"] for node in violation["nodes"]
    ] == []


def test_next_leads_through_the_course(open_page):
    page = open_page("index.html")
    read = []
    for _ in COURSE:
        page.locator("a.next-page").click()
        read.append(unquote(page.url).rsplit("/", 1)[1])
    assert read == [f"{path.stem}.html" for path in COURSE]


def test_search_works_from_the_disk(open_page):
    page = open_page("index.html")
    page.get_by_role("textbox", name="Search").fill("softmax")
    page.keyboard.press("Enter")
    page.wait_for_selector("ul.search li a")
    assert page.locator("ul.search li a[href*='04_postprocessing']").count()


@pytest.mark.parametrize("name", NAMES, ids=str)
def test_links_lead_somewhere(name):
    page = SITE / f"{name}.html"
    for target in re.findall(r'href="([^"]+)"', page.read_text(encoding="utf-8")):
        if not re.match(r"https?:|data:", target):
            file, _, anchor = unquote(target).partition("#")
            there = (page.parent / file.partition("?")[0]).resolve() if file else page
            assert there.exists(), target
            assert not anchor or f'id="{anchor}"' in there.read_text(encoding="utf-8"), target
