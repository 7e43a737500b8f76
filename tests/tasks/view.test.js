import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/tasks/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/tasks/stills/where.json", "utf8"))
const choices = { longest: 15, mine: [] }
const start = (patch = {}) => {
  const model = fake({ ...structuredClone(kept), choices, ...patch })
  return { model, picture: model.get("state").picture, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const cells = el => [...el.querySelector("tbody").children].map(tr => words(tr, "td"))
const random = (n, seed) => Array.from({ length: n }, (_, i) => 3 * Math.sin(12.9 * (i + 1) * seed))

/** All spans by two loops, best first; written again, not the view's. */
function byLoops(picture, longest) {
  const share = z => z.map(x => Math.exp(x) / z.reduce((sum, y) => sum + Math.exp(y), 0))
  const [starts, ends] = [share(picture.starts), share(picture.ends)]
  const spans = []
  for (let a = 1; a < starts.length; a++)
    for (let b = 1; b < ends.length; b++)
      if (a <= b && b < a + longest) spans.push([starts[a] * ends[b], a, b])
  return { spans: spans.sort((x, y) => y[0] - x[0]), none: starts[0] * ends[0] }
}

test("tokens, the best span as answer and in its text", () => {
  const { el, picture } = start()
  assert.deepEqual(words(el, ".btp-token"), picture.tokens)
  assert.deepEqual(words(el, ".btp-big"), ["Hugging Face"])
  assert.deepEqual(words(el, "mark"), ["Hugging Face"])
  assert.equal(words(el, ".btp-context")[0], picture.context)
})

for (const longest of [1, 2, 15, 30])
  test(`the spans of at most ${longest} tokens are those of two loops`, () => {
    const state = structuredClone(kept.state)
    const { picture } = state
    const n = picture.tokens.length
    Object.assign(picture, { starts: random(n, 1), ends: random(n, 7) })
    const { el } = start({ state, choices: { longest, mine: [] } })
    const { spans, none } = byLoops(picture, longest)
    const rows = cells(el)
    assert.equal(rows.length, 6)
    spans.slice(0, 5).forEach(([score, a, b], i) => {
      const [from, to] = [picture.offsets[a][0], picture.offsets[b][1]]
      assert.deepEqual(rows[i], [`${i + 1}`, picture.context.slice(from, to), `${from} to ${to}`,
        `${b - a + 1}`, score.toFixed(4)])
    })
    assert.deepEqual(rows[5], ["no answer", "", "", "", none.toFixed(4)])
    assert.equal(words(el, ".btp-big")[0], spans[0][0] > none ? rows[0][1] : "no answer")
    const first = el.querySelectorAll('.btp-lanes .btp-in[data-span="1"]')
    assert.equal(first.length, spans[0][2] - spans[0][1] + 1)
  })

test("the slider acts in the browser", () => {
  const { el, window, model } = start()
  const range = el.querySelector("input[type=range]")
  type(window, range, "1")
  assert.equal(model.get("choices").longest, 1)
  assert.equal(words(el, ".btp-big")[0], "Hugging")
  assert.deepEqual(model.asked, [])
})

test("two clicks make a span of the reader's own, with its score; it can be cleared", () => {
  const { el, model, picture } = start()
  const spots = [...el.querySelectorAll(".btp-spot")]
  spots[7].click()
  assert.deepEqual(model.get("choices").mine, [7])
  spots[9].click()
  assert.deepEqual(model.get("choices").mine, [7, 9])
  const own = cells(el).at(-1)
  assert.deepEqual(own.slice(0, 2), ["yours", picture.context.slice(picture.offsets[7][0], picture.offsets[9][1])])
  assert.equal(el.querySelectorAll('.btp-in[data-span="yours"]').length, 3)
  spots[3].click()
  spots[2].click()
  assert.deepEqual(model.get("choices").mine, [2])
  const clear = [...el.querySelectorAll("button")].find(one => one.textContent === "Clear your span")
  clear.click()
  assert.ok(clear.disabled)
  assert.equal(cells(el).length, 6)
  assert.deepEqual(model.asked, [])
})

test("arrow keys walk the tokens, and say the numbers of each", () => {
  const { el, window } = start()
  const spots = [...el.querySelectorAll(".btp-spot")]
  spots[10].focus()
  press(window, spots[10], "ArrowRight")
  assert.equal(window.document.activeElement, spots[11])
  assert.match(words(el, ".btp-spans .btp-hint")[0], /hugging: start 1\.000, end 0\.000/)
})

test("no words to point at: no answer, of score 1", () => {
  const state = structuredClone(kept.state)
  Object.assign(state.picture, { context: " ", tokens: ["[CLS]"], offsets: [[0, 0]], starts: [2], ends: [1] })
  const { el } = start({ state })
  assert.deepEqual(cells(el), [["no answer", "", "", "", "1.0000"]])
  assert.equal(words(el, ".btp-big")[0], "no answer")
})

test("a long text is drawn around its answer, characters beyond the first plane counted as one", () => {
  const state = structuredClone(kept.state)
  const n = 200
  const tokens = ["[CLS]", ..."x".repeat(n)]
  const at = Array.from({ length: n + 1 }, (_, i) => (i === 150 ? 9 : 0))
  Object.assign(state.picture, { context: "😀".repeat(n), tokens, starts: at, ends: at,
    offsets: [[0, 0], ...Array.from({ length: n }, (_, i) => [i, i + 1])] })
  const { el } = start({ state })
  assert.equal(el.querySelectorAll(".btp-spot").length, 61)
  assert.match(words(el, ".btp-spans .btp-hint")[0], /60 of 200 tokens are drawn/)
  assert.equal(words(el, "mark")[0], "😀")
  assert.ok(el.querySelector('[data-place="150"] .btp-in[data-span="1"]'))
})

test("a text is never markup; an error stands below its field; NaN is NaN", () => {
  const state = structuredClone(kept.state)
  const { picture } = state
  Object.assign(picture, { weights: HOSTILE, context: HOSTILE + picture.context })
  picture.tokens[3] = HOSTILE
  picture.starts = picture.starts.map(() => "NaN")
  const { el, window, model } = start({ state })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(words(el, ".btp-token")[3], HOSTILE)
  assert.equal(cells(el).at(-1).at(-1), "NaN")
  type(window, el.querySelectorAll("input")[1], "Fine.")
  assert.equal(model.asked.at(-1).context, "Fine.")
  const error = { field: "context", words: "Too long." }
  const empty = start({ state: { picture: null, error } })
  assert.deepEqual(words(empty.el, ".btp-error"), ["", "Too long."])
})

test("two views of one explorer stay in step; a closed one listens no more", () => {
  const { el, model, close, window } = start()
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  el.querySelectorAll(".btp-spot")[7].click()
  assert.equal(second.querySelectorAll('.btp-in[data-span="yours"]').length, 1)
  close()
  end()
  assert.equal(model.listening(), 0)
})
