import type { ChainResource } from '../api/chain.ts'
import { type Chain, hasFlag, kindOf } from './model.ts'

/** From when on a row is slower or faster: both of it, against the first chain. */
export const changeThreshold = { share: 0.2, ns: 1_000_000 } as const
/** So many siblings of one name, on either side, are one row. */
export const fewestRepeated = 5
/** Rows of both chains that are looked at; the others are counted. */
export const mostAlignedRows = 100_000

export type Verdict = 'same' | 'slower' | 'faster' | 'missing' | 'new'

/**
 * Two chains row by row, in the order in which they are shown: rows below row n are n + 1 to `end` − 1. A row is a node of either
 * chain or of both; or, where siblings repeat, the sum of the rows of one name.
 */
export type AlignedRow = {
  depth: number
  end: number
  /** Nodes; −1: that chain has none. Of repeated siblings the first of each. */
  a: number
  b: number
  verdict: Verdict
  /** How much longer it took in the second chain; 0 where only one chain has it, or one still runs. */
  deltaNs: number
  /** What both chains have failed in the second alone (`now`) or in the first alone (`before`). */
  failure: '' | 'now' | 'before'
  /** How many siblings, and how long they took together; absent for a single row. */
  repeated?: { a: Sum; b: Sum }
}

export type Sum = { count: number; ns: number }

export type Alignment = {
  a: Chain
  b: Chain
  rows: AlignedRow[]
  /** Rows by verdict, without the sums of repeated ones: those are counted one by one. */
  counts: Record<Verdict, number>
  /** Rows of either chain that were not looked at, as there are too many. */
  left: number
}

/**
 * Aligns two chains: below rows that belong together, those of the same service, kind and name do, several of them by their
 * order. Groups are looked through, so that 4 queries and 40 are compared. Of the second chain, a row can be `missing` or
 * `new`. In n log n. Never throws.
 */
export function alignChains(a: Chain, b: Chain, most: number = mostAlignedRows): Alignment {
  const rows: AlignedRow[] = []
  const counts: Record<Verdict, number> = { same: 0, slower: 0, faster: 0, missing: 0, new: 0 }
  const sides = { a: createSide(a, most), b: createSide(b, most) }
  /** What is still to be written, the last one first; a number is the row that ends here. */
  const waiting: (Pair | Repeats | number)[] = pairsBelow(sides, { a: -1, b: -1, depth: -1 }).reverse()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'number') {
      rows[next]!.end = rows.length
      continue
    }
    const below = 'pairs' in next ? next.pairs : pairsBelow(sides, next)
    const row = 'pairs' in next ? sumOf(sides, next) : rowOf(sides, next)
    if (!('pairs' in next)) counts[row.verdict]++
    waiting.push(rows.push(row) - 1)
    for (let at = below.length - 1; at >= 0; at--) waiting.push(below[at]!)
  }
  return { a, b, rows, counts, left: sides.a.left + sides.b.left }
}

/** Nodes that belong together; one of them may be −1. */
type Pair = { a: number; b: number; depth: number }
/** Siblings of one name. */
type Repeats = { pairs: Pair[]; depth: number }
type Sides = { a: Side; b: Side }
type Side = {
  chain: Chain
  children: ReadonlyMap<number, number[]>
  keyOf(node: number): string
  left: number
}

/** Children of each node without groups, as far as there is room. */
function createSide(chain: Chain, most: number): Side {
  const children = new Map<number, number[]>()
  const count = Math.min(chain.count, most)
  for (let node = 0; node < count; node++) {
    if (kindOf(chain, node) === 'group') continue
    let above = chain.parent[node]!
    while (above >= 0 && kindOf(chain, above) === 'group') above = chain.parent[above]!
    const siblings = children.get(above)
    if (siblings) siblings.push(node)
    else children.set(above, [node])
  }
  return { chain, children, keyOf: rowKeys(chain), left: chain.count - count }
}

/** The pairs below one, in the order of the first chain, with what only the second one has behind what it follows there. */
function pairsBelow(sides: Sides, { a, b, depth }: Pair): (Pair | Repeats)[] {
  const ofA = a === -1 && depth >= 0 ? [] : (sides.a.children.get(a) ?? [])
  const ofB = b === -1 && depth >= 0 ? [] : (sides.b.children.get(b) ?? [])
  const waiting = new Map<string, number[]>()
  for (const node of ofB) {
    const key = sides.b.keyOf(node)
    const known = waiting.get(key)
    if (known) known.push(node)
    else waiting.set(key, [node])
  }
  const taken = new Map<string, number>()
  const partners = new Map<number, number>()
  const pairs = ofA.map((node): Pair => {
    const key = sides.a.keyOf(node)
    const at = taken.get(key) ?? 0
    taken.set(key, at + 1)
    const partner = waiting.get(key)?.[at] ?? -1
    if (partner >= 0) partners.set(partner, node)
    return { a: node, b: partner, depth: depth + 1 }
  })
  return foldRepeated(sides, withNew(pairs, ofB, partners, depth + 1))
}

function withNew(
  pairs: readonly Pair[],
  ofB: readonly number[],
  partners: ReadonlyMap<number, number>,
  depth: number,
): Pair[] {
  const behind = new Map<number, Pair[]>()
  let last = -1
  for (const node of ofB) {
    const partner = partners.get(node)
    if (partner !== undefined) last = partner
    else {
      const added = behind.get(last) ?? []
      behind.set(last, added)
      added.push({ a: -1, b: node, depth })
    }
  }
  return [...(behind.get(-1) ?? []), ...pairs.flatMap((pair) => [pair, ...(behind.get(pair.a) ?? [])])]
}

/** Siblings that repeat become one row where the first of them is. */
function foldRepeated(sides: Sides, pairs: readonly Pair[]): (Pair | Repeats)[] {
  const keyOf = ({ a, b }: Pair): string => (a >= 0 ? sides.a.keyOf(a) : sides.b.keyOf(b))
  const isSpan = ({ a, b }: Pair): boolean =>
    kindOf(a >= 0 ? sides.a.chain : sides.b.chain, a >= 0 ? a : b) === 'span'
  const byKey = new Map<string, { pairs: Pair[]; a: number; b: number }>()
  for (const pair of pairs) {
    if (!isSpan(pair)) continue
    const key = keyOf(pair)
    const same = byKey.get(key) ?? { pairs: [], a: 0, b: 0 }
    byKey.set(key, same)
    same.pairs.push(pair)
    if (pair.a >= 0) same.a++
    if (pair.b >= 0) same.b++
  }
  return pairs.flatMap((pair): (Pair | Repeats)[] => {
    const same = isSpan(pair) ? byKey.get(keyOf(pair)) : undefined
    if (same === undefined || Math.max(same.a, same.b) < fewestRepeated) return [pair]
    if (same.pairs[0] !== pair) return []
    return [{ depth: pair.depth, pairs: same.pairs.map((one) => ({ ...one, depth: one.depth + 1 })) }]
  })
}

function rowOf({ a, b }: Sides, pair: Pair): AlignedRow {
  const row = { depth: pair.depth, end: 0, a: pair.a, b: pair.b, failure: '' as const }
  if (pair.b < 0) return { ...row, verdict: 'missing', deltaNs: 0 }
  if (pair.a < 0) return { ...row, verdict: 'new', deltaNs: 0 }
  const runs = hasFlag(a.chain, pair.a, 'running') || hasFlag(b.chain, pair.b, 'running')
  const deltaNs = runs ? 0 : b.chain.duration[pair.b]! - a.chain.duration[pair.a]!
  const [before, now] = [hasFlag(a.chain, pair.a, 'failed'), hasFlag(b.chain, pair.b, 'failed')]
  const failure = before === now ? '' : now ? 'now' : 'before'
  return { ...row, verdict: verdictOf(a.chain.duration[pair.a]!, deltaNs), deltaNs, failure }
}

function sumOf({ a, b }: Sides, { pairs, depth }: Repeats): AlignedRow {
  const repeated = { a: sum(a.chain, pairs, 'a'), b: sum(b.chain, pairs, 'b') }
  const [ofA, ofB] = [pairs.find((pair) => pair.a >= 0)?.a ?? -1, pairs.find((pair) => pair.b >= 0)?.b ?? -1]
  const row = { depth, end: 0, a: ofA, b: ofB, failure: '' as const, repeated }
  if (ofB < 0) return { ...row, verdict: 'missing', deltaNs: 0 }
  if (ofA < 0) return { ...row, verdict: 'new', deltaNs: 0 }
  const deltaNs = repeated.b.ns - repeated.a.ns
  return { ...row, verdict: verdictOf(repeated.a.ns, deltaNs), deltaNs }
}

function sum({ duration }: Chain, pairs: readonly Pair[], side: 'a' | 'b'): Sum {
  const nodes = pairs.flatMap((pair) => (pair[side] >= 0 ? [pair[side]] : []))
  return { count: nodes.length, ns: nodes.reduce((total, node) => total + duration[node]!, 0) }
}

function verdictOf(beforeNs: number, deltaNs: number): Verdict {
  const change = Math.abs(deltaNs)
  if (change < changeThreshold.ns || change < beforeNs * changeThreshold.share) return 'same'
  return deltaNs > 0 ? 'slower' : 'faster'
}

/** Whether a row tells of a difference. */
export function differs({ verdict, failure, repeated }: AlignedRow): boolean {
  return (
    verdict !== 'same' || failure !== '' || (repeated !== undefined && repeated.a.count !== repeated.b.count)
  )
}

/** By what a row is found in the other chain. Nodes of one chain are asked more than once. */
function rowKeys(chain: Chain): (node: number) => string {
  const keys: string[] = []
  return (node) => {
    keys[node] ??= rowKey(chain, node)
    return keys[node]
  }
}

function rowKey(chain: Chain, node: number): string {
  const { data, source, lost, notes } = chain
  const index = source[node]!
  const kind = kindOf(chain, node)
  switch (kind) {
    case 'span':
      return spanKey(chain, index)
    case 'wait':
      return `wait ${hasFlag(chain, node, 'retry')} ${spanKey(chain, index)}`
    case 'log':
      return JSON.stringify([
        kind,
        serviceOf(data.resources, data.logs.resource[index]!),
        data.logs.severity[index],
        withoutValues(data.logs.text[index]!),
      ])
    case 'event':
      return JSON.stringify([kind, data.texts[data.events.name[index]!]])
    case 'lost':
      return `lost ${lost[index]!.hasSpans}`
    case 'note':
      return `note ${notes[index]!.absent}`
    case 'group':
      return kind
  }
}

/** Siblings of the same work have one key whatever their names, as groups do. */
function spanKey({ data, facts }: Chain, span: number): string {
  const { spans, texts, resources } = data
  const work = texts[spans.group[span]!] ?? ''
  const name = texts[spans.name[span]!] ?? ''
  const attempt = facts.get(span)?.attempt ?? 1
  return JSON.stringify([
    'span',
    serviceOf(resources, spans.resource[span]!),
    spans.kind[span],
    work === '' ? name : work,
    attempt,
  ])
}

function serviceOf(resources: readonly ChainResource[], resource: number): string {
  return resources[resource]?.service ?? ''
}

/** A line of two chains differs in its ids, numbers and times. */
function withoutValues(text: string): string {
  return text.replaceAll(/[0-9a-f]{8,}(?:-[0-9a-f]{4,})*|\d+/gi, '#')
}
