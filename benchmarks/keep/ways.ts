/** One way to run the three services. */
export type Way = {
  readonly name: string
  readonly isBare: boolean
  /** The share of orders that fails. */
  readonly failing: number
  /** How long no process reaches the bus, in the middle of the run. */
  readonly cutSeconds: number
  readonly env: Readonly<Record<string, string>>
}

const usual = { isBare: false, failing: 0.01, cutSeconds: 0 }
/** One trace of a hundred, its spans as its lines. */
const spans = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
const keep = { ...spans, CLEW_KEEP: '1%', CLEW_BUS: 'on' }

/** The same application: alone, with the preload that sends every line, that keeps 1 %, the same without its bus for a time, and in a storm. */
export function waysOf(cutSeconds: number): readonly Way[] {
  return [
    { ...usual, name: 'bare', isBare: true, env: {} },
    { ...usual, name: 'all', env: spans },
    { ...usual, name: 'keep', env: keep },
    { ...usual, name: 'cut', env: keep, cutSeconds },
    { ...usual, name: 'storm', env: keep, failing: 0.5 },
  ]
}
