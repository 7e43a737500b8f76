import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/heads/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/heads/stills/mask.json", "utf8"))
const choices = { head: "MaskedLM", at: null, layer: 0, attention: 2 }
const start = (patch = {}) => {
  const model = fake({ ...structuredClone(kept), choices, ...patch })
  return { model, picture: model.get("state").picture, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const tab = (el, name) => el.querySelector(`[data-value="${name}"]`)

test("it opens on the mask: where it looks, and which word the head puts there", () => {
  const { el, picture } = start()
  assert.deepEqual(words(el, ".btp-look .btp-token"), picture.tokens)
  const row = picture.attentions[0][2][picture.tokens.indexOf("[MASK]")]
  assert.deepEqual(words(el, ".btp-look .btp-value"), row.map(w => (w / 1000).toFixed(3)))
  assert.deepEqual(words(el, ".btp-big"), ["terrible"])
  assert.equal(words(el, ".btp-made .btp-value")[0], "0.3303")
})

test("pointer or focus on a token shows where it looks and its guesses, and asks nothing", () => {
  const { el, window, model, picture } = start()
  const chips = [...el.querySelectorAll(".btp-look .btp-chip")]
  chips[0].focus()
  press(window, chips[0], "ArrowRight")
  assert.equal(window.document.activeElement, chips[1])
  const row = picture.attentions[0][2][1]
  assert.deepEqual(words(el, ".btp-look .btp-value"), row.map(w => (w / 1000).toFixed(3)))
  assert.equal(words(el, ".btp-big")[0], picture.heads[2].rows[1][0][0])
  chips[1].blur()
  assert.equal(words(el, ".btp-big")[0], "terrible")
  assert.deepEqual(model.asked, [])
})

test("a click masks a token, another one gives it back", () => {
  const { el, model } = start()
  el.querySelectorAll(".btp-look .btp-chip")[2].click()
  assert.deepEqual(model.asked.at(-1).masked, [2])
  assert.equal(model.get("choices").at, 2)
  el.querySelectorAll(".btp-look .btp-chip")[2].click()
  assert.deepEqual(model.asked.at(-1).masked, [])
})

test("the head changes what comes out, and nothing else; no kernel is asked", () => {
  const { el, model, picture } = start()
  const body = words(el, ".btp-look")
  for (const head of picture.heads) {
    tab(el, head.name).click()
    const shapes = words(el, ".btp-shape")
    assert.deepEqual(shapes[2], `${head.field} [${head.shape.join(", ")}]`)
    assert.ok(shapes[0].startsWith(`input_ids [${head.inputs.join(", ")}]`))
    assert.deepEqual(words(el, ".btp-look"), body)
    assert.equal(el.querySelectorAll(".btp-made .btp-hatch").length > 0, head.weights.startsWith("random"))
    assert.equal(el.querySelector("tbody").children.length, head.rows.flat().length)
  }
  assert.deepEqual(model.asked, [])
})

test("a small picture for each attention head: arrows walk and show, a click keeps", () => {
  const { el, window, model, picture } = start()
  const all = [...el.querySelectorAll(".btp-head")]
  assert.equal(all.length, 72)
  assert.deepEqual(all.filter(one => one.getAttribute("aria-pressed") === "true"), [all[2]])
  all[2].focus()
  press(window, all[2], "ArrowDown")
  assert.equal(window.document.activeElement, all[14])
  const row = picture.attentions[1][2][5]
  assert.deepEqual(words(el, ".btp-look .btp-value"), row.map(w => (w / 1000).toFixed(3)))
  assert.equal(model.get("choices").layer, 0)
  all[14].click()
  assert.deepEqual([model.get("choices").layer, model.get("choices").attention], [1, 2])
  const squares = [...all[14].querySelector("path").getAttribute("d").matchAll(/M/g)].length
  assert.equal(squares, picture.attentions[1][2].flat().filter(w => w >= 60).length)
  assert.deepEqual(model.asked, [])
})

test("the tables hold the numbers of the picture", () => {
  const { el, picture } = start()
  const [head, body] = el.querySelectorAll("table")
  const [name, logit, p] = picture.heads[2].rows[0][0]
  assert.deepEqual(words(head, "tbody tr:first-child td"), ["[CLS]", name,
    `${logit < 0 ? "−" : "+"}${Math.abs(logit).toFixed(3)}`, p.toFixed(4)])
  assert.equal(body.querySelectorAll("tbody tr").length, 64)
})

test("typing asks with no word masked; what is refused stands below the field", () => {
  const { el, window, model } = start()
  type(window, el.querySelector("input"), "Fine.")
  assert.deepEqual(model.asked.at(-1), { text: "Fine.", masked: [], n: 1 })
  const error = { field: "text", words: "Too long." }
  const empty = start({ state: { picture: null, error } })
  assert.equal(empty.el.querySelector(".btp-error").textContent, "Too long.")
  assert.ok(empty.el.querySelector(".btp-picture").hasAttribute("hidden"))
})

test("a text is never markup; what is not drawn has a place; NaN is NaN", () => {
  const state = structuredClone(kept.state)
  const { picture } = state
  picture.tokens[1] = picture.heads[2].rows[5][0][0] = HOSTILE
  picture.heads[1].rows[0][0][1] = picture.heads[1].rows[0][0][2] = "NaN"
  picture.tokens.push("unseen")
  for (const head of picture.attentions.flat()) for (const row of head) row.push(0)
  const { el } = start({ state })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-token")[1], HOSTILE)
  assert.equal(words(el, ".btp-big")[0], HOSTILE)
  assert.equal(words(el, ".btp-look .btp-name").at(-1), "… 1 more")
  tab(el, "SequenceClassification").click()
  assert.equal(words(el, ".btp-made .btp-value")[0], "NaN")
  assert.equal(words(el, ".btp-big")[0], "no answer")
})

test("two views of one explorer stay in step; a closed one listens no more", () => {
  const { el, model, close, window } = start()
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  tab(el, "AutoModel").click()
  assert.equal(words(second, ".btp-big")[0], "no answer")
  close()
  end()
  assert.equal(model.listening(), 0)
})
