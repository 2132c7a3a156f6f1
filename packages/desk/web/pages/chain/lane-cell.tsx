import { bandOf } from '@clew/otlp/severity'
import type { RowText } from '@clew/otlp/text'
import { hasFlag, kindOf, ticksOf } from '../../../chain/index.ts'
import { Icon } from '../../components/icon.tsx'
import { signClass } from '../../components/telemetry.tsx'
import { Cell } from '../../components/virtual-rows.tsx'
import { words } from '../../i18n/words.ts'
import { colourValue } from '../../service-colour.ts'
import { textWidth } from '../../text-width.ts'
import { type Bar, barOf, clusterTicks, type Lane, placeOf } from './lane-geometry.ts'
import { labelGapPx, placeLabel } from './lane-label.ts'
import { TickMarks } from './tick-marks.tsx'
import type { ShownChain } from './use-chain.ts'

const tickPx = 4
const iconPx = 16
/** A bar that goes on fades behind this share of it. */
const runningSolid = 0.6

/** What the cells need of a chain: plain data and two functions of it. */
export type DrawnChain = Pick<ShownChain, 'chain' | 'view' | 'lookOf' | 'is'>

type LaneCellProps = { shown: DrawnChain; lane: Lane; node: number; text: RowText; critical: CriticalPieces }

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
  const look = text.service === '' ? undefined : shown.lookOf(text.service)
  return (
    <>
      <span
        class={`bar ${classesOf(shown, node, bar)} ${look ? signClass(look) : ''}`}
        data-node={node}
        title={
          hasFlag(chain, node, 'errorPath')
            ? `${text.duration}, ${words.value.chain.onErrorPath}`
            : text.duration
        }
        style={{
          left: percent(bar.x),
          width: percent(bar.width),
          '--service': look ? colourValue(look) : 'var(--edge)',
        }}
      />
      <Critical {...props} />
      <TickMarks lane={lane} ticks={clusterTicks(lane, ticksOf(chain, view, node), tickPx)} />
      <BarLabel
        lane={lane}
        bar={bar}
        failed={hasFlag(chain, node, 'failed')}
        running={hasFlag(chain, node, 'running')}
        text={text}
      />
    </>
  )
}

function classesOf({ chain }: DrawnChain, node: number, bar: Bar): string {
  const flags = ['failed', 'running', 'errorPath', 'retry'] as const
  const names = flags.filter((flag) => hasFlag(chain, node, flag)).map((flag) => `is-${flag}`)
  if (bar.cutLeft) names.push('cut-left')
  if (bar.cutRight) names.push('cut-right')
  return [`bar-${kindOf(chain, node)}`, ...names].join(' ')
}

type BarLabelProps = { lane: Lane; bar: Bar; failed: boolean; running: boolean; text: RowText }

function BarLabel({ lane, bar, failed, running, text: { kind, duration } }: BarLabelProps) {
  if (duration === '' || lane.width <= 0) return null
  const place = placeLabel(bar, lane, textWidth(duration) + (failed ? iconPx : 0), running ? runningSolid : 1)
  if (!place) return null
  const { side, roomPx } = place
  const gap = `${labelGapPx}px`
  const places = {
    inside: { left: `calc(${percent(bar.x)} + ${gap})` },
    right: { left: `calc(${percent(bar.x + bar.width)} + ${gap})` },
    left: { right: `calc(${percent(1 - bar.x)} + ${gap})` },
  }
  return (
    <span
      class={`bar-label number label-${side} label-of-${kind}`}
      style={{ ...places[side], maxWidth: `${roomPx}px` }}
    >
      {failed && <Icon name="error" />}
      <span class="bar-text">{duration}</span>
    </span>
  )
}

function Critical({ shown, lane, node, critical }: LaneCellProps) {
  const pieces = critical.get(node)
  if (!pieces || !shown.is('critical')) return null
  let path = ''
  for (let at = 0; at < pieces.length; at += 2) {
    const bar = barOf(lane, pieces[at]!, pieces[at + 1]! - pieces[at]!)
    if (typeof bar === 'string') continue
    path += `M${(bar.x * 1000).toFixed(1)} 1h${Math.max(1, bar.width * 1000).toFixed(1)}`
  }
  if (path === '') return null
  return (
    <>
      <svg class="critical" viewBox="0 0 1000 2" preserveAspectRatio="none" aria-hidden="true">
        <path d={path} />
      </svg>
      <span class="unseen">{words.value.chain.onCriticalPath}</span>
    </>
  )
}

function Outside({ side }: { side: 'before' | 'after' }) {
  return <span class={`outside outside-${side} muted`}>{side === 'before' ? '‹' : '›'}</span>
}

function percent(share: number): string {
  return `${Math.round(share * 1e6) / 1e4}%`
}
