import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/tasks/view.js"
import { fake, HOSTILE, open, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/tasks/stills/topics.json", "utf8"))
const start = (patch = {}, of = {}) => {
  const state = structuredClone(kept.state)
  Object.assign(state.picture, patch)
  const model = fake({ ...structuredClone(kept), choices: { rule: "one" }, state, ...of })
  return { model, picture: state.picture, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const cells = el => [...el.querySelector("tbody").children].map(tr => words(tr, "td"))
const scores = el => cells(el).filter(row => row[3]).map(row => Number(row[3]))
const press = (el, name) => [...el.querySelectorAll("button")].find(b => b.textContent === name).click()

const logits = [[0, 0, 3], [1, 0, 3], [0, 5, -2]]
const sure = z => 1 / (1 + Math.exp(-z))

test("a row of the batch for each label; the labels share a 1, and the best is the answer", () => {
  const { el, picture } = start({ logits })
  const rows = [...el.querySelectorAll(".btp-pairs p")]
  assert.deepEqual(words(rows[1], ".btp-token"), picture.rows[1].tokens)
  assert.equal(words(rows[1], '[data-part="label"]')[0], "this")
  const third = 1 / (2 + Math.exp(-5))
  scores(el).forEach((x, i) => assert.ok(Math.abs(x - (i < 2 ? third : 1 - 2 * third)) < 1e-4))
  assert.equal(words(el, ".btp-big")[0], "travel")
  assert.equal(cells(el).length, 9)
})

test("each for itself: entailment against contradiction, in the browser", () => {
  const { el, model } = start({ logits })
  press(el, "are judged each for itself")
  scores(el).forEach((x, i) =>
    assert.ok(Math.abs(x - sure([3, 2, -2][i])) < 1e-4))
  assert.equal(el.querySelectorAll(".btp-logit .btp-bar").length, 6)
  assert.deepEqual(model.asked, [])
})

test("one label has no rival: it is always judged for itself", () => {
  const one = { labels: ["travel"], rows: [kept.state.picture.rows[0]], logits: [[0, 0, 2]] }
  const { el } = start(one)
  assert.ok(Math.abs(scores(el)[0] - sure(2)) < 1e-4)
  assert.match(el.textContent, /One label has no rival/)
})

test("contradiction is the last column where entailment is the first", () => {
  const { el } = start({ verdicts: ["entailment", "no"], entailment: 0,
    logits: [[1, 0], [2, 0], [0, 0]] }, { choices: { rule: "many" } })
  scores(el).forEach((x, i) => assert.ok(Math.abs(x - sure([1, 2, 0][i])) < 1e-4))
})

test("the middle of a long text is left out, and says so", () => {
  const tokens = ["[CLS]", ..."x".repeat(60), "[SEP]", "is", "y", "[SEP]"]
  const { el } = start({ labels: ["y"], rows: [{ tokens, second: 62 }], logits: [[0, 0, 1]] })
  const drawn = words(el, ".btp-pairs .btp-token")
  assert.equal(drawn.length, 24 + 1 + 1 + 3)
  assert.equal(drawn[24], "… 37 more")
})

test("three fields; a text is never markup; errors stand below theirs; NaN is NaN", () => {
  const { el, window, model } = start({ labels: [HOSTILE, "b", "c"], weights: HOSTILE,
    logits: logits.map(row => row.map(() => "NaN")) })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.deepEqual(cells(el)[2].slice(2), ["NaN", "NaN"])
  const [text, labels, template] = el.querySelectorAll("input")
  type(window, labels, "a, b")
  type(window, template, "About {}.")
  type(window, text, "Fine.")
  assert.deepEqual(Object.values(model.asked.at(-1)).slice(0, 3), ["Fine.", "a, b", "About {}."])
  const error = { field: "template", words: "Write {} once." }
  const empty = start({}, { state: { picture: null, error } })
  assert.deepEqual(words(empty.el, ".btp-error"), ["", "", "Write {} once."])
})
