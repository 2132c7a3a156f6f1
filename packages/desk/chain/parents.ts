import { addNode, type Draft } from './draft.ts'

/**
 * Gives each span its parent within its own trace. Spans that never came get a node as soon as a span or a line
 * names them, one for each id. A circle of parents is cut above its earliest span.
 */
export function placeSpans(draft: Draft): void {
  const { parentId, trace } = draft.data.spans
  const known = knownSpans(draft)
  const lost = new Map<string, number>()
  for (let span = 0; span < draft.spanCount; span++) {
    const id = parentId[span]
    if (!id) continue
    const found = known[trace[span]!]?.get(id)
    if (found === undefined) draft.parent[span] = lostNode(draft, lost, trace[span]!, id, true)
    else if (found !== span) draft.parent[span] = found
  }
  placeLostLogs(draft, lost)
  cutCircles(draft)
}

/** For each trace, its spans by id; of several with one id the first. */
function knownSpans({ data, spanCount }: Draft): Map<string, number>[] {
  const known: Map<string, number>[] = []
  for (let span = 0; span < spanCount; span++) {
    known[data.spans.trace[span]!] ??= new Map()
    const ofTrace = known[data.spans.trace[span]!]!
    const id = data.spans.spanId[span]!
    if (!ofTrace.has(id)) ofTrace.set(id, span)
  }
  return known
}

function lostNode(
  draft: Draft,
  lost: Map<string, number>,
  trace: number,
  spanId: string,
  hasSpans: boolean,
): number {
  const key = `${trace} ${spanId}`
  const known = lost.get(key)
  if (known !== undefined) return known
  const node = addNode(draft, 'lost', draft.lost.push({ trace, spanId, hasSpans }) - 1, -1, 0, 0)
  lost.set(key, node)
  return node
}

function placeLostLogs(draft: Draft, lost: Map<string, number>): void {
  const { lostSpans, trace } = draft.data.logs
  for (const [log, spanId] of lostSpans) {
    const node = draft.spanCount + log
    if (trace[log] === undefined || draft.parent[node]! >= 0) continue
    draft.parent[node] = lostNode(draft, lost, trace[log], spanId, false)
  }
}

function cutCircles(draft: Draft): void {
  const seenFrom = new Int32Array(draft.parent.length).fill(-1)
  for (let first = 0; first < draft.spanCount; first++) {
    let node = first
    while (node >= 0 && seenFrom[node] === -1) {
      seenFrom[node] = first
      node = draft.parent[node]!
    }
    if (node >= 0 && seenFrom[node] === first) draft.parent[earliestOfCircle(draft, node)] = -1
  }
}

function earliestOfCircle({ parent, start }: Draft, from: number): number {
  let earliest = from
  for (let node = parent[from]!; node !== from; node = parent[node]!)
    if (start[node]! < start[earliest]! || (start[node] === start[earliest] && node < earliest))
      earliest = node
  return earliest
}
