import type { ChainRates } from '../../../api/index.ts'

export type RatePaths = {
  /** Bars: all chains of a step, and those of them that failed on top of them, from the ground. */
  chains: string
  failed: string
  /** Lines through the steps that have chains. */
  p50: string
  p95: string
}

type Shown = Pick<ChainRates, 'chains' | 'failed' | 'p50Ns' | 'p95Ns'>

/** The strip as data of SVG paths, in a box of one unit for each step and of `height`. What is there at all is `least` high. */
export function ratePaths({ chains, failed, p50Ns, p95Ns }: Shown, height: number, least: number): RatePaths {
  const most = Math.max(1, ...chains)
  const bars = (counts: readonly number[]): string =>
    counts
      .map((count, at) => {
        const own = count === 0 ? 0 : Math.max(least, round((count / most) * height))
        return own === 0 ? '' : `M${at + 0.1} ${height}v-${own}h.8v${own}z`
      })
      .join('')
  const longest = Math.max(1, ...p95Ns.map((ns) => ns ?? 0))
  const line = (durations: readonly (number | null)[]): string =>
    durations
      .map((ns, at) => {
        if (ns === null) return ''
        const isFirst = (durations[at - 1] ?? null) === null
        const y = round(height - (ns / longest) * (height - 2) - 1)
        return `${isFirst ? 'M' : 'L'}${at + 0.1} ${y}H${round(at + 0.9)}`
      })
      .join('')
  return { chains: bars(chains), failed: bars(failed), p50: line(p50Ns), p95: line(p95Ns) }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
