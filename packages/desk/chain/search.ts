import { eventKind, logKind, lostKind, spanKind } from './draft.ts'
import type { Chain } from './model.ts'

/**
 * Nodes in whose name, text, fields or service all words occur, or whose span id is the word, in order of rows and
 * whether a view shows them or not. Upper and lower case are the same. No words: no nodes.
 */
export function searchChain(chain: Chain, words: string): Int32Array {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const found: number[] = []
  if (wanted.length === 0) return new Int32Array()
  const textOf = searchedText(chain, wanted)
  for (let node = 0; node < chain.count; node++) {
    const text = textOf(node)
    if (wanted.every((word) => text.includes(word))) found.push(node)
  }
  return Int32Array.from(found)
}

/** Ids only as a whole: many a short word or number occurs somewhere in sixteen hex digits. */
function searchedText(
  { data, kind, source, lost, facts }: Chain,
  wanted: readonly string[],
): (node: number) => string {
  const { spans, logs, events, texts, resources } = data
  const service = (resource: number) => resources[resource]?.service ?? ''
  const wantedId = (id: string) => (wanted.includes(id) ? id : '')
  const textOf = (node: number): string => {
    const index = source[node]!
    if (kind[node] === logKind) return `${logs.text[index]}\n${logs.fields[index]}`
    if (kind[node] === eventKind) return `${texts[events.name[index]!]}\n${events.text[index]}`
    if (kind[node] === lostKind) return wantedId(lost[index]!.spanId)
    if (kind[node] !== spanKind) return ''
    const {
      message = '',
      queue = '',
      jobId = '',
      httpStatus = '',
      call = '',
      db = '',
    } = facts.get(index) ?? {}
    const name = `${texts[spans.name[index]!]}\n${service(spans.resource[index]!)}\n${wantedId(spans.spanId[index]!)}`
    return `${name}\n${message}\n${queue}\n${jobId}\n${httpStatus}\n${call}\n${db}`
  }
  return (node) => textOf(node).toLowerCase()
}
