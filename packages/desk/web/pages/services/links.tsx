import { formatDuration, safeText } from '@clew/otlp/text'
import { formatCompact, formatCount, shareText } from '../../format.ts'
import { words } from '../../i18n/words.ts'
import { textWidth } from '../../text-width.ts'
import type { Graph, GraphLink } from './graph.ts'
import type { Layout, Point } from './layout.ts'
import { placeTexts } from './link-texts.ts'

/** `lit`: id of a node whose links stand out, or "". The tables say all of this for those who do not see it. */
export function Links({ graph, layout, lit }: { graph: Graph; layout: Layout; lit: string }) {
  const names = new Map(graph.nodes.map(({ id, name }) => [id, name]))
  const drawn = graph.links
    .map((link, at) => ({ link, route: layout.routes[at]!, text: textOf(link) }))
    .filter(({ route }) => route.length > 1)
  const places = placeTexts(drawn.map((one) => ({ ...one, textPx: textWidth(one.text) + 8 })))
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
      {drawn.map(({ link, text }, at) => (
        <LinkText
          key={`${link.from}>${link.to}`}
          link={link}
          text={text}
          place={places[at]!}
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
          link.kind === 'queue',
        )}
      </title>
      <path class="link-line" {...line} marker-end="url(#arrow)" />
      {link.failed > 0 && <path class="link-failed" {...line} />}
    </>
  )
}

type LinkTextProps = { link: GraphLink; text: string; place: Point; tone: string }

function LinkText({ link, text, place, tone }: LinkTextProps) {
  return (
    <span
      class={`link-text ${tone} ${link.failed > 0 ? 'severity-error' : ''}`}
      style={{ left: `${place.x}px`, top: `${place.y}px` }}
      aria-hidden="true"
    >
      {text}
    </span>
  )
}

/** How often, or, where some failed, which share. */
function textOf({ count, failed }: GraphLink): string {
  return failed > 0 ? words.value.services.map.failed(shareText(failed, count)) : formatCompact(count)
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
