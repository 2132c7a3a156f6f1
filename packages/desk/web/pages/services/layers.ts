/** Two nodes by index; `back` when it leads against the direction of the map. */
export type Step = { from: number; to: number; back: boolean }

/**
 * Which layer each node stands in, from left to right, and which way each link is followed so that all of them lead to
 * the right: one that would close a circle is turned around. A link to itself is in no step.
 */
export function layersOf(
  count: number,
  links: readonly { from: number; to: number }[],
): { layers: number[]; steps: (Step | undefined)[] } {
  const back = backLinks(count, links)
  const steps = links.map(({ from, to }, at) =>
    from === to ? undefined : back.has(at) ? { from: to, to: from, back: true } : { from, to, back: false },
  )
  return { layers: longestPaths(count, steps), steps }
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

function longestPaths(count: number, steps: readonly (Step | undefined)[]): number[] {
  const layers = new Array<number>(count).fill(0)
  const waitsFor = new Array<number>(count).fill(0)
  const leaving = Array.from({ length: count }, () => [] as number[])
  for (const step of steps) {
    if (step === undefined) continue
    waitsFor[step.to]!++
    leaving[step.from]!.push(step.to)
  }
  const ready = layers.map((_, node) => node).filter((node) => waitsFor[node] === 0)
  for (const node of ready) {
    for (const to of leaving[node]!) {
      layers[to] = Math.max(layers[to]!, layers[node]! + 1)
      if (--waitsFor[to]! === 0) ready.push(to)
    }
  }
  return layers
}
