/** Names in a text: a label for each token, one for each word, neighbours joined to entities. */
import { field, inputRow, segmented } from "../drawing/controls.js"
import { explorer } from "../drawing/explorer.js"
import { bars, fixed, h, keep, panel, set, table, visible } from "../drawing/kit.js"
import { argmax, softmax } from "../drawing/numbers.js"
import { bestOf, entitiesOf } from "./joining.js"
import { paragraphs, spots } from "./strip.js"

const SENTENCES = {
  classic: "My name is Sylvain and I work at Hugging Face in Brooklyn.",
  turned: "Brooklyn is where Sylvain saw Hugging Face.",
  none: "The train was late again.",
}
const STRATEGIES = ["simple", "first", "average", "max"]
const FOUND = ["entity", "text", "characters", "score"]

export function entitiesView({ model, el }) {
  let over = null // the token under pointer or focus
  const view = explorer({ model, el, name: "Names in a text", draw })
  const read = text => (view.choose({ at: null }), view.ask({ text }))
  const point = i => (over = i, model.get("state").picture && paint())

  const text = field({ label: "Text", type: read })
  const top = inputRow(SENTENCES, read, [text], view.reset)
  const strip = spots("Tokens and their labels", at => view.choose({ at }), point)
  const hint = h("p", { class: "btp-hint" })
  const scale = { low: 0, high: 1, ticks: [0, 0.5, 1] }
  const labels = bars({ ...scale, role: "probability", name: "Labels of the token" })
  const one = panel("labels of a token", labels.el)
  const sentence = h("p", { class: "btp-context" })
  const none = h("p", { class: "btp-hint" })
  const panels = [panel("each token: its most probable label; below, what was joined", strip.el,
    hint), one, panel("entities, in their sentence", sentence, none)]
  const look = { class: "btp-picture btp-spans btp-names" }
  const picture = h("div", look, ...panels.map(part => part.el))
  const ways = Object.fromEntries(STRATEGIES.map(name => [name, name]))
  const strategy = segmented("aggregation_strategy", ways, strategy => view.choose({ strategy }))
  const weights = h("p", { class: "btp-note" })
  const ofEntities = table("The entities as a table", FOUND)
  const ofTokens = table("The tokens as a table", ["token", "word", "label", "probability"])
  const settings = h("div", { class: "btp-settings" }, strategy.el, weights)
  view.root.append(top.el, picture, settings, ofEntities.el, ofTokens.el)

  function draw({ picture: seen, inputs, choices, wrong }) {
    const cut = seen?.unread
      ? `${seen.tokens.length} tokens are read; ${seen.unread} characters were cut off.` : ""
    text.set(inputs.text, cut, wrong("text"))
    top.set(inputs.text)
    strategy.set(choices.strategy)
    set(picture, { hidden: !seen })
    if (!seen) return
    set(weights, { text: `Weights: ${visible(seen.weights)}.` })
    const { shares, found } = paint()
    ofEntities.set(found.map(({ kind, start, end, words, score }) =>
      [kind, words, `${start} to ${end}`, fixed(score, 4)]))
    ofTokens.set(seen.tokens.map((token, i) => [token, seen.words[i] ?? "special",
      bestOf(shares[i], seen.labels), fixed(Math.max(...shares[i]), 4)]))
  }

  function paint() {
    const { text, tokens, offsets, words, ...seen } = model.get("state").picture
    const { strategy, at } = model.get("choices")
    const letters = [...text]
    const shares = seen.logits.map(row => softmax(row.map(Number)))
    const found = entitiesOf(shares, words, seen.labels, strategy).map(one => {
      const [start, end] = [offsets[one.from][0], offsets[one.to][1]]
      return { ...one, start, end, words: letters.slice(start, end).join("") }
    })
    const lanes = found.map(({ from, to, kind }) => ({ a: from, b: to, place: visible(kind) }))
    const inside = i => lanes.find(({ a, b }) => i >= a && i <= b) ?? { a: -1, b: -1, place: "" }
    const here = Math.min(over ?? at ?? found[0]?.from ?? 0, tokens.length - 1)
    strip.set(tokens.map((token, i) => {
      const [label, p] = [visible(bestOf(shares[i], seen.labels)), Math.max(...shares[i])]
      return { i, token, none: words[i] === null, up: [label, p], lanes: [inside(i)],
        said: `${visible(token)}: ${label} ${fixed(p)}`, at: i === here }
    }))
    const best = argmax(shares[here])
    one.shape(visible(tokens[here]))
    labels.set(seen.labels.map((name, j) =>
      ({ name, value: shares[here][j], chosen: j === best })))
    set(hint, { text: said(visible(tokens[here]), words[here], words, strategy) })
    keep(sentence, marked(letters, found), () => h("span", {}, h("span"), h("small")), show)
    set(none, { text: found.length ? "" : "Every word is labelled O: no entity." })
    return { shares, found }
  }
  return view.open()
}

/** How the token below the pointer gets its word's label. */
function said(token, word, words, strategy) {
  if (word === null) return `${token} is special: no entity holds it.`
  const pieces = words.filter(one => one === word).length
  if (pieces === 1) return `${token} is a whole word.`
  const how = { simple: "each speaks for itself", first: "the first speaks for all",
    average: "the mean of their rows decides", max: "the surest one decides" }
  return `${token} is one of ${pieces} pieces of a word: ${how[strategy]}.`
}

/** The text in pieces { words, kind }, `kind` empty between the entities. */
function marked(letters, found) {
  let done = 0
  const between = (start, end) => ({ words: letters.slice(start, end).join(""), kind: "" })
  const pieces = found.flatMap(({ start, end, words, kind }) => {
    const before = between(done, start)
    done = end
    return [before, { words, kind }]
  })
  return [...pieces, between(done)]
}

function show(piece, { words, kind }) {
  set(piece, { "data-entity": Boolean(kind) })
  set(piece.children[0], { text: paragraphs(words) })
  set(piece.children[1], { text: kind ? ` ${visible(kind)}` : "" })
}
