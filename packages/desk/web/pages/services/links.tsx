import { formatDuration, safeText } from '@clew/otlp/text'
import { formatCompact, formatCount, shareText } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import type { Graph, GraphLink } from './graph.ts'
import type { Layout, Point } from './layout.ts'

/** `lit`: id of a node whose links stand out, or "". The tables say all of this for those who do not see it. */
export function Links({ graph, layout, lit }: { graph: Graph; layout: Layout; lit: string }) {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]))
  const drawn = graph.links
    .map((link, at) => ({ link, route: layout.routes[at]! }))
    .filter(({ route }) => route.length > 1)
  const crowds = crowdsOf(graph)
  const toneOf = ({ from, to }: GraphLink) => (lit === '' ? '' : lit === from || lit === to ? 'lit' : 'dim')
  return (
    <>
      <svg class="links" width={layout.width} height={layout.height} aria-hidden="true">
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path d="M0 0.500L8 4L0 7.500z" />
          </marker>
        </defs>
        {drawn.map(({ link, route }) => (
          <g key={`${link.from}>${link.to}`} class={`link link-${link.kind} ${toneOf(link)}`}>
            <LinkLine link={link} route={route} names={names} />
          </g>
        ))}
      </svg>
      {drawn.map(({ link, route }) => (
        <LinkText
          key={`${link.from}>${link.to}`}
          link={link}
          place={crowds.get(link.from)! > crowds.get(link.to)! ? middleOf(route.slice(-2)) : middleOf(route)}
          tone={toneOf(link)}
        />
      ))}
    </>
  )
}

type LinkLineProps = { link: GraphLink; route: Point[]; names: ReadonlyMap<string, string> }

function LinkLine({ link, route, names }: LinkLineProps) {
  const { link: describe } = words.value.services.map
  const line = { d: curve(route), style: { strokeWidth: `${widthOf(link.count)}px` } }
  return (
    <>
      <title>
        {describe(
          `${safeText(names.get(link.from)!)} → ${safeText(names.get(link.to)!)}`,
          formatCount(link.count),
          formatCount(link.failed),
          formatDuration(link.p95Ms * 1e6),
        )}
      </title>
      <path class="link-line" {...line} marker-end="url(#arrow)" />
      {link.failed > 0 && <path class="link-failed" {...line} />}
    </>
  )
}

function LinkText({ link, place, tone }: { link: GraphLink; place: Point; tone: string }) {
  const { failed } = words.value.services.map
  return (
    <span
      class={`link-text ${tone} ${link.failed > 0 ? 'severity-error' : ''}`}
      style={{ left: `${place.x}px`, top: `${place.y}px` }}
      aria-hidden="true"
    >
      {link.failed > 0 ? failed(shareText(link.failed, link.count)) : formatCompact(link.count)}
    </span>
  )
}

/** How many links each node has: the text of a link stands at its end with fewer of them. */
function crowdsOf({ links }: Graph): Map<string, number> {
  const crowds = new Map<string, number>()
  for (const id of links.flatMap(({ from, to }) => [from, to])) crowds.set(id, (crowds.get(id) ?? 0) + 1)
  return crowds
}

/** From 1.5 px for one call to 6 px. */
function widthOf(count: number): number {
  return Math.min(6, 1.5 + Math.log10(Math.max(1, count)))
}

/** Lines that leave and arrive level. */
function curve([first, ...rest]: Point[]): string {
  let { x, y } = first!
  const parts = rest.map((point) => {
    const middle = (x + point.x) / 2
    const part = `C${middle} ${y} ${middle} ${point.y} ${point.x} ${point.y}`
    ;({ x, y } = point)
    return part
  })
  return `M${first!.x} ${first!.y}${parts.join('')}`
}

/** Between the first two of some points: at an end of a route no node can be there. */
function middleOf([first, second]: Point[]): Point {
  return { x: (first!.x + second!.x) / 2, y: (first!.y + second!.y) / 2 }
}
