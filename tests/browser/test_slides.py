"""The slides as the class sees them: from the disk, without a network, at 1280 × 720."""

import pytest

from docs.slides.make import BUILD
from tools.browser import PICTURES
from tools.notebooks import COURSE

# Least sizes of text in CSS pixels: code and its output, an explorer's picture, all else.
CODE, PICTURE, PROSE = 18, 12, 20

MEASURE = """([code, picture, prose]) => {
  const slide = Reveal.getCurrentSlide(), found = [];
  for (const element of slide.querySelectorAll("*")) {
    const box = element.getBoundingClientRect();
    const {left, top, right, bottom} = box;
    const outside = left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
    const cut = element.tagName == "PRE" && element.scrollWidth > element.clientWidth + 1;
    if (box.width && (outside || cut))
      found.push(`${element.outerHTML.slice(0, 80)} from ${left}, ${top} to ${right}, ${bottom}`);
  }
  const walker = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.data.trim();
    const element = walker.currentNode.parentElement, svg = element.closest("svg");
    if (!text || !element.checkVisibility() || element.closest("style")) continue;
    const zoom = svg ? svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
      : element.currentCSSZoom;
    const size = parseFloat(getComputedStyle(element).fontSize) * zoom;
    const least = element.closest(".btp-still") ? picture : element.closest("pre") ? code : prose;
    if (size < least - 0.05) found.push(`${size.toFixed(1)} px: ${text.slice(0, 40)}`);
  }
  for (const image of slide.querySelectorAll("img"))
    if (image.getBoundingClientRect().width < 0.9 * image.naturalWidth)
      found.push(`shrunk: ${image.alt.slice(0, 60)}`);
  return found;
}"""


@pytest.fixture(scope="module")
def browser(chromium):
    """A Chromium without a network, at the size of a projector."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, offline=True)
    yield context
    context.close()


@pytest.mark.parametrize("path", COURSE, ids=lambda path: path.stem)
def test_every_slide_fits_and_is_legible(path, browser):
    pictures = PICTURES / "slides" / path.stem
    pictures.mkdir(parents=True, exist_ok=True)
    page, complaints, found = browser.new_page(), [], {}
    page.on(
        "request",
        lambda request: (
            request.url.startswith(("file:", "data:", "blob:")) or complaints.append(request.url)
        ),
    )
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto((BUILD / f"{path.stem}.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    total = page.evaluate("Reveal.getTotalSlides()")
    for number in range(1, total + 1):
        while page.evaluate("Reveal.availableFragments().next"):
            page.evaluate("Reveal.next()")
        page.screenshot(path=pictures / f"{number:02}.png")
        found[number] = page.evaluate(MEASURE, [CODE, PICTURE, PROSE])
        page.evaluate("Reveal.next()")
    notes = page.evaluate(
        "[...document.querySelectorAll('aside.notes')].map(notes => notes.textContent.trim())"
    )
    assert len(notes) >= total / 2 and all(notes)
    assert page.evaluate("Reveal.isLastSlide() && Reveal.getSlidePastCount() + 1") == total
    page.close()
    assert complaints == []
    assert {number: problems for number, problems in found.items() if problems} == {}


def test_speaker_view_opens_from_the_disk(browser):
    page = browser.new_page()
    page.goto((BUILD / f"{COURSE[1].stem}.html").as_uri())
    page.wait_for_function("Reveal.isReady()")
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    view = popup.value
    view.wait_for_selector("#current-slide iframe")
    page.keyboard.press("ArrowRight")  # to the section with the two sentences
    notes = view.locator(".speaker-controls-notes .value")
    notes.get_by_text("Two sentences, to be used all through the course").wait_for()
    assert (
        view.frame_locator("#current-slide iframe")
        .get_by_role("heading", name="The one call")
        .is_visible()
    )
    assert (
        view.frame_locator("#upcoming-slide iframe")
        .get_by_role("paragraph")
        .get_by_text("which gets the higher score?")
        .is_visible()
    )
    view.screenshot(path=PICTURES / "slides" / "speaker.png")
