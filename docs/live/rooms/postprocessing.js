/** The logits of a text: as helpers/postprocessing/explorer.py. */
import { readable, remembering, unread } from "../refused.js"

export default function postprocessing({ read, limit, logits, labels }) {
  const look = remembering(8, async text => {
    const tokens = read([text])
    const full = tokens.length === limit
    return {
      logits: (await logits("sentiment", [tokens.map(one => one.id)]))[0],
      read: tokens.length,
      unread: full ? unread(text, Math.max(...tokens.map(one => one.end))) : 0,
    }
  })
  return async ({ text }) => ({ labels: labels.sentiment, ...await look(readable(text, "text")) })
}
