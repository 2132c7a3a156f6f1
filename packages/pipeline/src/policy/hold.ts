import type { ByteWriter, LogInput, LogRecord } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import { type Gone, HeldRecords, type Visit } from './held-records.ts'
import { createHotTraces } from './hot-traces.ts'
import { assumedSeverity } from './keep-rules.ts'
import type { DropReason, HeldKind, HoldOptions, MarkSource, PolicyCounters, PolicyPorts } from './policy.ts'
import { createBucket } from './token-bucket.ts'

const burstSeconds = 5
/** Marks from outside that nobody vouches for, in a second. */
const outsidePerSecond = 50
const outsideBurstSeconds = 2
/** A released trace is remembered for so long, and longer than anything is held: a mark that comes twice releases once. */
const leastHotMs = 60_000
const mostKinds = 4096
/** Records that leave the ring younger than this are worth a word. */
const wantedHoldMs = 10_000

/** Holds what `write` encodes. */
type HoldRecord = <Input>(
  signal: HeldKind['signal'],
  scope: PipelineScope,
  traceId: string,
  write: (writer: ByteWriter, input: Input, weight: number) => void,
  input: Input,
  weight: number,
) => void

/** What waits for its chain to fail, and which chains have. */
export type Hold = {
  readonly hold: HoldRecord
  /** Whether everything of the trace leaves at once. */
  isHot(traceId: string): boolean
  /** Lets the chain go. False when it was refused. */
  release(traceId: string, source: MarkSource): boolean
  /** Lets the chain go by this process. True for the first time: what asks for it is why the chain is kept. */
  isCause(traceId: string): boolean
  /** Call it once a second: what is held is as old as the sweeps since. */
  sweep(): void
  counters(): Pick<PolicyCounters, 'held' | 'released' | 'notes' | 'marks' | 'ring'>
}

/** `drop` counts what is gone. */
export function createHold(
  options: HoldOptions,
  ports: PolicyPorts,
  drop: (reason: DropReason) => void,
): Hold {
  const { nowMs } = ports
  const marks = { own: 0, trusted: 0, outside: 0, refused: 0 }
  const ring = openRing(options, ports, drop)
  const hotMs = Math.max(leastHotMs, 2 * options.holdMs)
  const hot = createHotTraces(hotMs)
  const told = createHotTraces(hotMs)
  const explained = createHotTraces(hotMs)
  const mayRelease = createBucket(options.releasesPerSecond, burstSeconds)
  const mayBelieve = createBucket(outsidePerSecond, outsideBurstSeconds)
  const isAllowed = (source: MarkSource, now: number): boolean => {
    if (source === 'own') return mayRelease(now)
    return source === 'trusted' || mayBelieve(now)
  }
  const letGo = (traceId: string, source: MarkSource): boolean => {
    if (hot.has(traceId)) return true
    const now = nowMs()
    if (!isAllowed(source, now)) {
      marks.refused++
      return false
    }
    marks[source]++
    hot.add(traceId, now)
    ring.release(traceId)
    return true
  }
  /** Once, also of a trace that a mark had let go, which may not have reached all others. */
  const tell = (traceId: string): void => {
    if (isFirst(told, traceId, nowMs())) ports.announce(traceId)
  }
  return {
    hold: ring.hold,
    isHot: hot.has,
    release(traceId, source) {
      const isKept = letGo(traceId, source)
      if (isKept && source === 'own') tell(traceId)
      return isKept
    },
    isCause(traceId) {
      if (!letGo(traceId, 'own')) return false
      tell(traceId)
      return isFirst(explained, traceId, nowMs())
    },
    sweep() {
      const now = nowMs()
      hot.sweep(now)
      told.sweep(now)
      explained.sweep(now)
      ring.sweep(now)
    },
    counters: () => ({ ...ring.counters(), marks: { ...marks } }),
  }
}

function isFirst(known: ReturnType<typeof createHotTraces>, traceId: string, now: number): boolean {
  if (known.has(traceId)) return false
  known.add(traceId, now)
  return true
}

type Ring = Pick<Hold, 'hold'> & {
  release(traceId: string): void
  sweep(nowMs: number): void
  counters(): Pick<PolicyCounters, 'held' | 'released' | 'notes' | 'ring'>
}

function openRing(
  { maxBytes, holdMs, maxTraceRecords, maxTraceBytes }: HoldOptions,
  { nowMs, ringIsSmall, decode, ...ways }: PolicyPorts,
  drop: (reason: DropReason) => void,
): Ring {
  let [held, released, notes] = [0, 0, 0]
  // A clock at each record would be a tenth of holding it.
  let sweptMs = nowMs()
  const gone: Gone = (reason) => {
    drop(reason)
    if (reason !== 'evicted') return
    const ageMs = ring.ageMs(sweptMs)
    if (ageMs < Math.min(wantedHoldMs, holdMs)) ringIsSmall(ageMs / 1000)
  }
  const ring = new HeldRecords({ maxBytes, holdMs, maxTraceRecords, maxTraceBytes, gone })
  const kindOf = createKinds(ring)
  const pass: Visit = ({ signal, scope }, framed) => {
    released++
    ways[signal]?.pass(scope, framed)
  }
  /** Says before the first record what is gone before it. */
  const passAfter = (lost: number): Visit => {
    let isSaid = false
    return (kind, framed) => {
      const first = isSaid || kind.signal !== 'logs' ? undefined : decode(framed)
      if (first !== undefined) {
        isSaid = true
        notes++
        ways.logs?.ship(kind.scope, describeLost(first, lost), 0)
      }
      pass(kind, framed)
    }
  }
  return {
    hold(signal, scope, traceId, write, input, weight) {
      const kind = maxBytes === 0 ? undefined : kindOf(signal, scope)
      if (kind === undefined) return drop('not_held')
      const writer = ring.open()
      write(writer, input, weight)
      held++
      if (!ring.commit(writer, traceId, kind, sweptMs)) drop('too_large')
    },
    release(traceId) {
      const lost = ring.lostOf(traceId)
      ring.release(traceId, lost > 0 ? passAfter(lost) : pass)
    },
    sweep(now) {
      sweptMs = now
      ring.expire(now)
    },
    counters: () => ({
      ...{ held, released, notes },
      ring: {
        ...{ bytes: ring.bytes, maxBytes, records: ring.count, traces: ring.traces },
        holdSeconds: ring.ageMs(sweptMs) / 1000,
      },
    }),
  }
}

/** The record that stands before the first one of a chain whose beginning is gone. */
function describeLost({ timeUnixNano, traceId, spanId, flags }: LogRecord, lost: number): LogInput {
  return {
    timeUnixMs: Number(timeUnixNano) / 1e6,
    ...{ severityNumber: assumedSeverity, severityText: 'INFO', traceId, spanId, traceFlags: flags },
    body: `${lost} records of this chain before this one were held no more when it failed`,
    eventName: 'clew.cut',
    attributes: { 'clew.cut.count': lost },
  }
}

/** The number of a signal's scope in the ring. Undefined when there are too many: names may be made up without end. */
function createKinds(
  ring: HeldRecords,
): (signal: HeldKind['signal'], scope: PipelineScope) => number | undefined {
  const known = { logs: new Map<PipelineScope, number>(), traces: new Map<PipelineScope, number>() }
  let last: { signal: HeldKind['signal']; scope: PipelineScope; kind: number } | undefined
  return (signal, scope) => {
    if (last?.scope === scope && last.signal === signal) return last.kind
    const ofSignal = known[signal]
    let kind = ofSignal.get(scope)
    if (kind === undefined) {
      if (ofSignal.size >= mostKinds) return undefined
      kind = ring.kindOf({ signal, scope })
      ofSignal.set(scope, kind)
    }
    last = { signal, scope, kind }
    return kind
  }
}
