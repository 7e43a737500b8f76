import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/tasks/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/tasks/stills/names.json", "utf8"))
const choices = { strategy: "average", at: null }
const start = (patch = {}) => {
  const model = fake({ ...structuredClone(kept), choices, ...patch })
  return { model, picture: model.get("state").picture, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const cells = el => [...el.querySelector("tbody").children].map(tr => words(tr, "td"))
const boxes = el => words(el, '[data-entity="true"]')

test("tokens, their labels, brackets, and the entities in their sentence", () => {
  const { el, picture } = start()
  assert.deepEqual(words(el, ".btp-token"), picture.tokens)
  assert.deepEqual(boxes(el), ["Sylvain PER", "Hugging Face ORG", "Brooklyn LOC"])
  assert.equal(words(el, ".btp-context")[0].replaceAll(/ (PER|ORG|LOC)/g, ""), picture.text)
  assert.deepEqual(cells(el).map(row => row.slice(0, 3)), [["PER", "Sylvain", "11 to 18"],
    ["ORG", "Hugging Face", "33 to 45"], ["LOC", "Brooklyn", "49 to 57"]])
  assert.equal(el.querySelectorAll(".btp-in").length, 6)
  assert.equal(words(el, ".btp-up small")[4], "B-PER")
})

test("the strategy acts in the browser: pieces of a word speak for themselves, or for all", () => {
  const state = structuredClone(kept.state)
  const at = state.picture.labels.indexOf("B-LOC")
  state.picture.logits[5] = state.picture.labels.map((_, i) => (i === at ? 20 : -20)) // ##lva
  const { el, model } = start({ state })
  const press = name => [...el.querySelectorAll("button")].find(b => b.textContent === name).click()
  press("first")
  assert.equal(boxes(el)[0], "Sylvain PER")
  press("max")
  assert.equal(boxes(el)[0], "Sylvain LOC")
  press("simple")
  assert.deepEqual(boxes(el).slice(0, 3), ["Sy PER", "lva LOC", "in PER"])
  assert.deepEqual(model.asked, [])
})

test("a click and the arrow keys choose the token whose labels are shown", () => {
  const { el, window, model } = start()
  const spots = [...el.querySelectorAll(".btp-spot")]
  const shown = () => words(el, ".btp-shape")[1]
  assert.equal(shown(), "sy") // the first token of the first entity
  spots[2].click()
  assert.equal(model.get("choices").at, 2)
  assert.equal(shown(), "name")
  spots[2].focus()
  press(window, spots[2], "ArrowLeft")
  assert.equal(shown(), "my")
  assert.match(words(el, ".btp-hint")[0], /my is a whole word/)
})

test("no entity, NaN, a text that is never markup, an error below the field", () => {
  const state = structuredClone(kept.state)
  const { picture } = state
  picture.logits = picture.logits.map(row => row.map((_, i) => (i ? -9 : 9)))
  const plain = start({ state: structuredClone(state) })
  assert.deepEqual(boxes(plain.el), [])
  assert.match(plain.el.textContent, /Every word is labelled O/)
  picture.logits[3] = picture.labels.map(() => "NaN")
  Object.assign(picture, { text: picture.text.replace("and I", HOSTILE.slice(0, 5)), weights: HOSTILE })
  picture.tokens[1] = HOSTILE
  const { el, window, model } = start({ state })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-token")[1], HOSTILE)
  assert.equal(words(el, ".btp-up small")[3], "none")
  type(window, el.querySelector("input"), "Fine.")
  assert.equal(model.asked.at(-1).text, "Fine.")
  const error = { field: "text", words: "Too long." }
  assert.deepEqual(words(start({ state: { picture: null, error } }).el, ".btp-error"), ["Too long."])
})
