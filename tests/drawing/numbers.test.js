/** The browser's numbers against Python's, which test_numbers.py has written into the file VECTORS. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { crossEntropy, softmax, temperature, topK, topP } from "../../helpers/drawing/numbers.js"

const vectors = JSON.parse(readFileSync(process.env.VECTORS, "utf8"))

function agree(found, wanted, what) {
  assert.equal(found.length, wanted.length)
  wanted.map(Number).forEach((x, i) => {
    const near = Math.abs(found[i] - x) <= 1e-12 * Math.max(1, Math.abs(x))
    const same = found[i] === x || (Number.isFinite(x) && near)
    assert.ok(same, `${what} at ${i}: ${found[i]} here, ${x} in Python`)
  })
}

test("there are vectors, with ties and −∞ among them", () => {
  assert.ok(vectors.length >= 200)
  assert.ok(vectors.some(({ logits }) => logits.includes("-Infinity")))
  assert.ok(vectors.some(({ logits }) => new Set(logits).size < logits.length))
})

for (const [number, vector] of vectors.entries()) {
  test(`vector ${number}`, () => {
    const logits = vector.logits.map(Number)
    const before = [...logits]
    agree(softmax(logits), vector.softmax, "softmax")
    agree(temperature(logits, vector.t), vector.temperature, "temperature")
    agree(topK(logits, vector.k), vector.top_k, "top-k")
    agree(topP(logits, vector.p), vector.top_p, "top-p")
    const { loss, gradient } = crossEntropy(logits, vector.truth)
    agree([loss], [vector.loss], "cross-entropy")
    agree(gradient, vector.gradient, "gradient")
    assert.deepEqual(logits, before)
  })
}
