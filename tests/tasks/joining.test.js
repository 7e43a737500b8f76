/** The view's entities and scores against the library's, which test_joining.py has written into CASES. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { softmax } from "../../helpers/drawing/numbers.js"
import { entitiesOf } from "../../helpers/tasks/joining.js"
import { scoresOf } from "../../helpers/tasks/labels.js"

const { entities, labels } = JSON.parse(readFileSync(process.env.CASES, "utf8"))
const close = (x, y) => assert.ok(Math.abs(x - y) < 1e-4, `${x} here, ${y} in the library`)

test("there are entities of one token and of several, joined words and pieces of words", () => {
  assert.ok(entities.some(({ wanted }) => wanted.some(one => one.end - one.start > 12)))
  assert.ok(new Set(entities.map(({ strategy }) => strategy)).size === 4)
  assert.ok(labels.some(({ apart }) => apart) && labels.some(({ apart }) => !apart))
})

entities.forEach(({ picture, strategy, wanted }, number) =>
  test(`entities ${number}, ${strategy}`, () => {
    const shares = picture.logits.map(softmax)
    const found = entitiesOf(shares, picture.words, picture.labels, strategy)
    const places = found.map(({ kind, from, to }) =>
      [kind, picture.offsets[from][0], picture.offsets[to][1]])
    assert.deepEqual(places, wanted.map(one => [one.entity_group, one.start, one.end]))
    found.forEach(({ score }, i) => close(score, wanted[i].score))
  }))

labels.forEach(({ picture, apart, wanted }, number) =>
  test(`labels ${number}, ${apart ? "each for itself" : "in competition"}`, () => {
    const yes = picture.entailment
    const p = scoresOf(picture.logits, yes, yes ? 0 : picture.verdicts.length - 1, apart)
    picture.labels.forEach((name, i) => close(p[i], wanted[name]))
  }))
