/** From a label for each token to entities, as `pipeline("token-classification")` joins them. */
import { argmax } from "../drawing/numbers.js"

/** The label of the largest of these; where one is NaN there is none. */
export const bestOf = (row, labels) => labels[argmax(row)] ?? "none"

/** The words as the strategy has them: { row of probabilities, from, to }, places of tokens. */
function wordsOf(shares, words, strategy) {
  const groups = []
  words.forEach((word, i) => {
    if (word === null) return
    const open = groups.at(-1)
    if (open && open.word === word && strategy !== "simple")
      Object.assign(open, { to: i, rows: [...open.rows, shares[i]] })
    else groups.push({ word, from: i, to: i, rows: [shares[i]] })
  })
  const sure = row => Math.max(...row)
  const rowOf = rows => ({
    average: () => rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j] / rows.length, 0)),
    max: () => rows.reduce((most, row) => (sure(row) > sure(most) ? row : most)),
  })[strategy]?.() ?? rows[0]
  return groups.map(({ rows, from, to }) => ({ row: rowOf(rows), from, to }))
}

/** Entities { kind, score, from, to } in reading order: a word goes on with the one before it if
 * both are of a kind and its label is no B-. */
export function entitiesOf(shares, words, labels, strategy) {
  const groups = []
  for (const { row, from, to } of wordsOf(shares, words, strategy)) {
    const label = bestOf(row, labels)
    const kind = label.replace(/^[BI]-/, "")
    const open = groups.at(-1)
    const score = Math.max(...row)
    if (open && open.last === kind && !label.startsWith("B-"))
      Object.assign(open, { to, scores: [...open.scores, score] })
    else groups.push({ last: kind, label, from, to, scores: [score] })
  }
  const mean = list => list.reduce((a, b) => a + b, 0) / list.length
  const named = groups.map(({ label, scores, from, to }) =>
    ({ kind: label.replace(/^[^-]*-/, ""), score: mean(scores), from, to }))
  return named.filter(({ kind }) => kind !== "O")
}
