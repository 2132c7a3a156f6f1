import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from './graph.ts'
import { layoutGraph, nodeHeight, nodeWidth } from './layout.ts'
import { spread } from './spread.ts'

/** A graph of services from texts such as `a>b`; a name alone is a node without links. */
function graph(...texts: string[]): Graph {
  const pairs = texts.map((text) => text.split('>'))
  const ids = [...new Set(pairs.flat())].toSorted()
  return {
    nodes: ids.map((id) => ({ id, kind: 'service', name: id })),
    links: pairs.flatMap(([from, to]) =>
      to === undefined ? [] : [{ from: from!, to, kind: 'call' as const, count: 1, failed: 0, p95Ms: 1 }],
    ),
  }
}

const column = nodeWidth + 96

/** The column of each node. */
const columnsOf = (one: Graph) =>
  Object.fromEntries(layoutGraph(one).nodes.map(({ x }, at) => [one.nodes[at]!.id, x / column]))

test('callers stand left of the called, at the depth of their longest way', () => {
  expect(columnsOf(graph('web>api', 'api>db', 'web>db', 'api>jobs', 'jobs>worker', 'worker>db'))).toEqual({
    web: 0,
    api: 1,
    jobs: 2,
    worker: 3,
    db: 4,
  })
})

test('a circle is cut where it comes back, and the link that leads back goes from right to left', () => {
  const circle = graph('a>b', 'b>c', 'c>a', 'c>c')
  const { routes } = layoutGraph(circle)
  expect([columnsOf(circle), routes.map((route) => [route[0]?.x, route.at(-1)?.x])]).toEqual([
    { a: 0, b: 1, c: 2 },
    [
      [nodeWidth, column],
      [column + nodeWidth, 2 * column],
      [2 * column, nodeWidth],
      [undefined, undefined],
    ],
  ])
})

test('where the longest ways make too many layers, the shortest ones count', () => {
  const names = [...'abcdefghijkl']
  const way = names.slice(1).map((name, at) => `${names[at]}>${name}`)
  const short = names.slice(1).map((name) => `a>${name}`)
  expect([
    Math.max(...Object.values(columnsOf(graph(...way)))),
    Math.max(...Object.values(columnsOf(graph(...way.slice(0, 7))))),
    Math.max(...Object.values(columnsOf(graph(...way, ...short)))),
  ]).toEqual([11, 7, 1])
})

test('what has no links stands in rows below', () => {
  const { nodes, height } = layoutGraph(graph('a>b', 'c', 'd', 'e', 'f', 'g'))
  expect([nodes.map(({ x, y }) => [x / column, y]), height]).toEqual([
    [
      [0, 0],
      [1, 0],
      [0, 68],
      [1, 68],
      [2, 68],
      [3, 68],
      [0, 136],
    ],
    136 + nodeHeight,
  ])
})

test('a way without branches is a straight line, and nothing needs no room', () => {
  expect([
    layoutGraph(graph('a>b', 'b>c')).nodes.map(({ y }) => y),
    layoutGraph({ nodes: [], links: [] }),
  ]).toEqual([[0, 0, 0], { width: nodeWidth, height: 0, nodes: [], routes: [] }])
})

test('whatever the graph: no two nodes overlap, all are within, forward links lead right, and it is the same each time', () => {
  const name = fc.integer({ min: 0, max: 49 }).map(String)
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 120 }), (pairs) => {
      const one = graph(...pairs.map(([from, to]) => `${from}>${to}`))
      const layout = layoutGraph(one)
      const overlaps = layout.nodes.filter((a, at) =>
        layout.nodes.some((b, other) => other > at && a.x === b.x && Math.abs(a.y - b.y) < nodeHeight),
      )
      const outside = layout.nodes.filter(
        ({ x, y }) => x < 0 || y < 0 || x + nodeWidth > layout.width || y + nodeHeight > layout.height,
      )
      const missing = layout.routes.filter(
        (route, at) => (route.length === 0) !== (one.links[at]!.from === one.links[at]!.to),
      )
      expect({ overlaps, outside, missing, again: layoutGraph(one) }).toEqual({
        overlaps: [],
        outside: [],
        missing: [],
        again: layout,
      })
    }),
    { numRuns: 60 },
  )
})

test('things that want the same place stand around it, others where they like', () => {
  const wishes = [0, 0, 0, 100].map((wanted) => ({ wanted, size: 10 }))
  expect(spread(wishes)).toEqual([-10, 0, 10, 100])
})
