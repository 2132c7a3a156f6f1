import { bandOf, lowestSeverity } from '@clew/otlp/severity'
import type { RowText } from '@clew/otlp/text'
import { hasFlag, kindOf, ticksOf } from '../../../chain/index.ts'
import { Icon } from '../../components/icon.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { serviceColour } from '../../service-colour.ts'
import { type Bar, barOf, clusterTicks, type Lane, labelSide, placeOf } from './lane-geometry.ts'
import type { ShownChain } from './use-chain.ts'

const tickPx = 4
/** About as wide as a character of a label is. */
const characterPx = 7

type LaneCellProps = { shown: ShownChain; lane: Lane; node: number; text: RowText; critical: CriticalPieces }

/** Where the estimated critical path runs through a node: instants in pairs. */
export type CriticalPieces = ReadonlyMap<number, number[]>

/** The right part of a row: when it happened. */
export function LaneCell(props: LaneCellProps) {
  return (
    <Cell class="lane">
      {props.text.kind === 'log' || props.text.kind === 'event' ? (
        <Instant {...props} />
      ) : (
        <Stretch {...props} />
      )}
    </Cell>
  )
}

function Instant({ shown: { chain }, lane, node, text }: LaneCellProps) {
  const x = placeOf(lane, chain.start[node]!)
  if (x < 0 || x > 1) return <Outside side={x < 0 ? 'before' : 'after'} />
  const band = text.kind === 'log' ? bandOf(chain.data.logs.severity[chain.source[node]!]!) : 'event'
  return <span class={`instant instant-${band} severity-${band}`} style={{ left: percent(x) }} />
}

function Stretch(props: LaneCellProps) {
  const { shown, lane, node, text } = props
  const { chain, view } = shown
  const bar = barOf(lane, chain.start[node]!, chain.duration[node]!)
  if (text.kind === 'note') return null
  if (typeof bar === 'string') return <Outside side={bar} />
  return (
    <>
      <span
        class={`bar ${classesOf(shown, node, bar)}`}
        data-node={node}
        style={{ left: percent(bar.x), width: percent(bar.width), '--service': colourOf(text) }}
      />
      <Critical {...props} />
      <TickMarks lane={lane} ticks={clusterTicks(lane, ticksOf(chain, view, node), tickPx)} />
      <BarLabel lane={lane} bar={bar} failed={hasFlag(chain, node, 'failed')} text={barText(text)} />
    </>
  )
}

function classesOf({ chain }: ShownChain, node: number, bar: Bar): string {
  const flags = ['failed', 'running', 'errorPath', 'retry'] as const
  const names = flags.filter((flag) => hasFlag(chain, node, flag)).map((flag) => `is-${flag}`)
  if (bar.cutLeft) names.push('cut-left')
  if (bar.cutRight) names.push('cut-right')
  return [`bar-${kindOf(chain, node)}`, ...names].join(' ')
}

function colourOf(text: RowText): string {
  return text.service === '' ? 'var(--muted)' : serviceColour(text.service)
}

function barText(text: RowText): string {
  return text.kind === 'wait' ? text.label : text.duration
}

type BarLabelProps = { lane: Lane; bar: Bar; failed: boolean; text: string }

function BarLabel({ lane, bar, failed, text }: BarLabelProps) {
  if (text === '') return null
  const side = labelSide(bar, lane, text.length * characterPx + 24)
  const end = bar.x + bar.width
  const places = {
    right: { left: `calc(${percent(end)} + 4px)` },
    left: { right: `calc(${percent(1 - bar.x)} + 4px)` },
    inside: { right: `calc(${percent(1 - end)} + 4px)` },
  }
  return (
    <span class={`bar-label number label-${side}`} style={places[side]}>
      {failed && <Icon name="error" />}
      {text}
    </span>
  )
}

function Critical({ shown, lane, node, critical }: LaneCellProps) {
  const pieces = critical.get(node)
  if (!pieces) return null
  let path = ''
  for (let at = 0; at < pieces.length; at += 2) {
    const bar = barOf(lane, pieces[at]!, pieces[at + 1]! - pieces[at]!)
    if (typeof bar === 'string') continue
    path += `M${(bar.x * 1000).toFixed(1)} 1h${Math.max(1, bar.width * 1000).toFixed(1)}`
  }
  if (path === '' || !shown.is('critical')) return null
  return (
    <svg class="critical" viewBox="0 0 1000 2" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  )
}

/** From where to where a tick reaches in its row: the worse the longer, so that colour is not alone. */
const tickHeights = { plain: [2, 9], warn: [2, 14], error: [1, 22] } as const

/** One path for each band: a bar may stand for thousands of lines. */
function TickMarks({ lane, ticks }: { lane: Lane; ticks: ReturnType<typeof clusterTicks> }) {
  if (ticks.length === 0 || lane.width <= 0) return null
  return (
    <svg class="ticks" viewBox={`0 0 ${lane.width} 24`} preserveAspectRatio="none" aria-hidden="true">
      {(['plain', 'warn', 'error'] as const).map((band) => {
        const marks = ticks.filter(({ severity }) => tickBand(severity) === band)
        const [from, to] = tickHeights[band]
        const path = marks.map(({ x }) => `M${(x * lane.width).toFixed(1)} ${from}V${to}`).join('')
        return path && <path key={band} class={`tick-${band}`} d={path} />
      })}
    </svg>
  )
}

function tickBand(severity: number): keyof typeof tickHeights {
  if (severity >= lowestSeverity.error) return 'error'
  return severity >= lowestSeverity.warn ? 'warn' : 'plain'
}

function Outside({ side }: { side: 'before' | 'after' }) {
  return <span class={`outside outside-${side} muted`}>{side === 'before' ? '‹' : '›'}</span>
}

function percent(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`
}
