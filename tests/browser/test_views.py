"""A view in JupyterLab: before the first run, alive, with a dead kernel, on the second visit."""

import statistics

import pytest

from tools.browser import AXE, PICTURES

VIEW = ".btp-view"
STILL = ".btp-still"
FIELD = f"{VIEW} input[type=text]"
HOSTILE = "</td><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
WATCH = """() => {
  window.delays = []; let pressed = null
  document.addEventListener('keydown', () => { pressed = performance.now() }, true)
  new MutationObserver(() => {
    if (pressed !== null) { window.delays.push(performance.now() - pressed); pressed = null }
  }).observe(document.querySelector('.btp-picture'),
      {childList: true, subtree: true, characterData: true})
}"""


def snap(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"view-{page.stem}-{name}.png")


def theme(page, name):
    page.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme',"
        f" {{theme: 'JupyterLab {name}'}})"
    )
    page.wait_for_function(
        f"document.body.dataset.jpThemeLight === '{str(name == 'Light').lower()}'"
    )
    page.wait_for_timeout(500)


def answered(page):
    """Wait until nothing changes, and return the picture's words."""
    before = None
    while before != (before := page.inner_text(f"{VIEW} .btp-picture")):
        page.wait_for_timeout(600)
    return before


@pytest.fixture(scope="module", params=["00_start_here", "01_pipeline"])
def stem(request):
    return request.param


@pytest.fixture(scope="module")
def page(stem, open_notebook):
    page = open_notebook(stem)
    page.stem = stem
    return page


def test_before_the_first_run_a_picture_stands_there(stem, untouched):
    page = untouched(stem)
    page.stem = stem
    for name in ("Light", "Dark"):
        theme(page, name)
        image = page.locator(f"{STILL} img").first
        image.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        snap(page, f"before-{name.lower()}")
        assert image.evaluate("e => e.complete && e.naturalWidth > 300 && e.alt.length > 40")
    theme(page, "Light")
    assert page.locator(f"{STILL} tr").count() >= 6
    assert "Run this cell to touch it" in page.inner_text(STILL)
    page.close()


def test_once_it_runs_the_view_stands_in_its_place(page):
    assert page.locator(VIEW).first.is_visible()
    assert not page.locator(f"{STILL} img").first.is_visible()
    assert not page.locator(".btp-view .btp-status").first.is_visible()


@pytest.mark.parametrize("name", ["Light", "Dark"])
@pytest.mark.parametrize("width", [420, 1280, 1440])
def test_fits_and_has_no_violation_of_accessibility(page, name, width):
    page.set_viewport_size({"width": width, "height": 900})
    theme(page, name)
    page.locator(VIEW).first.scroll_into_view_if_needed()
    page.locator(VIEW).first.screenshot(
        path=PICTURES / f"view-{page.stem}-{name.lower()}-{width}.png"
    )
    page.add_script_tag(path=AXE)
    found = page.evaluate(f"axe.run('{VIEW}')")
    wide = page.locator(VIEW).first.evaluate("e => e.scrollWidth - e.clientWidth")
    page.set_viewport_size({"width": 1280, "height": 720})
    theme(page, "Light")
    said = [(v["id"], n["html"][:200]) for v in found["violations"] for n in v["nodes"]]
    assert said == [] and found["passes"]
    assert wide <= 1


def test_a_key_changes_the_picture_at_once(page):
    page.evaluate(WATCH)
    page.locator(FIELD).first.click()
    page.keyboard.press("End")
    for key in " what a fine film, with":
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    delays = page.evaluate("window.delays")
    print(f"\n{page.stem}: key to picture, median {statistics.median(delays):.0f} ms")
    assert len(delays) >= 15 and statistics.median(delays) <= 60


def test_the_keyboard_leaves_a_token_out_and_takes_it_back(page):
    page.get_by_role("button", name="Reset").click()
    before = answered(page)
    chips = page.locator(f"{VIEW} .btp-chip")
    chips.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{VIEW} .btp-chip[data-mark=out]", timeout=5000)
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{VIEW} .btp-chip[data-mark=out]", timeout=5000, state="detached")
    page.locator(FIELD).first.focus()
    assert answered(page) == before


def test_hostile_text_is_shown_and_never_run(page):
    for field in page.locator(FIELD).all():
        field.fill(HOSTILE)
    answered(page)
    assert page.evaluate("window.hacked") is None
    assert not page.locator(f"{VIEW} :is(img, script, iframe)").count()


@pytest.mark.parametrize("text, words", [("\ud800", "half"), ("a" * 5001, "shorten")])
def test_a_text_that_no_model_takes_is_refused_below_its_field(page, text, words):
    field = page.locator(FIELD).first
    before = answered(page)
    field.evaluate("(e, text) => { e.value = text; e.dispatchEvent(new Event('input')) }", text)
    page.wait_for_function(
        f"[...document.querySelectorAll('.btp-error')].some(e => e.innerText.includes('{words}'))"
    )
    assert answered(page) == before
    field.fill("Fine.")
    page.wait_for_function("![...document.querySelectorAll('.btp-error')].some(e => e.innerText)")


def test_a_dead_kernel_leaves_the_picture_and_a_sentence(page):
    before = answered(page)
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.locator(FIELD).first.press("End")
    page.locator(FIELD).first.press_sequentially("x")
    page.wait_for_selector(f"{VIEW} .btp-status:has-text('No answer')", timeout=15_000)
    snap(page, "dead")
    assert page.inner_text(f"{VIEW} .btp-picture") == before


def test_on_the_second_visit_the_still_stands_there_again(page, stem, untouched):
    page.evaluate("window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(2000)
    again = untouched(stem)
    again.stem = stem
    again.locator(f"{STILL} img").first.scroll_into_view_if_needed()
    again.wait_for_timeout(1000)
    snap(again, "again")
    assert again.locator(f"{STILL} img").first.is_visible()
    for words in ("model not found", "Loading widget"):
        assert not any(one.is_visible() for one in again.get_by_text(words).all())
