/**
 * WordPiece, the algorithm of notebook 02 in a second language: text → words → longest pieces that
 * the vocabulary has. Places are counted in code points, as Python counts them.
 */
const SPECIAL = /\[(?:PAD|UNK|CLS|SEP|MASK)\]/u
const LONGEST = 100 // code points of a word; of a longer one nothing is looked up
const IDEOGRAPH =
  /[\u{4e00}-\u{9fff}\u{3400}-\u{4dbf}\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{f900}-\u{faff}\u{2f800}-\u{2fa1f}]/u
/** Marks and punctuation younger than Unicode 8, and what lies between: letters to the tokenizer. */
const NEWER = new RegExp([
  "[",
  String.raw`\u{61d}\u{7fd}\u{890}-\u{8e2}\u{9fd}-\u{9fe}\u{a76}\u{afa}-\u{aff}\u{b55}\u{c04}-\u{c3c}`,
  String.raw`\u{c77}\u{c84}\u{d00}\u{d3b}-\u{d3c}\u{d81}\u{eba}\u{ece}\u{180f}-\u{1886}`,
  String.raw`\u{1abf}-\u{1aeb}\u{1b4e}-\u{1b4f}\u{1b7d}-\u{1b7f}\u{1df6}-\u{1dfb}\u{2e43}-\u{2e5d}`,
  String.raw`\u{a82c}\u{a8c5}\u{a8ff}\u{a9bd}\u{10d24}-\u{10f89}\u{11070}-\u{11074}`,
  String.raw`\u{110c2}-\u{110cd}\u{111cf}\u{1123e}-\u{11241}\u{1133b}\u{113bb}-\u{1145e}`,
  String.raw`\u{11660}-\u{1166c}\u{116b9}\u{1182f}-\u{11fff}\u{12ff1}-\u{1612f}\u{16d6d}-\u{16f4f}`,
  String.raw`\u{16fe2}-\u{16fe4}\u{1cf00}-\u{1cf46}\u{1e000}-\u{1e6f5}\u{1e944}-\u{1e95f}`,
  "]",
].join(""), "u")
const is = (kind, c) => kind.test(c) && !NEWER.test(c)
const alone = c => /[!-/:-@[-`{-~\u166d]/.test(c) || is(/\p{P}/u, c) || IDEOGRAPH.test(c)
const dropped = c =>
  c === "\ufffd" || (is(/[\p{Cc}\p{Cf}\p{Co}]/u, c) && !/[\t\n\r]/.test(c))

/** What is looked up of a character: nothing of an accent, small letters of capitals. */
const plain = c => [...c.normalize("NFD")].filter(one => !is(/\p{Mn}/u, one))
  .flatMap(one => [...one.toLowerCase()])

/** Words of `characters`, the first at place `from`: lists of [character, its place]. */
function wordsOf(characters, from) {
  const words = /** @type {any[]} */ ([[]])
  characters.forEach((c, i) => {
    if (dropped(c)) return
    if (/\p{White_Space}/u.test(c)) return words.push([])
    for (const one of plain(c)) {
      const pair = [one, from + i]
      if (alone(one) || IDEOGRAPH.test(c)) words.push([pair], [])
      else words.at(-1).push(pair)
    }
  })
  return words.filter(word => word.length)
}

/** @param {string[]} vocabulary its tokens, in the order of their ids */
export function wordPiece(vocabulary) {
  const idOf = new Map(vocabulary.map((token, id) => [token, id]))
  const piece = (token, word, from, to) =>
    ({ token, id: idOf.get(token), start: word[from][1], end: word[to - 1][1] + 1 })

  /** The longest token at place `from` of a word, as where it ends; 0: there is none. */
  const longest = (word, from) => {
    const text = word.slice(from).map(([c]) => c)
    const known = length => idOf.has((from ? "##" : "") + text.slice(0, length).join(""))
    let length = text.length
    while (length && !known(length)) length--
    return length && from + length
  }
  const cut = word => {
    const pieces = []
    for (let from = 0, to; from < word.length; from = to) {
      to = word.length > LONGEST ? 0 : longest(word, from)
      if (!to) return [piece("[UNK]", word, 0, word.length)]
      const text = word.slice(from, to).map(([c]) => c).join("")
      pieces.push(piece((from ? "##" : "") + text, word, from, to))
    }
    return pieces
  }

  /** Every token of a text: { token, id, start, end, word }, without [CLS] and [SEP]. */
  return function tokenize(text) {
    const found = []
    let at = 0
    for (const part of text.split(new RegExp(`(${SPECIAL.source})`, "u"))) {
      const characters = [...part]
      if (SPECIAL.test(part))
        found.push([{ token: part, id: idOf.get(part), start: at, end: at + characters.length }])
      else found.push(...wordsOf(characters, at).map(cut))
      at += characters.length
    }
    return found.flatMap((pieces, word) => pieces.map(one => ({ ...one, word })))
  }
}

const added = token => ({ ...token, start: 0, end: 0, word: null, part: null })

/**
 * One text, or two, as a model reads it: [CLS] a [SEP] b [SEP]. `part` of a token: 0 or 1, null of
 * the added ones. Of more than `limit` tokens those at the end of text number `shorten` go.
 */
export function encode(tokenize, texts, limit = 512, shorten = 0) {
  const parts = texts.map((text, part) => tokenize(text).map(one => ({ ...one, part })))
  const many = parts.flat().length + texts.length + 1
  if (many > limit) parts[shorten] = parts[shorten].slice(0, parts[shorten].length - many + limit)
  const [start, end] = tokenize("[CLS][SEP]").map(added)
  return [start, ...parts.flatMap(part => [...part, end])]
}
