import { sharedState } from './state.ts'

/** One value of a meter. */
export type MeterValue = {
  /** A value for each of the meter's labels. */
  readonly labels: Readonly<Record<string, string>>
  /** Of a histogram the sum. */
  readonly value: number
  /** Of a histogram alone: how often something was up to each bound, but above the one before; the last count is of what is above all. */
  readonly buckets?:
    | {
        readonly bounds: readonly number[]
        readonly counts: readonly number[]
        /** Of each bucket something that was counted there. */
        readonly exemplars?: readonly (Exemplar | undefined)[] | undefined
      }
    | undefined
  /** Something that was counted. */
  readonly exemplar?: Exemplar | undefined
}

/** The span in which something was counted last: 32 and 16 hex digits. */
export type Exemplar = {
  readonly traceId: string
  readonly spanId: string
  readonly timeUnixMs: number
  /** What it added to the count. Default 1. */
  readonly value?: number
}

/** A number that this process knows of itself, for those who show such numbers. */
export type Meter = {
  /**
   * As OpenTelemetry has it, such as `clew.queue.usage`; Prometheus is shown `clew_queue_usage_bytes`. A name without a dot is
   * Prometheus' own: of a counter it ends in `_total`, its unit is a base unit.
   */
  readonly name: string
  /** An `updown` is a number that adds up over processes, as a queue's length. */
  readonly kind: 'counter' | 'updown' | 'gauge' | 'histogram'
  /** By UCUM, such as `By`, `s` or `{log_record}`. */
  readonly unit?: string
  /** One sentence. */
  readonly help: string
  /** Names of its labels, as OpenTelemetry has them. What they may be is bounded. */
  readonly labels: readonly string[]
  /** Its values now. Called when somebody looks, never in a log call. */
  read(): readonly MeterValue[]
}

const own = sharedState<{ service: string | undefined; meters: Meter[] }>('meters', () => ({
  service: undefined,
  meters: [],
}))

/** Shows meters to whoever looks, such as @clew/prometheus-exporter; returns the way back. */
export function addMeters(meters: readonly Meter[]): () => void {
  own.meters = [...own.meters, ...meters]
  return () => {
    own.meters = own.meters.filter((meter) => !meters.includes(meter))
  }
}

/** All meters of this process, the first added first. Of those of one name only the first. */
export function listMeters(): readonly Meter[] {
  const byName = new Map<string, Meter>()
  for (const meter of own.meters) if (!byName.has(meter.name)) byName.set(meter.name, meter)
  return [...byName.values()]
}

/** Says what this process is called, as its resource does. */
export function setServiceName(name: string): void {
  own.service = name
}

/** What `service.name` of this process is; undefined when nobody has said it. */
export function serviceName(): string | undefined {
  return own.service
}
