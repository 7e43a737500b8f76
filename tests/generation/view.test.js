import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/generation/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/generation/stills/one.json", "utf8"))
const choices = { t: 0.7, k: 50, p: 0.9, goal: 0 }
const one = (move, i) => ({ ...move, text: ` w${i}`, id: i, probability: 0.5, others: [[" x", 0.25]] })
const grown = inputs => ({ ...kept.state.picture, steps: inputs.path.map(one) })
const start = (part = {}, answer = grown) => {
  const model = fake({ ...kept, choices, ...part }, answer)
  return { model, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(item => item.textContent)
const named = (el, text) => [...el.querySelectorAll("button")].find(item => item.textContent === text)
const tables = el => [...el.querySelectorAll("table")].map(table =>
  [...table.querySelectorAll("tbody tr")].map(row => words(row, "td")))
const pause = () => new Promise(resolve => setTimeout(resolve, 5))

test("candidates, the filters' lines and the table hold the same numbers", () => {
  const { el, close } = start()
  const [list] = tables(el)
  assert.equal(list.length, 11)
  assert.deepEqual(list.slice(0, 10).map(row => row[1]), words(el, ".btp-candidate .btp-token"))
  assert.deepEqual(list.map(row => row[5]).slice(0, 2), ["✓", "✗ p"])
  assert.equal(list[0][6], "1.000")
  assert.deepEqual(words(el, ".btp-tab"), ["k 50 ↓", "p 0.9"])
  assert.equal(el.querySelector(".btp-line-p").style.getPropertyValue("--row"), "1")
  close()
})

test("sliders act without the kernel", () => {
  const { el, model, window, close } = start()
  const [t, k, p] = el.querySelectorAll("input[type=range]")
  type(window, p, "1")
  assert.deepEqual(words(el, ".btp-tab"), ["k 50 ↓", "p off"])
  type(window, k, "3")
  assert.deepEqual(tables(el)[0].map(row => row[5]).slice(2, 4), ["✓", "✗ k"])
  type(window, t, "2")
  const shares = tables(el)[0].slice(0, 3).map(row => Number(row[6]))
  assert.ok(Math.abs(shares.reduce((a, b) => a + b) - 1) < 0.002 && shares[0] < 0.999)
  assert.deepEqual(model.asked, [])
  close()
})

test("step draws with the settings of the moment, a click takes a candidate, rewind goes back", () => {
  const { el, model, close } = start()
  named(el, "Step").click()
  assert.deepEqual(model.asked.at(-1).path, [{ t: 0.7, k: 50, p: 0.9, pick: null }])
  el.querySelectorAll(".btp-candidate")[6].click()
  assert.equal(model.asked.at(-1).path[1].pick, kept.state.picture.head[6][1])
  assert.deepEqual(words(el, ".btp-chip .btp-token"), [" w0", " w1"])
  assert.deepEqual(tables(el)[1][1].slice(4), ["picked by you", "␣x 0.250"])
  named(el, "Rewind").click()
  assert.equal(model.asked.at(-1).path.length, 1)
  el.querySelector(".btp-chip").click()
  assert.deepEqual(model.asked.at(-1).path, [])
  close()
})

test("a run asks for one token after the other, and stops when told", async () => {
  const { el, model, close } = start()
  named(el, "Run 20").click()
  while (model.asked.length < 3) await pause()
  assert.ok(el.querySelector("progress").value >= 3)
  named(el, "Stop").click()
  const asked = model.asked.length
  await pause()
  assert.equal(model.asked.length, asked)
  named(el, "Run 20").click()
  while (!named(el, "Run 20")) await pause()
  assert.equal(model.get("inputs").path.length, asked + 20)
  close()
})

test("a run ends where the text does, and at an error", async () => {
  const ended = start({}, inputs => ({ ...grown(inputs), end: inputs.path.length > 2 ? "It ends" : "" }))
  named(ended.el, "Run 20").click()
  while (!named(ended.el, "Run 20")) await pause()
  assert.equal(ended.model.get("inputs").path.length, 3)
  assert.match(ended.el.textContent, /It ends\. Rewind/)
  assert.ok(named(ended.el, "Step").disabled)
  ended.close()
})

test("a prompt begins a new path; its error stands below it", () => {
  const { el, model, window, close } = start()
  named(el, "Step").click()
  type(window, el.querySelector("input"), "Two cats")
  assert.deepEqual([model.asked.at(-1).prompt, model.asked.at(-1).path], ["Two cats", []])
  close()
  const error = { field: "seed", words: "A whole number." }
  const empty = start({ state: { picture: null, error } })
  assert.ok(words(empty.el, ".btp-error").includes("A whole number."))
  assert.ok(named(empty.el, "Step").disabled)
  empty.close()
})

test("a text is never markup", () => {
  const picture = { ...grown({ path: [] }), prompt: [1, HOSTILE], head: [[HOSTILE, 1], ["\u202e", 2]] }
  picture.steps = [{ ...one(choices, 0), pick: null, text: HOSTILE, others: [[HOSTILE, 0.1]] }]
  const { el, close } = start({ state: { picture, error: { field: null, words: HOSTILE } } })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.ok(el.querySelector(".btp-begun").textContent === HOSTILE && el.textContent.includes("\\u202e"))
  close()
})

test("arrow keys walk candidates and tokens; a closed view listens no more", () => {
  const { el, model, window, close } = start()
  const rows = [...el.querySelectorAll(".btp-candidate")]
  rows[0].focus()
  press(window, rows[0], "ArrowDown")
  assert.equal(window.document.activeElement, rows[1])
  close()
  assert.equal(model.listening(), 0)
})

test("arrow keys move the lines of k and p, within their limits; off is below the last row", () => {
  const { el, window, model } = start({ choices: { t: 0.7, k: 3, p: 0.9, goal: 0 } })
  const [k, p] = el.querySelectorAll(".btp-tab")
  const walk = (tab, ...keys) => keys.forEach(key => press(window, tab, key))
  walk(k, "ArrowDown", "ArrowUp", "ArrowUp")
  assert.equal(model.get("choices").k, 2)
  assert.equal(k.getAttribute("aria-valuenow"), "2")
  walk(k, "ArrowUp", "ArrowUp")
  assert.equal(model.get("choices").k, 1)
  walk(p, "ArrowDown", "ArrowRight", "ArrowRight")
  assert.equal(model.get("choices").p, 1)
  assert.equal(p.getAttribute("aria-valuetext"), "off")
  walk(p, "ArrowUp")
  assert.equal(model.get("choices").p, 0.95)
  model.set("choices", { ...model.get("choices"), k: 0 })
  walk(k, "ArrowDown")
  assert.equal(model.get("choices").k, 0)
  walk(k, "ArrowUp")
  assert.equal(model.get("choices").k, 10)
})
