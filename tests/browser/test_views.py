"""Every view in JupyterLab: before the first run, alive, with a dead kernel, on a second visit."""

import json
import statistics

import pytest

from tools.browser import AXE, PICTURES
from tools.notebooks import WITH_EXPLORER

EXPLORERS = [
    (path.stem, cell["id"])
    for path in WITH_EXPLORER
    for cell in json.loads(path.read_text("utf-8"))["cells"]
    if cell["cell_type"] == "code" and "_explorer(" in "".join(cell["source"])
]
CELL = "[data-explorer]"  # set by MARK
VIEW = f"{CELL} .btp-view"
STILL = f"{CELL} .btp-still"
FIELD = f"{VIEW} input[type=text]"
HOSTILE = "</td><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
# What a room's picture is touched by, and a key that changes the picture there.
TOUCHES = {
    ".btp-lane .btp-chip >> nth=2": "Enter",
    ".btp-limit": "ArrowLeft",
    ".btp-head[aria-pressed=false] >> nth=0": "Enter",
    ".btp-lab .btp-track[role=slider] >> nth=0": "ArrowRight",
    ".btp-slot .btp-button >> nth=2": "Enter",
    ".btp-sampling .btp-primary": "Enter",
    ".btp-spot >> nth=3": "Enter",
    ".btp-own ~ .btp-settings .btp-button >> nth=1": "Enter",
}
# Milliseconds from a key to the first change of the picture's words.
WATCH = """() => {
  const picture = document.querySelector('[data-explorer] .btp-picture')
  let words = picture.textContent, pressed = null
  window.delays = []
  document.addEventListener('keydown', () => { pressed = performance.now() }, true)
  new MutationObserver(() => {
    if (pressed === null || picture.textContent === words) return
    window.delays.push(performance.now() - pressed)
    words = picture.textContent
    pressed = null
  }).observe(picture, {childList: true, subtree: true, characterData: true})
}"""
MARK = """id => {
  const cells = window.jupyterapp.shell.currentWidget.content.widgets
  cells.find(cell => cell.model.id === id).node.dataset.explorer = ''
}"""
RUN_TO_EXPLORER = """id => {
  const {commands, shell} = window.jupyterapp, notebook = shell.currentWidget.content
  notebook.activeCellIndex = notebook.widgets.findIndex(cell => cell.model.id === id)
  commands.execute('notebook:run-all-above')
  commands.execute('notebook:run-cell')
}"""


def theme(page, name):
    page.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme',"
        f" {{theme: 'JupyterLab {name}'}})"
    )
    page.wait_for_function(
        f"document.body.dataset.jpThemeLight === '{str(name == 'Light').lower()}'"
    )
    page.wait_for_timeout(500)


def snap(page, name, part=None):
    PICTURES.mkdir(parents=True, exist_ok=True)
    seen = page.locator(part).first if part else page
    seen.screenshot(path=PICTURES / f"view-{page.stem}-{page.cell}-{name}.png")


def answered(page):
    """Wait until nothing changes, and return the picture's words."""
    before = None
    while before != (before := page.inner_text(f"{VIEW} .btp-picture")):
        page.wait_for_timeout(400)
    return before


def reset(page):
    page.locator(VIEW).get_by_role("button", name="Reset").click()
    return answered(page)


def opened(untouched, stem, cell):
    page = untouched(stem)
    page.stem, page.cell = stem, cell
    page.evaluate(MARK, cell)
    return page


@pytest.fixture(scope="module", params=EXPLORERS, ids="-".join)
def page(request, untouched):
    page = opened(untouched, *request.param)
    theme(page, "Light")
    return page


@pytest.fixture(scope="module")
def alive(page):
    page.evaluate(RUN_TO_EXPLORER, page.cell)
    page.locator(VIEW).first.scroll_into_view_if_needed(timeout=240_000)
    return page


def test_before_the_first_run_a_picture_stands_there(page):
    image = page.locator(f"{STILL} img").first
    image.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    snap(page, "before")
    assert image.evaluate("e => e.complete && e.naturalWidth > 300 && e.alt.length > 40")
    assert page.locator(f"{STILL} tr").count() >= 3
    assert "Run this cell to touch it" in page.inner_text(STILL)


def test_once_it_runs_the_view_stands_in_its_place(alive):
    assert alive.locator(VIEW).first.is_visible()
    assert not alive.locator(f"{STILL} img").first.is_visible()
    assert not alive.locator(f"{VIEW} .btp-status").first.is_visible()


def test_a_key_changes_the_picture_at_once(alive):
    alive.locator(FIELD).first.fill("")
    answered(alive)
    alive.evaluate(WATCH)
    for key in "what a fine film":
        alive.keyboard.press(key)
        alive.wait_for_timeout(250)
    delays = alive.evaluate("window.delays")
    print(f"\n{alive.stem}: key to picture, median {statistics.median(delays):.0f} ms")
    assert len(delays) >= 8 and statistics.median(delays) <= 150


def test_the_keyboard_touches_the_picture_and_reset_takes_it_back(alive):
    before = reset(alive)
    touches = {f"{CELL} {part}": key for part, key in TOUCHES.items()}
    [(part, key)] = [touch for touch in touches.items() if alive.locator(touch[0]).count()]
    alive.locator(part).focus()
    alive.keyboard.press(key)
    assert answered(alive) != before
    assert reset(alive) == before


def test_hostile_text_is_shown_and_never_run(alive):
    for field in alive.locator(FIELD).all():
        field.fill(HOSTILE)
    answered(alive)
    assert alive.evaluate("window.hacked") is None
    assert not alive.locator(f"{VIEW} :is(img, script, iframe)").count()
    reset(alive)


@pytest.mark.parametrize("text, words", [("\ud800", "half"), ("a" * 5001, "shorten")])
def test_a_text_that_no_model_takes_is_refused_below_its_field(alive, text, words):
    before = reset(alive)
    field = alive.locator(FIELD).first
    field.evaluate("(e, text) => { e.value = text; e.dispatchEvent(new Event('input')) }", text)
    alive.wait_for_function(
        f"[...document.querySelectorAll('.btp-error')].some(e => e.innerText.includes('{words}'))"
    )
    assert answered(alive) == before
    field.fill("Fine.")
    alive.wait_for_function("![...document.querySelectorAll('.btp-error')].some(e => e.innerText)")


@pytest.mark.parametrize("name", ["Light", "Dark"])
def test_fits_and_has_no_violation_of_accessibility(alive, name):
    theme(alive, name)
    reset(alive)
    alive.add_script_tag(path=AXE)
    said, looked = [], 0
    for width in (420, 1280, 1440):
        alive.set_viewport_size({"width": width, "height": 2400})
        alive.wait_for_timeout(300)
        snap(alive, f"{name.lower()}-{width}", VIEW)
        found = alive.evaluate(f"axe.run('{VIEW}')")
        looked += len(found["passes"])
        said += [(width, v["id"], n["html"][:200]) for v in found["violations"] for n in v["nodes"]]
        wide = alive.locator(VIEW).first.evaluate("e => e.scrollWidth - e.clientWidth")
        said += [(width, "too wide", wide)] if wide > 1 else []
    alive.set_viewport_size({"width": 1280, "height": 720})
    assert said == [] and looked


def test_a_dead_kernel_leaves_the_picture_and_a_sentence(alive):
    before = answered(alive)
    alive.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    alive.locator(FIELD).first.press("End")
    alive.locator(FIELD).first.press_sequentially("x")
    alive.wait_for_selector(f"{VIEW} .btp-status:has-text('No answer')", timeout=15_000)
    snap(alive, "dead")
    assert alive.inner_text(f"{VIEW} .btp-picture") == before


def test_on_the_second_visit_the_still_stands_there_again(alive, untouched):
    alive.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    alive.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    again = opened(untouched, alive.stem, alive.cell)
    again.locator(f"{STILL} img").first.scroll_into_view_if_needed()
    again.wait_for_timeout(1000)
    snap(again, "again")
    assert again.locator(f"{STILL} img").first.is_visible()
    for words in ("model not found", "Loading widget"):
        assert not any(one.is_visible() for one in again.get_by_text(words).all())
