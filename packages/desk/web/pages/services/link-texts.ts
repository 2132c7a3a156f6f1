import type { GraphLink } from './graph.ts'
import type { Point } from './layout.ts'

export const textHeight = 14
const gap = 2
/** Along a piece of a link, the best first. */
const shares = [0.5, 0.35, 0.65, 0.25, 0.75, 0.15, 0.85]

export type Labelled = { link: GraphLink; route: readonly Point[]; textPx: number }

/**
 * The middles of the texts of links, each on its link at its end with fewer links, where no node can be, and where none that
 * comes before it stands. Where there is no such place it stands in the middle.
 */
export function placeTexts(links: readonly Labelled[]): Point[] {
  const crowds = crowdsOf(links)
  const taken: { at: Point; width: number }[] = []
  return links.map(({ link, route, textPx }) => {
    const atEnd = crowds.get(link.from)! > crowds.get(link.to)!
    const [from, to] = (atEnd ? route.slice(-2) : route) as [Point, Point]
    const places = shares.map((share) => along(from, to, share))
    const isFree = (place: Point) =>
      taken.every(
        ({ at, width }) =>
          Math.abs(at.x - place.x) >= (width + textPx) / 2 + gap ||
          Math.abs(at.y - place.y) >= textHeight + gap,
      )
    const place = places.find(isFree) ?? places[0]!
    taken.push({ at: place, width: textPx })
    return place
  })
}

/** How many links each node has. */
function crowdsOf(links: readonly Labelled[]): Map<string, number> {
  const crowds = new Map<string, number>()
  for (const id of links.flatMap(({ link }) => [link.from, link.to]))
    crowds.set(id, (crowds.get(id) ?? 0) + 1)
  return crowds
}

/** Of the curve that leaves and arrives level. */
function along(from: Point, to: Point, t: number): Point {
  const middle = (from.x + to.x) / 2
  const u = 1 - t
  const cubic = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d
  return { x: cubic(from.x, middle, middle, to.x), y: cubic(from.y, from.y, to.y, to.y) }
}
