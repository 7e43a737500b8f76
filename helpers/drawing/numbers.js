/**
 * The course's numbers in the browser: a test compares them with Python's. Logits are an array of
 * numbers, −Infinity among them; nothing is changed in place.
 */

/** @param {number[]} logits @returns {number[]} probabilities, which sum to 1 */
export function softmax(logits) {
  const top = Math.max(...logits)
  const powers = logits.map(z => Math.exp(z - top))
  const sum = powers.reduce((a, b) => a + b, 0)
  return powers.map(power => power / sum)
}

/** @param {number[]} logits @param {number} t above 0 */
export const temperature = (logits, t) => logits.map(z => z / t)

/** The k largest stay, and ties with the k-th; the others become −Infinity.
 * @param {number[]} logits @param {number} k */
export function topK(logits, k) {
  const least = [...logits].sort((a, b) => b - a)[Math.min(k, logits.length) - 1]
  return logits.map(z => (z < least ? -Infinity : z))
}

/** A token goes while the probabilities up to it, from the improbable end, sum to 1 − p at most.
 * @param {number[]} logits @param {number} p above 0, at most 1 */
export function topP(logits, p) {
  const order = logits.map((_, i) => i).sort((a, b) => logits[a] - logits[b] || a - b)
  const probabilities = softmax(order.map(i => logits[i]))
  const kept = [...logits]
  let sum = 0
  order.slice(0, -1).forEach((i, rank) => {
    sum += probabilities[rank]
    if (sum <= 1 - p) kept[i] = -Infinity
  })
  return kept
}

/** −log of the true label's probability, and its gradient in each logit, p − y.
 * @param {number[]} logits @param {number} truth index of the true label */
export function crossEntropy(logits, truth) {
  const top = Math.max(...logits)
  const sum = logits.reduce((sum, z) => sum + Math.exp(z - top), 0)
  const gradient = softmax(logits).map((p, i) => p - Number(i === truth))
  return { loss: Math.log(sum) + top - logits[truth], gradient }
}

/** Index of the largest value, of the first one if there are several; −1 where one is NaN.
 * @param {number[]} values */
export const argmax = values => values.indexOf(Math.max(...values))
