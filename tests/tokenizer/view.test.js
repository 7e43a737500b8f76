import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import view from "../../helpers/tokenizer/view.js"
import { fake, HOSTILE, open, press, type } from "../drawing/browser.js"

const kept = JSON.parse(readFileSync("helpers/tokenizer/stills/accents.json", "utf8"))
const begin = (choices = {}, state = kept.state) => {
  const model = fake({ ...kept, choices: { special: true, limit: 48 }, state })
  model.set("choices", { ...model.get("choices"), ...choices })
  return { model, ...open(view, model) }
}
const words = (el, selector) => [...el.querySelectorAll(selector)].map(one => one.textContent)
const panels = el => [...el.querySelectorAll(".btp-cuts > .btp-panel")]
const whole = el => words(el, ".btp-cell:not([data-cut=true]) .btp-token")
const { rows } = kept.state.picture
const names = row => row.pieces.flatMap(piece => piece.tokens.map(one => one.token))

test("each row holds the whole text and all tokens, the counts stand large, the table has them all", () => {
  const { el } = begin()
  panels(el).forEach((panel, i) => {
    assert.deepEqual(words(panel, ".btp-token"), names(rows[i]))
    const above = words(panel, ".btp-piece:not([data-added]) .btp-above").join("")
    assert.equal(above.replaceAll("␣", " "), kept.inputs.text)
  })
  assert.deepEqual(words(el, ".btp-big"), ["14", "13"])
  assert.deepEqual(words(el, ".btp-shape").slice(0, 2), ["[1, 14]", "[1, 13]"])
  assert.equal(el.querySelectorAll("tbody tr").length, 27)
})

test("pointer or focus on a piece lights the same characters in both rows", () => {
  const { el, window } = begin()
  const [first, second] = panels(el)
  const piece = [...first.querySelectorAll(".btp-piece")].find(one => one.textContent.startsWith("Zoë"))
  piece.dispatchEvent(new window.FocusEvent("focus"))
  assert.deepEqual(words(first, "[data-lit] .btp-above"), ["Zoë"])
  assert.deepEqual(words(second, "[data-lit] .btp-above"), ["␣Zo", "ë"])
  assert.equal(words(el, ".btp-hint")[0], "Zoë → WordPiece: zoe · byte-level BPE: ĠZo Ã«")
  piece.parentElement.dispatchEvent(new window.Event("focusout"))
  assert.equal(el.querySelectorAll("[data-lit]").length, 0)
})

test("an added token lights itself alone", () => {
  const { el, window } = begin()
  el.querySelector(".btp-piece").dispatchEvent(new window.FocusEvent("focus"))
  assert.deepEqual(words(el, "[data-lit] .btp-token"), ["[CLS]"])
})

test("arrow keys move the limit, and what lies beyond is cut off on the right, [SEP] never", () => {
  const { el, window, model } = begin({ limit: 9 })
  press(window, el.querySelector(".btp-limit"), "ArrowLeft")
  assert.equal(model.get("choices").limit, 8)
  assert.deepEqual(words(el, ".btp-big"), ["8", "8"])
  const [first, second] = panels(el)
  assert.deepEqual(whole(first), [...names(rows[0]).slice(0, 7), "[SEP]"])
  assert.deepEqual(whole(second), names(rows[1]).slice(0, 8))
  assert.equal(el.querySelectorAll("tbody tr").length, 16)
  assert.match(el.querySelector(".btp-limit").getAttribute("aria-valuetext"), /^8: .* 6 cut off/)
  assert.deepEqual(model.asked, [])
})

test("the limit leaves room for the special tokens and goes no lower", () => {
  const { el, window, model } = begin({ limit: 2 })
  press(window, el.querySelector(".btp-limit"), "ArrowLeft")
  assert.equal(model.get("choices").limit, 2)
  assert.deepEqual(whole(panels(el)[0]), ["[CLS]", "[SEP]"])
})

test("without special tokens only the text's own are there, and they count alone", () => {
  const { el, model } = begin({ limit: 8 })
  const [button] = [...el.querySelectorAll(".btp-settings .btp-button")]
  button.click()
  assert.equal(button.getAttribute("aria-pressed"), "false")
  assert.deepEqual(whole(panels(el)[0]), names(rows[0]).slice(1, 9))
  assert.deepEqual(whole(panels(el)[1]), names(rows[1]).slice(0, 8))
  assert.deepEqual(model.asked, [])
})

test("a limit can cut through a character: its piece stays, one token of it goes", () => {
  const { el } = begin({ limit: 12 })
  const last = panels(el)[1].querySelector(".btp-piece:last-child")
  assert.equal(last.dataset.cut, "false")
  assert.deepEqual([...last.querySelectorAll(".btp-cell")].map(one => one.dataset.cut), ["false", "true"])
})

test("of a long text the tokens that are not drawn are counted", () => {
  const picture = structuredClone(kept.state.picture)
  Object.assign(picture.rows[1], { own: 60 })
  const { el } = begin({}, { picture, error: null })
  assert.deepEqual(words(el, ".btp-big"), ["14", "48"])
  assert.ok(words(el, ".btp-counts small")[1].includes("of 60, 12 cut off"))
  assert.ok(words(el, ".btp-note").includes("12 more tokens are not drawn."))
})

test("arrow keys walk the pieces of a row, and Tab stops at one", () => {
  const { el, window } = begin()
  const pieces = [...panels(el)[0].querySelectorAll(".btp-piece")]
  pieces[0].focus()
  press(window, pieces[0], "ArrowRight")
  assert.equal(window.document.activeElement, pieces[1])
  assert.deepEqual(pieces.filter(one => one.tabIndex === 0), [pieces[1]])
})

test("typing asks Python; half a character is not sent", () => {
  const { el, window, model } = begin()
  const input = el.querySelector("input")
  type(window, input, "Fine.")
  assert.equal(model.asked.at(-1).text, "Fine.")
  type(window, input, "x\ud800")
  assert.equal(model.asked.at(-1).text, "Fine.")
  assert.match(el.querySelector(".btp-error").textContent, /Character 2/)
})

test("a text is never markup, and what can't be seen is written out", () => {
  const picture = structuredClone(kept.state.picture)
  picture.rows[0].name = HOSTILE
  picture.rows[0].pieces[1].text = HOSTILE
  picture.rows[0].pieces[2].tokens[0].token = "\u202ea"
  const { el } = begin({}, { picture, error: { field: null, words: HOSTILE } })
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.ok(words(el, ".btp-above")[1].startsWith("</td><script>"))
  assert.ok(words(el, ".btp-token").includes("\\u202ea"))
})

test("nothing yet is an empty picture; an error stands below its field", () => {
  const { el } = begin({}, { picture: null, error: { field: "text", words: "Too long." } })
  assert.equal(el.querySelector(".btp-error").textContent, "Too long.")
  assert.equal(el.querySelectorAll(".btp-piece, tbody tr").length, 0)
})

test("two views of one explorer stay in step; a closed one listens no more", () => {
  const { el, model, close, window } = begin()
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  press(window, el.querySelector(".btp-limit"), "PageDown")
  assert.equal(words(second, ".btp-limit-name")[0], "max_length 38")
  close()
  end()
  assert.equal(model.listening(), 0)
})
