import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/postprocessing/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/postprocessing/stills/blame.json", "utf8"))
const first = { own: null, classes: 2, temperature: 1, truth: 0 }
const begin = (choices = {}, state = kept.state) => {
  const model = fake({ ...kept, choices: { ...first, ...choices }, state })
  return { model, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const cells = el => [...el.querySelectorAll("tbody tr")].map(row => words(row, "td"))
const number = text => Number(text.replace("−", "-"))
const near = (a, b) => assert.ok(Math.abs(a - b) < 0.00051, `${a} is not ${b}`)
const drawn = [...kept.state.picture.logits]

test("the picture and its table hold logits, probabilities, losses and gradient", () => {
  const { el } = begin({ truth: 1, temperature: 2 })
  const scaled = drawn.map(z => z / 2)
  const sum = scaled.reduce((all, z) => all + Math.exp(z), 0)
  const p = scaled.map(z => Math.exp(z) / sum)
  cells(el).forEach(([name, ...numbers], i) => {
    assert.equal(name, kept.state.picture.labels[i])
    const wanted = [drawn[i], scaled[i], p[i], -Math.log(p[i]), i, p[i] - i]
    numbers.forEach((text, j) => near(number(text), wanted[j]))
  })
  words(el, ".btp-logit .btp-value").forEach((text, i) => near(number(text), drawn[i]))
  words(el, ".btp-probability .btp-value").forEach((text, i) => near(number(text), p[i]))
  near(number(words(el, ".btp-big")[0]), -Math.log(p[1]))
})

test("an arrow on each bar is as long as p − y and points against it", () => {
  const { el } = begin({ truth: 1 })
  const arrows = [...el.querySelectorAll(".btp-push")]
  const gradient = cells(el).map(row => number(row.at(-1)))
  assert.deepEqual(arrows.map(one => one.dataset.up), ["false", "true"])
  arrows.forEach((one, i) => {
    near(Number(one.style.getPropertyValue("--size")), Math.abs(gradient[i]))
    assert.ok(one.textContent.endsWith(words(el, "tbody tr td:last-child")[i]))
  })
})

test("a click on a label calls it true: loss and gradient change, nothing else, Python is not asked", () => {
  const { el, model } = begin()
  const before = [words(el, ".btp-value"), words(el, ".btp-big")]
  el.querySelectorAll(".btp-truths button")[1].click()
  assert.deepEqual(words(el, ".btp-value"), before[0])
  assert.notDeepEqual(words(el, ".btp-big"), before[1])
  assert.deepEqual(words(el, ".btp-truths [aria-pressed=true]"), ["1 · POSITIVE"])
  assert.deepEqual(model.asked, [])
})

test("arrow keys move a logit, which is then the reader's; a button gives the model's back", () => {
  const { el, window, model } = begin()
  const [track] = el.querySelectorAll(".btp-logit .btp-track")
  const [theirs] = [...el.querySelectorAll(".btp-settings > .btp-button")]
  assert.ok(theirs.disabled)
  press(window, track, "ArrowRight")
  assert.equal(words(el, ".btp-logit .btp-value")[0], "+2.000") // 1.769 and a step, on the grid
  assert.match(el.querySelector(".btp-whose").textContent, /yours/)
  assert.ok(el.querySelector(".btp-logit .btp-bar").classList.contains("btp-moved"))
  assert.deepEqual(model.asked, [])
  theirs.click()
  assert.equal(words(el, ".btp-logit .btp-value")[0], "+1.769")
  assert.equal(model.get("choices").own, null)
})

test("the arrow keys walk the labels, and Tab stops at one", () => {
  const { el, window } = begin()
  const labels = [...el.querySelectorAll(".btp-truths button")]
  labels[0].focus()
  press(window, labels[0], "ArrowDown")
  assert.equal(window.document.activeElement, labels[1])
  assert.deepEqual(labels.filter(one => one.tabIndex === 0), [labels[1]])
})

test("four classes with logits 0 have the loss log 4; made-up ones are named", () => {
  const { el } = begin({ classes: 4, own: [0, 0, 0, 0, 0, 0] })
  assert.deepEqual(words(el, ".btp-big"), [Math.log(4).toFixed(3)])
  assert.match(el.querySelector(".btp-whose").textContent, /Made up: class 3, class 4\./)
})

test("a true label beyond the classes becomes the last", () => {
  const { el } = begin({ truth: 5, classes: 3 })
  assert.deepEqual(words(el, ".btp-truths [aria-pressed=true]"), ["1 · class 3"])
})

test("a huge lead overflows nothing: the loss is the lead", () => {
  const { el } = begin({ own: [12, -12, 0, 0, 0, 0], truth: 1, temperature: 0.1 })
  assert.deepEqual(words(el, ".btp-big"), ["240.000"])
})

test("temperature acts in the browser; a number out of range does not", () => {
  const { el, window, model } = begin()
  const field = el.querySelector("input[type=number]")
  type(window, field, "3")
  assert.equal(model.get("choices").temperature, 3)
  type(window, field, "0")
  assert.equal(model.get("choices").temperature, 3)
  assert.deepEqual(model.asked, [])
})

test("typing asks Python and gives up the reader's logits; half a character is not sent", () => {
  const { el, window, model } = begin({ own: [1, 2, 0, 0, 0, 0] })
  const input = el.querySelector("input[type=text]")
  type(window, input, "Fine.")
  assert.equal(model.asked.at(-1).text, "Fine.")
  assert.equal(model.get("choices").own, null)
  type(window, input, "x\ud800")
  assert.equal(model.asked.at(-1).text, "Fine.")
  assert.match(el.querySelector(".btp-error").textContent, /Character 2/)
})

test("a text is never markup", () => {
  const picture = { ...kept.state.picture, labels: [HOSTILE, "\u202egood"] }
  const { el } = begin({}, { picture, error: { field: null, words: HOSTILE } })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-name")[0], HOSTILE)
  assert.ok(words(el, ".btp-truths button")[1].includes("\\u202egood"))
})

test("NaN and −∞ are shown; nothing yet is an empty picture; an error stands below its field", () => {
  const picture = { ...kept.state.picture, logits: ["NaN", 1] }
  const nan = begin({}, { picture, error: null }).el
  assert.deepEqual(words(nan, ".btp-logit .btp-value"), ["NaN", "+1.000"])
  assert.deepEqual(words(nan, ".btp-big"), ["NaN"])
  const none = begin({}, { picture: { ...picture, logits: ["-Infinity", 1] }, error: null }).el
  assert.deepEqual(words(none, ".btp-probability .btp-value"), ["0.000", "1.000"])
  assert.deepEqual(words(none, ".btp-big"), ["∞"])
  const empty = begin({}, { picture: null, error: { field: "text", words: "Too long." } }).el
  assert.equal(empty.querySelector(".btp-error").textContent, "Too long.")
  assert.equal(empty.querySelectorAll(".btp-bar, tbody tr").length, 0)
  assert.ok(empty.querySelector(".btp-ticks"))
})

test("two views of one explorer stay in step; a closed one listens no more", () => {
  const { el, model, close, window } = begin()
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  el.querySelectorAll(".btp-truths button")[1].click()
  assert.deepEqual(words(second, ".btp-big"), words(el, ".btp-big"))
  close()
  end()
  assert.equal(model.listening(), 0)
})
