import { type Chain, type ChainView, kindOf } from '../../../chain/index.ts'
import type { Params } from '../../url.ts'
import { findRows, rowName } from './row-name.ts'

/** What can be turned on and off in the address of a chain: `lines=0`, `fold=1`; what is as here is left out. */
export const toggles = {
  lines: true,
  events: true,
  group: true,
  critical: true,
  clocks: true,
  fold: false,
  details: false,
} as const
export type Toggle = keyof typeof toggles

export function isOn(toggle: Toggle, text: string): boolean {
  return text === '' ? toggles[toggle] : text === '1'
}

/** The parameter that turns something on or off. */
export function toggleParam(toggle: Toggle, on: boolean): Params {
  return { [toggle]: on === toggles[toggle] ? undefined : on ? '1' : '0' }
}

/** What of a view stands in the address, as texts. */
export type ViewAddress = {
  lines: string
  events: string
  group: string
  min: string
  /** Names of rows, separated by dots; `open` may be `*` for all groups. */
  closed: string
  open: string
}

/** What is shown of a chain, by its address. What the address does not know to name is left out. */
export function readView(chain: Chain, address: ViewAddress): ChainView {
  return {
    showLogs: isOn('lines', address.lines),
    showEvents: isOn('events', address.events),
    grouped: isOn('group', address.group),
    minSeverity: /^(1?\d|2[0-4])$/.test(address.min) ? Number(address.min) : 0,
    closed: new Set(findRows(chain, namesIn(address.closed))),
    openGroups: new Set(address.open === '*' ? groupsOf(chain) : findRows(chain, namesIn(address.open))),
  }
}

/** The parameters of an address that show this view. */
export function viewParams(chain: Chain, view: ChainView): Params {
  return {
    ...toggleParam('lines', view.showLogs),
    ...toggleParam('events', view.showEvents),
    ...toggleParam('group', view.grouped),
    min: view.minSeverity || undefined,
    closed: namesOf(chain, view.closed),
    open: namesOf(chain, view.openGroups),
  }
}

/** `from..to` in nanoseconds after the start of the chain's data; undefined: the whole, or no such part. */
export function parseZoom(
  text: string,
  { startNs, endNs }: Pick<Chain, 'startNs' | 'endNs'>,
): Zoom | undefined {
  const match = /^(-?\d{1,16})\.\.(-?\d{1,16})$/.exec(text)
  if (!match) return
  const fromNs = Math.max(startNs, Number(match[1]))
  const toNs = Math.min(endNs, Number(match[2]))
  return toNs > fromNs && (fromNs > startNs || toNs < endNs) ? { fromNs, toNs } : undefined
}

export type Zoom = { fromNs: number; toNs: number }

/** Nanoseconds as whole numbers, at least one apart. */
export function printZoom({ fromNs, toNs }: Zoom): string {
  const from = Math.floor(fromNs)
  return `${from}..${Math.max(from + 1, Math.ceil(toNs))}`
}

function namesIn(text: string): string[] {
  return text.split('.').filter(Boolean)
}

function namesOf(chain: Chain, nodes: ReadonlySet<number>): string {
  return [...nodes]
    .sort((a, b) => a - b)
    .map((node) => rowName(chain, node))
    .join('.')
}

function groupsOf(chain: Chain): number[] {
  const groups: number[] = []
  for (let node = 0; node < chain.count; node++) if (kindOf(chain, node) === 'group') groups.push(node)
  return groups
}
