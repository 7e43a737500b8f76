import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"

import { sift } from "../../helpers/generation/ladder.js"

test("the browser keeps and weighs the tokens that Python's library does", () => {
  const cases = JSON.parse(readFileSync(process.env.CASES, "utf8"))
  assert.equal(cases.length, 18)
  for (const [picture, choices, shares, count] of cases) {
    const found = sift(picture, choices)
    assert.equal(found.byP, count)
    shares.forEach((p, i) => assert.ok(Math.abs(found.shares[i] - p) < 2e-5, `${found.shares[i]} ${p}`))
  }
})
