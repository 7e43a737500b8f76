/** What anywidget gives a view, with an answer from the page where the kernel's would come. */

/** @param {any} parts inputs, choices, start, state: helpers/drawing/explorer.js says what they hold
 * @param {(inputs: any) => Promise<any>} compute → { picture } or { error } */
export function model(parts, compute) {
  const acts = new Map()
  const tell = event => (acts.get(event) ?? []).forEach(act => act())
  let busy = false

  /** One question at a time; of those that came meanwhile, the last one. */
  async function save_changes() {
    if (busy) return
    busy = true
    while (parts.state.n !== parts.inputs.n) {
      const asked = parts.inputs
      const { picture = parts.state.picture, error = null } = await compute(asked)
      parts.state = { n: asked.n, picture, error }
      tell("change:state")
    }
    busy = false
  }
  return {
    get: name => parts[name],
    set(name, value) {
      parts[name] = value
      tell(`change:${name}`)
    },
    save_changes,
    on: (event, act) => acts.set(event, [...(acts.get(event) ?? []), act]),
    off: (event, act) => acts.set(event, acts.get(event).filter(one => one !== act)),
  }
}
