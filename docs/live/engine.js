/** The model in the browser: a body that every head reads, and heads that are loaded when asked. */

const WORDS = "words.bin" // embeddings: the body's and the masked-lm head's

/** @param {any} ort onnxruntime-web @param {(name: string) => Promise<Uint8Array>} load a file
 * @param {() => Promise<any>} start what onnxruntime-web needs before its first session */
export function engine(ort, load, start) {
  const sessions = new Map()
  let begun
  let opened = Promise.resolve() // one by one: what lies beside a graph is mounted for one at a time

  async function open(fetched) {
    begun ??= start()
    await begun.catch(problem => {
      begun = undefined // the next try begins anew
      throw problem
    })
    const [graph, data] = await fetched
    return ort.InferenceSession.create(graph, { externalData: data ? [{ path: WORDS, data }] : [] })
  }
  const session = name => {
    if (sessions.has(name)) return sessions.get(name)
    const files = [`${name}.onnx`, ...(["body", "masked-lm"].includes(name) ? [WORDS] : [])]
    const fetched = Promise.all(files.map(load)) // side by side with what starts
    opened = Promise.allSettled([opened, fetched]).then(() => open(fetched))
    opened.catch(() => sessions.delete(name))
    sessions.set(name, opened)
    return opened
  }
  const whole = rows => {
    const numbers = BigInt64Array.from(rows.flat(), BigInt)
    return new ort.Tensor("int64", numbers, [rows.length, rows[0].length])
  }

  /** Rows of ids, equally long, through the body. `mask`: rows of 1 and 0, else 1 everywhere.
   * @returns {Promise<any>} tensors: hidden [batch, sequence, width]; on `looks` attention_0 … too */
  async function body(rows, mask = rows.map(row => row.map(() => 1)), looks = false) {
    const it = await session("body")
    const wanted = looks ? it.outputNames : ["hidden"]
    return it.run({ input_ids: whole(rows), attention_mask: whole(mask) }, wanted)
  }

  /** What the head `name` makes of hidden states: its tensors, by name. */
  const head = async (name, hidden) => (await session(name)).run({ hidden })

  /** The logits of a head that reads a text: a list a row. */
  const logits = async (name, rows, mask) =>
    unpacked((await head(name, (await body(rows, mask)).hidden)).logits)

  /** Load the body and these heads, where there are any. */
  const ready = names => names.length && Promise.all(["body", ...names].map(session))

  return { body, head, logits, ready }
}

/** A tensor as lists in lists. @returns {any} */
export function unpacked({ data, dims }) {
  let all = /** @type {any[]} */ (Array.from(data, Number))
  for (const size of dims.slice(1).reverse())
    all = Array.from({ length: all.length / size }, (_, i) => all.slice(i * size, (i + 1) * size))
  return all
}
