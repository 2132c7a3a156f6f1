import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Graph } from './graph.ts'
import { layoutGraph, nodeHeight, leastNodeWidth as nodeWidth } from './layout.ts'
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

test('what has no links stands in rows below, as many beside each other as there is room for', () => {
  const one = graph('a>b', 'c', 'd', 'e', 'f', 'g')
  const { nodes, height } = layoutGraph(one)
  const placesIn = (points: typeof nodes) => points.map(({ x, y }) => [x / (nodeWidth + 20), y])
  expect([placesIn(nodes.slice(2)), height]).toEqual([
    [
      [0, 68],
      [1, 68],
      [0, 136],
      [1, 136],
      [0, 204],
    ],
    204 + nodeHeight,
  ])
  expect(layoutGraph(one, { room: 3000 }).height).toBe(68 + nodeHeight)
})

test('the first of those who call stands at the top left, and the first that it calls beside it', () => {
  const called = Array.from({ length: 11 }, (_, at) => `web>s${at}`)
  const { nodes } = layoutGraph(graph(...called, 'admin>s3', 'admin>s4'))
  const placeOf = (id: string) => nodes[graph(...called, 'admin>s3').nodes.findIndex((one) => one.id === id)]!
  const top = nodes.filter(({ x }) => x > 0).toSorted((a, b) => a.y - b.y)[0]!
  expect([Math.min(placeOf('web').y, placeOf('admin').y), top.y]).toEqual([0, 0])
})

test('one that calls forty has them in several columns, none of which is higher than what one looks over', () => {
  const one = graph(...Array.from({ length: 39 }, (_, at) => `web>s${String(at).padStart(2, '0')}`))
  const { nodes, height } = layoutGraph(one)
  const columns = [...new Set(nodes.map(({ x }) => x))].toSorted((a, b) => a - b)
  const sizes = columns.map((column) => nodes.filter(({ x }) => x === column).length)
  expect(sizes).toEqual([1, 12, 12, 12, 3])
  expect(height).toBeLessThan(1_200)
})

test('room is filled: first the nodes grow, then what is between them', () => {
  const way = graph('a>b', 'b>c')
  const widths = [0, 800, 1_000, 1_200, 4_000].map((room) => {
    const { width, nodeWidth: wide } = layoutGraph(way, { room })
    return [wide, width]
  })
  expect(widths).toEqual([
    [176, 720],
    [202, 800],
    [264, 984 + 16],
    [264, 1_176],
    [264, 1_176],
  ])
})

test('what is added to a map that is there moves nothing else past another', () => {
  const before = graph('web>a', 'web>c', 'web>e', 'a>db', 'c>db')
  const yOf = (one: Graph, layout: ReturnType<typeof layoutGraph>) =>
    new Map(one.nodes.map(({ id }, at) => [id, layout.nodes[at]!.y]))
  const places = yOf(before, layoutGraph(before))
  const grown = graph('web>a', 'web>c', 'web>e', 'a>db', 'c>db', 'web>b', 'web>d', 'b>mail')
  const later = yOf(grown, layoutGraph(grown, { before: places }))
  const order = (ys: ReadonlyMap<string, number>) =>
    ['a', 'c', 'e'].toSorted((one, other) => ys.get(one)! - ys.get(other)!)
  expect(order(later)).toEqual(order(places))
  expect(later.get('web')! - places.get('web')!).toBeLessThanOrEqual(nodeHeight)
})

test('a way without branches is a straight line, and nothing needs no room', () => {
  expect([
    layoutGraph(graph('a>b', 'b>c')).nodes.map(({ y }) => y),
    layoutGraph({ nodes: [], links: [] }),
  ]).toEqual([[0, 0, 0], { width: nodeWidth, height: 0, nodeWidth, nodes: [], routes: [] }])
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
