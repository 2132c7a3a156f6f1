import type { Finding } from './judge-service.ts'
import { logOf } from './value-series.ts'
import type { Change, Opinion } from './warning.ts'

/** A series that took part, and how high it came. JSON. */
export type Part = {
  service: string
  group: Finding['group']
  id: string
  field: string
  kind: Change['kind']
  height: number
  /** Whether the warning told of it. */
  isTold?: boolean
}

/** What goes on, and was told of. JSON. */
export type Cause = {
  /** Of the warning that told of it. */
  id: string
  /**
   * When it was told the last time, and the first time that it was so sure; how sure it is, and how far the furthest of what was told lay
   * off since. Not in states of former versions.
   */
  told?: { minute: number; sureMinute: number; sure: number; sigmas: number }
  beganMinute: number
  lastMinute: number
  services: string[]
  traceIds: string[]
  /** What is remembered of it: what it began with. */
  signature: string
  parts: Part[]
  failedMinute: number
  failure: string
  /** What somebody said of it, or "". */
  opinion: Opinion | ''
}

const mostParts = 50
const mostTraceIds = 50

/** What was found at a minute in a service begins it. */
export function beginCause(service: string, minute: number, sorted: readonly Finding[]): Cause {
  const cause: Cause = {
    id: '',
    beganMinute: minute,
    lastMinute: minute,
    services: [],
    traceIds: [],
    signature: JSON.stringify([service, sorted[0]!.key]),
    parts: [],
    failedMinute: 0,
    failure: '',
    opinion: '',
  }
  joinCause(cause, service, minute, sorted)
  return cause
}

/** What was found belongs to it. */
export function joinCause(cause: Cause, service: string, minute: number, findings: readonly Finding[]): void {
  cause.lastMinute = minute
  if (!cause.services.includes(service)) cause.services.push(service)
  cause.traceIds = [...new Set([...cause.traceIds, ...traceIdsOf(findings)])].slice(-mostTraceIds)
  for (const finding of findings) {
    const { change, group, id } = finding
    const { field, kind } = change
    const height = heightOf(change)
    const known = partOf(cause, finding)
    if (known?.isTold && cause.told) cause.told.sigmas = Math.max(cause.told.sigmas, change.sigmas)
    if (known && Math.abs(height) > Math.abs(known.height)) known.height = height
    else if (!known && cause.parts.length < mostParts)
      cause.parts.push({ service, group, id, field, kind, height })
  }
}

/** How high it came: a count, or how far a value lies from what it usually is, in logarithms. */
export const heightOf = ({ field, now, usual }: Change): number =>
  field === '' ? now : logOf(now) - logOf(usual)

export const partOf = ({ parts }: Pick<Cause, 'parts'>, { group, id, change }: Finding): Part | undefined =>
  parts.find(
    (part) =>
      part.service === change.service &&
      part.group === group &&
      part.id === id &&
      part.field === change.field,
  )

export const traceIdsOf = (findings: readonly Finding[]): string[] => [
  ...new Set(
    findings.flatMap(({ lines }) => lines.flatMap(({ traceId }) => (traceId === '' ? [] : [traceId]))),
  ),
]
