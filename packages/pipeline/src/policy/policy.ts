import type { ByteWriter, LogInput, LogRecord, SpanInput } from '@clew/otlp'
import type { PipelineScope } from '../pipeline.ts'

import type { RandomnessSource } from './threshold.ts'

/** One rule of what is kept. The first one that fits a record decides; a record that none fits is kept. */
export type KeepRule = {
  /** As it was written, for the operator. */
  readonly name: string
  /** OTLP severity numbers, both inclusive. Default: all. */
  readonly minSeverity?: number
  readonly maxSeverity?: number
  /** Names of loggers or modules; one that ends with `*` fits all that begin so. Default: all. */
  readonly modules?: readonly string[]
  /** Event names, in the same way. */
  readonly events?: readonly string[]
  /** Asked of the decoded record, which costs microseconds. Must not throw. */
  readonly where?: (record: LogRecord) => boolean
  /** The share of traces that is kept, from 0 to 1. */
  readonly keep: number
  /** False: what is not kept does not wait for its chain to fail either. Default true. */
  readonly hold?: boolean
}

/** What waits for its chain to fail, and what makes it leave. */
export type HoldOptions = {
  /** Of the ring and its tables. Default 64 MiB; 0: nothing is held. */
  readonly maxBytes: number
  /** How long a record waits. Default 30 s. */
  readonly holdMs: number
  /** Of one chain: its last records stay, and it says how many are gone. Default 5,000 and 1 MiB. */
  readonly maxTraceRecords: number
  readonly maxTraceBytes: number
  /** From this severity on a record releases its chain. Default 17, ERROR. */
  readonly releaseSeverity: number
  /** A request or job that takes longer releases its chain. Undefined: none does. */
  readonly slowMs: number | undefined
  /** Chains that this process may release in a second, with a burst of five seconds. Default 50. */
  readonly releasesPerSecond: number
}

/** How much of a storm is kept: of records with one template and level in a second the first, then every `every`th. */
export type StormOptions = { readonly first: number; readonly every: number }

/** What is kept and what waits. */
export type PolicyRules = {
  readonly rules: readonly KeepRule[]
  readonly hold: HoldOptions
  /** Undefined: storms are kept whole. */
  readonly storm: StormOptions | undefined
  /** Records that each module may send in a second; ERROR and above have as many of their own. Undefined: any number. */
  readonly maxPerSecond: number | undefined
}

/** Who says that a trace is to be kept: this process, one that may be believed, or anybody outside. */
export type MarkSource = 'own' | 'trusted' | 'outside'

/** Numbers of records since the start, and what the ring holds now. */
export type PolicyCounters = {
  /** Log records by the name of the rule; those that no rule fits are under `default`. */
  readonly seen: Readonly<Record<string, number>>
  /** Log records that left at once, those among them that stand for others; with `spans.kept`, `held` and `dropped.not_held` all there are. */
  readonly kept: number
  /** Log records that were made to stand for others which are left out, so that none was seen. */
  readonly summaries: number
  /** Spans that ended, where spans are sent, and those of them that left at once. */
  readonly spans: { readonly ended: number; readonly kept: number }
  /** Records and spans; the sum of what was released, is gone for other reasons than `not_held`, and waits. */
  readonly held: number
  readonly released: number
  /** Log records that were made to say that the beginning of a chain is gone. */
  readonly notes: number
  /** Taken out of a storm; a later record stands for them. */
  readonly collapsed: number
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly marks: Readonly<Record<MarkSource | 'refused', number>>
  readonly ring: {
    readonly bytes: number
    readonly maxBytes: number
    readonly records: number
    readonly traces: number
    readonly holdSeconds: number
  }
}

/**
 * Why a record that was not kept is gone: never held, older than the hold, pushed out by newer ones, one of the first of a chain that
 * had too many, too large for the ring.
 */
export type DropReason = 'not_held' | 'expired' | 'evicted' | 'cut' | 'too_large'

/** What decides about records and spans between the log call and the queues. Nothing of it throws. */
export type Policy = {
  log(scope: PipelineScope, input: LogInput): void
  span(scope: PipelineScope, span: SpanInput): void
  /** Other rules from now on; what is held stays held. */
  change(rules: PolicyRules): void
  /** The trace is to be kept. False when that was refused: too many are. */
  mark(traceId: string, source: MarkSource): boolean
  isMarked(traceId: string): boolean
  /** Sends the summaries of storms that are over, or of all. Call it once a second. */
  sweep(all?: boolean): void
  counters(): PolicyCounters
}

/** What a policy is made with: where records go, and what they are written by. */
export type PolicyPorts = {
  /** Undefined where the signal goes nowhere. */
  readonly logs: SignalPorts<LogInput> | undefined
  readonly traces: SignalPorts<SpanInput> | undefined
  /** Monotonic. */
  readonly nowMs: () => number
  /** What `write` has written, for `where`. Undefined where nothing could be. */
  readonly decode: (framed: Buffer) => LogRecord | undefined
  /** A trace was released by this process: others may have parts of it. */
  readonly announce: (traceId: string) => void
  /** The ring is too small for `holdMs`: records leave it after so many seconds. */
  readonly ringIsSmall: (holdSeconds: number) => void
  /** By what a trace without `rv` is selected. Default `trace-id`. */
  readonly randomness?: RandomnessSource | undefined
}

/** The way of one signal. */
export type SignalPorts<Input> = {
  readonly ship: (scope: PipelineScope, input: Input, weight: number) => void
  /** Records that `write` has written, framed. */
  readonly pass: (scope: PipelineScope, framed: Buffer) => void
  readonly write: (writer: ByteWriter, input: Input, weight: number) => void
}

/** What holds the scope and the signal of held bytes. */
export type HeldKind = { readonly signal: 'logs' | 'traces'; readonly scope: PipelineScope }
