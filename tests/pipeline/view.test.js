import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/pipeline/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = name => JSON.parse(readFileSync(`helpers/pipeline/stills/${name}.json`, "utf8"))
const choices = { tint: true, click: "out" }
const start = (name, answer) => {
  const model = fake({ ...kept(name), choices }, answer)
  return { model, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)

test("two sentences stand on one axis, with tokens, ids, numbers and answers", () => {
  const { el } = start("two")
  const { lanes } = kept("two").state.picture
  assert.deepEqual(words(el, ".btp-token"), lanes.flatMap(lane => lane.tokens))
  assert.deepEqual(words(el, ".btp-id"), lanes.flatMap(lane => lane.ids.map(String)))
  assert.deepEqual(words(el, ".btp-big"), ["NEGATIVE", "POSITIVE"])
  const track = el.querySelector(".btp-logit .btp-track")
  const width = parseFloat(track.style.getPropertyValue("--to")) - 50
  assert.ok(Math.abs(width - (100 * lanes[0].logits[0]) / 12) < 0.01)
})

test("the tables hold the numbers of the picture", () => {
  const { el } = start("two")
  const [answers, tokens] = el.querySelectorAll("table")
  assert.equal(answers.querySelectorAll("tbody tr").length, 4)
  assert.equal(tokens.querySelectorAll("tbody tr").length, 16)
  assert.deepEqual(words(answers, "tbody tr:first-child td").slice(0, 4), ["A", "NEGATIVE", "+1.769", "0.9862"])
})

test("a text is never markup", () => {
  const picture = structuredClone(kept("one").state.picture)
  picture.lanes[0].tokens[1] = HOSTILE
  picture.lanes[0].labels = [HOSTILE, "\u202egood"]
  const model = fake({ ...kept("one"), choices, state: { picture, error: { field: null, words: HOSTILE } } })
  const { el } = open(view, model)
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-token")[1], HOSTILE)
  assert.ok(el.textContent.includes("\\u202egood"))
})

test("pointer or focus on a token shows at once what the model says without it", () => {
  const { el, window, model } = start("two")
  const chip = el.querySelectorAll(".btp-chip")[2]
  const before = words(el, ".btp-logit .btp-value")[0]
  chip.dispatchEvent(new window.FocusEvent("focus"))
  const without = kept("two").state.picture.lanes[0].without[2][0]
  assert.equal(parseFloat(words(el, ".btp-logit .btp-value")[0].replace("−", "-")), Number(without.toFixed(3)))
  chip.parentElement.dispatchEvent(new window.Event("focusout"))
  assert.equal(words(el, ".btp-logit .btp-value")[0], before)
  assert.deepEqual(model.asked, [])
})

test("a click asks Python for the sentence without the token; a second one takes it back", () => {
  const { el, model } = start("two")
  el.querySelectorAll(".btp-chip")[2].click()
  assert.deepEqual(model.asked.at(-1).marks, [{ 2: "out" }, {}])
  el.querySelectorAll(".btp-chip")[2].click()
  assert.deepEqual(model.asked.at(-1).marks, [{}, {}])
})

test("arrow keys walk the tokens, and Tab stops at one", () => {
  const { el, window } = start("one")
  const chips = [...el.querySelectorAll(".btp-chip")]
  chips[0].focus()
  press(window, chips[0], "ArrowRight")
  assert.equal(window.document.activeElement, chips[1])
  press(window, chips[1], "End")
  assert.equal(window.document.activeElement, chips.at(-1))
  assert.deepEqual(chips.filter(chip => chip.tabIndex === 0), [chips.at(-1)])
})

test("typing asks at once and does not weigh; half a character is not sent", () => {
  const { el, window, model, close } = start("one")
  const input = el.querySelector("input")
  type(window, input, "Fine.")
  assert.equal(model.asked.at(-1).texts[0], "Fine.")
  assert.equal(model.asked.at(-1).weigh, false)
  type(window, input, "x\ud800")
  assert.equal(model.asked.at(-1).texts[0], "Fine.")
  assert.match(el.querySelector(".btp-error").textContent, /Character 2/)
  close()
})

test("NaN is shown as NaN; nothing yet is an empty picture; an error stands below its field", () => {
  const picture = structuredClone(kept("one").state.picture)
  Object.assign(picture.lanes[0], { logits: ["NaN", "-Infinity"], whole: ["NaN", "-Infinity"], without: null })
  const { el } = open(view, fake({ ...kept("one"), choices, state: { picture, error: null } }))
  assert.deepEqual(words(el.querySelector(".btp-lane"), ".btp-logit .btp-value"), ["NaN", "−∞"])
  assert.equal(words(el, ".btp-big")[0], "no answer")
  const error = { field: 0, words: "Too long." }
  const empty = open(view, fake({ ...kept("one"), choices, state: { picture: null, error } }))
  assert.equal(empty.el.querySelector(".btp-error").textContent, "Too long.")
})

test("two views of one explorer stay in step; a closed one listens no more", () => {
  const { el, model, close, window } = start("two")
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  type(window, el.querySelector("input"), "Fine.")
  assert.equal(second.querySelector("input").value, "Fine.")
  close()
  end()
  assert.equal(model.listening(), 0)
})
