import type { ByteWriter } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'
import type { Signal } from '../records/batch.ts'
import { HeldRecords } from './held-records.ts'
import { createHotTraces } from './hot-traces.ts'
import type { DropReason, HoldOptions, MarkSource, PolicyPorts } from './policy.ts'
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

/** What waits for its chain to fail, and which chains have. */
export type Hold = {
  /** Holds what `write` encodes. */
  hold<Input>(
    signal: Signal,
    scope: PipelineScope,
    traceId: string,
    write: (writer: ByteWriter, input: Input, weight: number) => void,
    input: Input,
    weight: number,
  ): void
  /** Whether everything of the trace leaves at once. */
  isHot(traceId: string): boolean
  /** Lets the chain go. False when it was refused. */
  release(traceId: string, source: MarkSource): boolean
  sweep(): void
  readonly counts: { held: number; released: number; marks: Record<MarkSource | 'refused', number> }
  ring(): { bytes: number; maxBytes: number; traces: number; holdSeconds: number }
}

/** `drop` counts what is gone. */
export function createHold(
  options: HoldOptions,
  ports: PolicyPorts,
  drop: (reason: DropReason) => void,
): Hold {
  const { maxBytes, holdMs, releasesPerSecond } = options
  const counts = { held: 0, released: 0, marks: { own: 0, trusted: 0, outside: 0, refused: 0 } }
  const hot = createHotTraces(Math.max(leastHotMs, 2 * holdMs))
  const mayRelease = createBucket(releasesPerSecond, burstSeconds)
  const mayBelieve = createBucket(outsidePerSecond, outsideBurstSeconds)
  const kinds = { logs: new Map<PipelineScope, number>(), traces: new Map<PipelineScope, number>() }
  const { nowMs } = ports
  const ring: HeldRecords | undefined =
    maxBytes === 0
      ? undefined
      : new HeldRecords({
          maxBytes,
          holdMs,
          gone: (reason) => {
            drop(reason)
            if (reason === 'evicted') noteEvicted()
          },
        })
  const noteEvicted = (): void => {
    const ageMs = ring!.ageMs(nowMs())
    if (ageMs < Math.min(wantedHoldMs, holdMs)) ports.ringIsSmall(ageMs / 1000)
  }
  const kindOf = (held: HeldRecords, signal: Signal, scope: PipelineScope): number | undefined => {
    const known = kinds[signal].get(scope)
    if (known !== undefined || kinds[signal].size >= mostKinds) return known
    const kind = held.kindOf({ signal, scope })
    kinds[signal].set(scope, kind)
    return kind
  }
  const isAllowed = (source: MarkSource, now: number): boolean => {
    if (source === 'own') return mayRelease(now)
    return source === 'trusted' || mayBelieve(now)
  }

  return {
    counts,
    hold(signal, scope, traceId, write, input, weight) {
      const kind = ring && kindOf(ring, signal, scope)
      if (ring === undefined || kind === undefined) return drop('not_held')
      const writer = ring.open()
      write(writer, input, weight)
      counts.held++
      if (!ring.commit(writer, traceId, kind, nowMs())) drop('too_large')
    },
    isHot: hot.has,
    release(traceId, source) {
      if (hot.has(traceId)) return true
      const now = nowMs()
      if (!isAllowed(source, now)) {
        counts.marks.refused++
        return false
      }
      counts.marks[source]++
      hot.add(traceId, now)
      counts.released +=
        ring?.release(traceId, ({ signal, scope }, framed) => ports[signal]?.pass(scope, framed)) ?? 0
      return true
    },
    sweep: () => hot.sweep(nowMs()),
    ring: () => ({
      bytes: ring?.bytes ?? 0,
      maxBytes,
      traces: ring?.traces ?? 0,
      holdSeconds: (ring?.ageMs(nowMs()) ?? 0) / 1000,
    }),
  }
}
