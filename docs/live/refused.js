/** What an explorer can't take is refused in words, as helpers/drawing/refused.py does. */

export class Refused extends Error {
  /** @param {string | number} field the control it came from @param {string} words what to do */
  constructor(field, words) {
    super(words)
    this.field = field
  }
}

/** The text; more than 5,000 characters, or half of one, are refused. */
export function readable(text, field) {
  const characters = [...text]
  const many = characters.length.toLocaleString("en")
  if (characters.length > 5000)
    throw new Refused(field, `These are ${many} characters, and 5,000 fit here: shorten the text.`)
  const half = characters.findIndex(one => /\p{Cs}/u.test(one))
  if (half < 0) return text
  const code = characters[half].charCodeAt(0).toString(16).toUpperCase()
  throw new Refused(field, `Character ${half + 1} is half of one (U+${code}): delete it.`)
}

/** Characters of a text that lie behind place `read`, blanks at its end left aside. */
export const unread = (text, read) => [...text.trimEnd()].length - read

/** A function that keeps its last `most` answers. */
export function remembering(most, act) {
  const kept = new Map()
  return (...given) => {
    const key = JSON.stringify(given)
    const answer = kept.get(key) ?? act(...given)
    kept.delete(key)
    kept.set(key, answer)
    if (kept.size > most) kept.delete(kept.keys().next().value)
    return answer
  }
}
