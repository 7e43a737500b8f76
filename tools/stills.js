/* Draw a view without a kernel, and return it as an SVG, with the words and tables that it holds. */
async ({ module, css, parts, width }) => {
  const blob = new Blob([module], { type: "text/javascript" })
  const view = (await import(URL.createObjectURL(blob))).default
  const nothing = () => {}
  const model = { get: name => parts[name], set: nothing, save_changes: nothing, on: nothing, off: nothing }
  const style = document.createElement("style")
  style.textContent = css
  const el = document.createElement("div")
  el.style.width = `${width}px`
  document.body.replaceChildren(style, el)
  view.render({ model, el })
  const root = el.querySelector(".btp-view")
  const words = one => one.textContent
  const row = tr => [...tr.children].map(words)
  const tables = [...root.querySelectorAll("details:has(table)")].map(one => ({
    summary: words(one.querySelector("summary")),
    headers: row(one.querySelector("thead tr")),
    rows: [...one.querySelectorAll("tbody tr")].map(row),
  }))
  const worded = "[role=img], :is(.btp-bars, .btp-cuts) [role=group]"
  const said = [...root.querySelectorAll(worded)].filter(one => one.offsetParent).map(one => one.ariaLabel)
  root.querySelectorAll("details, .btp-settings, .btp-status, .btp-inputs :is(button, .btp-setting)").forEach(one => one.remove())
  root.querySelectorAll("[id], [for]").forEach(one => ["id", "for", "aria-describedby"].forEach(name => one.removeAttribute(name)))
  root.querySelectorAll("input").forEach(one => one.setAttribute("value", one.value))
  root.style.margin = 0
  const height = Math.ceil(root.getBoundingClientRect().height)
  const escaped = css.replace(/\/\*.*?\*\//gs, "").replace(/&/g, "&amp;").replace(/</g, "&lt;")
  const html = new XMLSerializer().serializeToString(root)
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<foreignObject width="${width}" height="${height}"><style>${escaped}</style>${html}</foreignObject></svg>\n`
  return { svg, alt: [root.ariaLabel, ...said].join(". ") + ".", tables }
}
