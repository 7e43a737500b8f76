import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/padding/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/padding/stills/one.json", "utf8"))
const start = (part = {}) => {
  const model = fake({ ...kept, ...part })
  return { model, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const named = (el, text) => [...el.querySelectorAll("button")].find(one => one.textContent === text)
const { picture } = kept.state

test("the grid shows ids and mask, pads are hatched, the tables hold the same", () => {
  const { el } = start()
  assert.deepEqual(words(el, ".btp-slot .btp-id"), picture.ids.flat().map(String))
  assert.deepEqual(words(el, ".btp-slot .btp-button"), picture.mask.flat().map(String))
  const pads = picture.real.flat().filter(one => !one).length
  assert.ok(pads > 0 && el.querySelectorAll("[data-pad=true]").length === pads)
  assert.match(el.textContent, new RegExp(`32 positions are computed; ${pads} of them are pads`))
  const [batch, cells] = el.querySelectorAll("table")
  assert.equal(cells.querySelectorAll("tbody tr").length, 32)
  const drift = Math.max(...picture.logits[1].map((z, i) => Math.abs(z - picture.alone[1][i])))
  assert.deepEqual(words(batch, "tbody tr:last-child td").slice(0, 3), ["2", String(pads), drift.toFixed(3)])
  assert.equal(words(el, ".btp-drift")[1], `drift ${drift.toFixed(3)}`)
})

test("a switch asks for the batch with one place turned; a second click turns it back", () => {
  const { el, model } = start()
  const bit = el.querySelectorAll(".btp-ids")[1].querySelectorAll("button")[7]
  bit.click()
  assert.deepEqual(model.asked.at(-1).flips, [[], [7]])
  assert.equal(bit.parentElement.dataset.flipped, "true")
  bit.click()
  assert.deepEqual(model.asked.at(-1).flips, [[], []])
})

test("side, mask, more pads and a text ask anew, without switches", () => {
  const { el, model, window } = start()
  el.querySelector(".btp-slot button").click()
  named(el, "left").click()
  assert.deepEqual([model.asked.at(-1).side, model.asked.at(-1).flips], ["left", [[], []]])
  named(el, "on").click()
  assert.equal(model.asked.at(-1).masked, true)
  type(window, el.querySelector("input[type=range]"), "4")
  assert.equal(model.asked.at(-1).extra, 4)
  type(window, el.querySelectorAll("input")[1], "Fine.")
  assert.equal(model.asked.at(-1).texts[1], "Fine.")
})

test("a text is never markup; errors stand below their field; nothing yet is no failure", () => {
  const hostile = structuredClone(picture)
  hostile.tokens[0][1] = HOSTILE
  hostile.labels = [HOSTILE, "\u202egood"]
  const { el } = start({ state: { picture: hostile, error: { field: 1, words: "Too long." } } })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-slot .btp-name")[1], HOSTILE)
  assert.equal(words(el, ".btp-error")[1], "Too long.")
  const error = { field: null, words: "Load the model with eager." }
  assert.match(start({ state: { picture: null, error } }).el.textContent, /with eager/)
})

test("NaN is shown as NaN", () => {
  const broken = { ...structuredClone(picture), logits: [["NaN", "-Infinity"], ["NaN", "NaN"]] }
  const { el } = start({ state: { picture: broken, error: null } })
  assert.deepEqual(words(el, ".btp-logit .btp-value").slice(0, 2), ["NaN", "−∞"])
  assert.equal(words(el, ".btp-big")[0], "no answer")
})

test("arrow keys walk the switches; a closed view listens no more", () => {
  const { el, model, window, close } = start()
  const bits = [...el.querySelector(".btp-ids").querySelectorAll("button")]
  bits[0].focus()
  press(window, bits[0], "ArrowRight")
  assert.equal(window.document.activeElement, bits[1])
  close()
  assert.equal(model.listening(), 0)
})
