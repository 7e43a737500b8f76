/**
 * Byte-level BPE, the other algorithm of notebook 02: text → chunks → bytes; of two neighbours that
 * the tokenizer learned to join, those that it learned first. Places are counted in code points.
 */
const CHUNK = /\p{N}|'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?[^\s\p{L}\p{N}]+|\s+(?![^\s\p{N}])|\s+/gu

/** A character for each byte, those that print for themselves: GPT-2's table. */
const SIGNS = (() => {
  const prints = byte => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173)
  let others = 256
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(prints(byte) ? byte : others++))
})()

/** @param {{first: string[], merges: string[], special: string[]}} learned the first tokens; pairs,
 * as "a b", each of which makes the next token; tokens that are cut out of a text whole */
export function bytePairs({ first, merges, special }) {
  const rank = new Map(merges.map((pair, i) => [pair, i]))
  const every = [...first, ...merges.map(pair => pair.replace(" ", ""))]
  const idOf = new Map(every.map((token, id) => [token, id]))
  const escaped = special.map(token => token.replace(/[|[\]]/g, "\\$&"))
  const whole = new RegExp(`(${escaped.join("|")})`)

  /** A chunk at place `from`: its bytes, joined as long as a pair is known: { token, start, end }.
   * A byte that was never learned is dropped, as in the library. */
  function join(chunk, from) {
    const parts = [...chunk].flatMap((c, i) => [...new TextEncoder().encode(c)]
      .map(byte => ({ token: SIGNS[byte], start: from + i, end: from + i + 1 })))
      .filter(({ token }) => idOf.has(token))
    const order = i => rank.get(`${parts[i].token} ${parts[i + 1].token}`) ?? Infinity
    for (;;) {
      const orders = parts.slice(1).map((_, i) => order(i))
      const first = Math.min(...orders)
      if (first === Infinity) return parts
      const at = orders.indexOf(first)
      const [a, b] = parts.slice(at, at + 2)
      parts.splice(at, 2, { token: a.token + b.token, start: a.start, end: b.end })
    }
  }

  return function tokenize(text) {
    const found = []
    let at = 0
    const step = part => (at += [...part].length)
    for (const part of text.split(whole))
      if (special.includes(part)) found.push({ token: part, start: at, end: step(part) })
      else for (const [chunk] of part.matchAll(CHUNK)) found.push(...join(chunk, at)), step(chunk)
    return found.map(one => ({ ...one, id: idOf.get(one.token), part: 0 }))
  }
}
