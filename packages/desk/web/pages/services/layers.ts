/** Two nodes by index; `back` when it leads against the direction of the map. */
export type Step = { from: number; to: number; back: boolean }

/** With more layers than this by the longest ways, nobody finds his way. */
const maxLayers = 8
/** What more nodes than this are called by one is no column that one looks over. */
const mostInLayer = 12

/**
 * Which layer each node stands in, from left to right, and which way each link is followed so that none leads to the
 * left: one that would close a circle is turned around. A link to itself is in no step. Nodes stand at the end of their
 * longest way; where that makes too many layers, at the end of their shortest one, with links within a layer.
 */
export function layersOf(
  count: number,
  links: readonly { from: number; to: number }[],
): { layers: number[]; steps: (Step | undefined)[] } {
  const back = backLinks(count, links)
  const steps = links.map(({ from, to }, at) =>
    from === to ? undefined : back.has(at) ? { from: to, to: from, back: true } : { from, to, back: false },
  )
  const longest = longestPaths(count, steps)
  if (Math.max(0, ...longest) < maxLayers) return { layers: withoutTall(longest, steps), steps }
  const layers = withoutTall(shortestPaths(count, steps), steps)
  return { layers, steps: steps.map((step) => step && turned(step, layers)) }
}

/** From layers of many nodes those that call nobody move to the right, as long as there are too many. */
function withoutTall(layers: readonly number[], steps: readonly (Step | undefined)[]): number[] {
  const callers = new Set(steps.map((step) => step?.from))
  const called = new Set(steps.map((step) => step?.to))
  const moved = [...layers]
  for (let layer = 1; layer < maxLayers - 1; layer++) {
    const here = [...moved.keys()].filter((node) => moved[node] === layer && called.has(node))
    const leaves = here.filter((node) => !callers.has(node))
    const stay = Math.max(0, mostInLayer - (here.length - leaves.length))
    if (here.length > mostInLayer) for (const node of leaves.slice(stay)) moved[node] = layer + 1
  }
  return moved
}

function turned({ from, to, back }: Step, layers: readonly number[]): Step {
  return layers[from]! > layers[to]! ? { from: to, to: from, back: !back } : { from, to, back }
}

/** Links that lead back to a node from which one comes, in a walk that begins at those nobody leads to. */
function backLinks(count: number, links: readonly { from: number; to: number }[]): Set<number> {
  const leaving = Array.from({ length: count }, () => [] as number[])
  const entered = new Set(links.filter(({ from, to }) => from !== to).map(({ to }) => to))
  for (const [at, { from }] of links.entries()) leaving[from]!.push(at)
  const back = new Set<number>()
  const state = new Uint8Array(count)
  const starts = Array.from({ length: count }, (_, node) => node)
  for (const start of starts.toSorted((a, b) => Number(entered.has(a)) - Number(entered.has(b)) || a - b)) {
    const path: { node: number; next: number }[] = state[start] === 0 ? [{ node: start, next: 0 }] : []
    while (path.length > 0) {
      const top = path.at(-1)!
      state[top.node] = onPath
      const at = leaving[top.node]![top.next++]
      if (at === undefined) {
        state[top.node] = done
        path.pop()
      } else if (state[links[at]!.to] === onPath) back.add(at)
      else if (state[links[at]!.to] === 0) path.push({ node: links[at]!.to, next: 0 })
    }
  }
  return back
}

const onPath = 1
const done = 2

type Ways = { leaving: number[][]; entering: number[]; starts: number[] }

function waysOf(count: number, steps: readonly (Step | undefined)[]): Ways {
  const leaving = Array.from({ length: count }, () => [] as number[])
  const entering = new Array<number>(count).fill(0)
  for (const step of steps) {
    if (step === undefined) continue
    entering[step.to]!++
    leaving[step.from]!.push(step.to)
  }
  return { leaving, entering, starts: [...entering.keys()].filter((node) => entering[node] === 0) }
}

function longestPaths(count: number, steps: readonly (Step | undefined)[]): number[] {
  const { leaving, entering, starts: ready } = waysOf(count, steps)
  const layers = new Array<number>(count).fill(0)
  for (const node of ready) {
    for (const to of leaving[node]!) {
      layers[to] = Math.max(layers[to]!, layers[node]! + 1)
      if (--entering[to]! === 0) ready.push(to)
    }
  }
  return layers
}

function shortestPaths(count: number, steps: readonly (Step | undefined)[]): number[] {
  const { leaving, starts: reached } = waysOf(count, steps)
  const layers = new Array<number>(count).fill(-1)
  for (const node of reached) layers[node] = 0
  for (const node of reached) {
    for (const to of leaving[node]!) {
      if (layers[to] !== -1) continue
      layers[to] = layers[node]! + 1
      reached.push(to)
    }
  }
  return layers
}
