/** One way to run the three services. */
export type Way = {
  readonly name: string
  readonly isBare: boolean
  /** The share of orders that fails. */
  readonly failing: number
  /** Jobs that the worker has under way; those that fail late wait among them. */
  readonly concurrency: number
  /** How long no process reaches the bus, in the middle of the run. */
  readonly cutSeconds: number
  readonly env: Readonly<Record<string, string>>
}

const usual = { isBare: false, failing: 0.01, concurrency: 200, cutSeconds: 0 }
/** One trace of a hundred, its spans as its lines. */
const spans = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
/** A record of a job with its fields takes 440 bytes: at 24,000 a second 64 MiB are six seconds, 256 MiB are 25. */
const holdBytes = process.env.CLEW_HOLD_BYTES ?? '256MiB'
const keep = { ...spans, CLEW_KEEP: '1%', CLEW_BUS: 'on', CLEW_HOLD_BYTES: holdBytes }

/** The same application: alone, with the preload that sends every line, that keeps 1 %, the same without its bus for a time, and in a storm. */
export function waysOf(cutSeconds: number): readonly Way[] {
  return [
    { ...usual, name: 'bare', isBare: true, env: {} },
    { ...usual, name: 'all', env: spans },
    { ...usual, name: 'keep', env: keep },
    { ...usual, name: 'cut', env: keep, cutSeconds },
    {
      ...usual,
      name: 'storm',
      env: { ...keep, CLEW_KEEP_RELEASES: '10' },
      failing: 0.5,
      concurrency: 10_000,
    },
  ]
}
