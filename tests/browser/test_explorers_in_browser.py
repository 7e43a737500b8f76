"""Each explorer as a reader touches it: typing, dragging, tabbing, small panes, dark theme."""

import statistics

import pytest

from tools.browser import AXE, PICTURES
from tools.notebooks import WITH_EXPLORER

STEMS = [path.stem for path in WITH_EXPLORER]
HOSTILE = "</td></table><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>"
FIELDS = "input[type=text], input[type=number], input[type=checkbox], textarea, select, button"
TEXT = ".btp-controls input[type=text], .btp-controls textarea"

# Milliseconds from a key press to the first change of the picture that follows it.
WATCH = """() => {
  window.delays = []; let pressed = null;
  document.addEventListener('keydown', () => { pressed = performance.now() }, true);
  new MutationObserver(() => {
    if (pressed !== null) { window.delays.push(performance.now() - pressed); pressed = null }
  }).observe(document.querySelector('.btp-controls'), {childList: true, subtree: true});
}"""


@pytest.fixture(scope="module", params=STEMS)
def page(request, open_notebook):
    page = open_notebook(request.param)
    page.stem = request.param
    return page


def theme(page, name):
    change = f"'apputils:change-theme', {{theme: 'JupyterLab {name}'}}"
    page.evaluate(f"window.jupyterapp.commands.execute({change})")
    page.wait_for_function(
        f"document.body.dataset.jpThemeLight === '{str(name == 'Light').lower()}'"
    )
    page.wait_for_timeout(500)


def settled(page):
    """The picture's words once no change has come for half a second."""
    before = None
    while before != (before := page.inner_text(".btp-controls .btp")) or page.wait_for_timeout(500):
        page.wait_for_timeout(500)
    return before


def picture_changes(page, action):
    """Do something to the page, and wait until the picture is another one."""
    before = page.inner_html(".btp-controls .btp")
    action()
    page.wait_for_function(
        "before => document.querySelector('.btp-controls .btp').innerHTML !== before",
        arg=before,
        timeout=10_000,
    )


@pytest.mark.parametrize("name", ["Light", "Dark"])
def test_no_serious_violation_of_accessibility(page, name):
    theme(page, name)
    page.set_viewport_size({"width": 1280, "height": 1800})  # the whole explorer on one screenshot
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run('.btp-controls')")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.locator(".btp-controls").first.screenshot(
        path=PICTURES / f"{page.stem}-{name.lower()}.png"
    )
    page.set_viewport_size({"width": 1280, "height": 720})
    theme(page, "Light")
    said = [
        (entry["id"], entry["impact"], node["html"][:200])
        for entry in found["violations"]
        for node in entry["nodes"]
    ]
    assert [entry for entry in said if entry[1] in ("serious", "critical")] == []
    assert found["passes"], "axe looked at nothing"


@pytest.mark.parametrize("width", [1280, 640, 420], ids=["projector", "zoomed to 200 %", "phone"])
def test_fits_its_pane(page, width):
    page.set_viewport_size({"width": width, "height": 720})
    page.wait_for_timeout(300)
    pane, picture = page.evaluate(
        "[...document.querySelectorAll('.btp-controls, .btp-controls .btp')]"
        ".slice(0, 2).map(e => [e.scrollWidth, e.clientWidth])"
    )
    page.locator(".btp-controls").first.screenshot(path=PICTURES / f"{page.stem}-{width}.png")
    page.set_viewport_size({"width": 1280, "height": 720})
    assert pane[0] <= pane[1] + 1 and picture[0] <= picture[1] + 1


def test_every_control_is_reached_and_named(page):
    fields = page.locator(f".btp-controls >> nth=0 >> {FIELDS}")
    fields.first.focus()
    reached = set()
    for _ in range(fields.count() + 60):
        reached.add(
            page.evaluate(
                "[...document.querySelectorAll('.btp-controls')][0]"
                f".querySelectorAll('{FIELDS}').values().toArray().indexOf(document.activeElement)"
            )
        )
        page.keyboard.press("Tab")
    assert set(range(fields.count())) <= reached
    for field in fields.all():
        assert field.evaluate(
            "e => [...(e.labels ?? [])].map(l => l.innerText).join('') || e.innerText"
        ).strip()


def enter(field, value):
    field.fill(value)
    field.press("Enter")


def test_every_number_field_moves_the_picture(page):
    for field in page.locator(".btp-controls >> nth=0 >> input[type=number]").all():
        if field.is_visible():
            before, least, most = field.evaluate("e => [e.value, e.min, e.max]")
            other = least if before != least else most  # one step may change nothing drawn
            picture_changes(page, lambda: enter(field, other))  # noqa: B023
            picture_changes(page, lambda: enter(field, before))  # noqa: B023
    field = page.locator(".btp-controls >> nth=0 >> input[type=number]:visible").first
    if field.count():
        before, top = field.evaluate("e => [e.value, e.value === e.max]")
        field.press("ArrowDown" if top else "ArrowUp")
        assert field.input_value() != before
        field.press("ArrowUp" if top else "ArrowDown")


def test_dragging_a_slider_moves_its_field(page):
    handle = page.locator(".btp-slider .noUi-touch-area:visible").first
    if not handle.count():
        assert not page.locator(".btp-controls >> nth=0 >> input[type=number]").count()
        return
    handle.scroll_into_view_if_needed()
    field = page.locator(".widget-inline-hbox:has(+ .btp-slider) input[type=number]:visible").first
    before, box = field.input_value(), handle.bounding_box()
    bar = page.locator(".btp-slider:visible").first.bounding_box()
    upper = field.evaluate("e => Number(e.value) > (Number(e.max) + Number(e.min)) / 2")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(
        bar["x"] + (0.05 if upper else 0.95) * bar["width"], box["y"] + box["height"] / 2, steps=30
    )
    page.mouse.up()
    page.wait_for_function(
        "([e, before]) => e.value !== before", arg=[field.element_handle(), before], timeout=5000
    )
    settled(page)


def test_a_key_press_changes_the_page_at_once(page):
    page.evaluate(WATCH)
    page.locator(TEXT).first.click()
    page.keyboard.press("End")
    for key in "What a fine film, with":
        page.keyboard.press(key)
        page.wait_for_timeout(250)
    delays = page.evaluate("window.delays")
    print(
        f"\n{page.stem}: key press to changed page, median {statistics.median(delays):.0f} ms, "
        f"worst {max(delays):.0f} ms of {len(delays)}"
    )
    assert len(delays) >= 15
    assert (
        statistics.median(delays) <= 150
    )  # the aim is 100 on a quiet machine; a shared one may need half as much again


def test_after_fast_typing_the_last_state_is_shown(page):
    field = page.locator(TEXT).first
    field.fill("")
    field.press_sequentially("good " * 40 + "zebra", delay=0)
    assert "zebra" in settled(page).replace("\n", "") or "drawn" in settled(page)
    assert not page.locator(".btp-controls [role=alert]").count()


def test_hostile_text_is_shown_and_never_run(page):
    for field in page.locator(TEXT).all():
        field.fill(HOSTILE)
    settled(page)
    assert page.evaluate("window.hacked") is None
    assert not page.locator(".btp-controls :is(img, script, iframe)").count()
