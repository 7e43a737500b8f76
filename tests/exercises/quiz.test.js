import assert from "node:assert/strict"
import { test } from "node:test"

import view from "../../helpers/exercises/quiz.js"
import { fake, HOSTILE, open } from "../drawing/browser.js"

const paper = { ask: `How many? ${HOSTILE}`, options: ["6", "8", HOSTILE], words: null, right: false }
const told = ["Six.", "Eight.", "None."]
const answer = ({ picked }) => ({ ...paper, words: told[picked], right: picked === 1 })
const start = () => {
  const state = { picture: paper, error: null }
  const model = fake({ inputs: { picked: null }, choices: { picked: null }, state }, answer)
  return { model, ...open(view, model) }
}
const pick = (window, el, i) => {
  const radio = el.querySelectorAll("input")[i]
  radio.checked = true
  radio.dispatchEvent(new window.Event("change", { bubbles: true }))
}
const said = el => el.querySelector(".btp-said").textContent

test("question and answers are text, never markup; nothing is said yet", () => {
  const { el } = start()
  assert.equal(el.querySelectorAll("script, img").length, 0)
  assert.equal(el.querySelector("legend").textContent, paper.ask)
  assert.deepEqual([...el.querySelectorAll("label")].map(one => one.textContent), paper.options)
  assert.equal(said(el), "")
  assert.ok(el.querySelector("button").disabled)
})

test("the answers are radio buttons of one group: Tab and arrow keys are the browser's", () => {
  const { el } = start()
  const names = [...el.querySelectorAll("fieldset input[type=radio]")].map(one => one.name)
  assert.equal(names.length, 3)
  assert.equal(new Set(names).size, 1)
  assert.notEqual(start().el.querySelector("input").name, names[0])
})

test("choosing asks nothing; committing asks Python, which answers in words", () => {
  const { el, window, model } = start()
  pick(window, el, 0)
  assert.deepEqual([model.asked.length, said(el)], [0, ""])
  el.querySelector("button").click()
  assert.deepEqual([model.asked.at(-1).picked, said(el)], [0, "Six."])
  assert.equal(el.querySelector(".btp-said").dataset.right, "false")
  assert.ok(el.querySelector("button").disabled)
})

test("a second thought hides the words of the first, and can be committed to", () => {
  const { el, window } = start()
  pick(window, el, 0)
  el.querySelector("button").click()
  pick(window, el, 1)
  assert.equal(said(el), "")
  el.querySelector("button").click()
  assert.equal(said(el), "Eight.")
  assert.equal(el.querySelector(".btp-said").dataset.right, "true")
})

test("two views of one quiz stay in step; a closed one listens no more", () => {
  const { el, window, model, close } = start()
  const second = window.document.createElement("div")
  const end = view.render({ model, el: second })
  pick(window, el, 2)
  assert.ok(second.querySelectorAll("input")[2].checked)
  close()
  end()
  assert.equal(model.listening(), 0)
})
