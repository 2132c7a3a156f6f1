// DIRECTORY [--show]: the standard score of the Numenta Anomaly Benchmark over the series of a folder.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { beginRare, takeRare } from '../../packages/alert/src/detect/rare-values.ts'
import { logOf } from '../../packages/alert/src/detect/value-series.ts'
import { best, detectionOf, type Scored } from './nab-score.ts'
import { readSeries, type Series } from './nab-series.ts'

/** What a system comes to: of 100, where 0 is who tells of nothing and 100 who tells of each fault at its first value and of nothing else. */
export type NabSample = {
  series: number
  windows: number
  scores: { [system: string]: number }
  threshold: number
}

/** A system is asked for a number of each value, in order, and may look at nothing later. */
type System = () => (value: number) => number

/** What the detector has for numbers that come once in some minutes. */
const ours: System = () => {
  const rare = beginRare()
  return (value) => takeRare(rare, logOf(value))
}

/** The distance from the mean of the last thousand values, in their standard deviations. */
const deviations: System = () => {
  const ring: number[] = []
  let [sum, squares] = [0, 0]
  return (value) => {
    const mean = sum / Math.max(1, ring.length)
    const deviation = Math.sqrt(Math.max(1e-12, squares / Math.max(1, ring.length) - mean * mean))
    const off = ring.length < 30 ? 0 : Math.abs(value - mean) / deviation
    ring.push(value)
    sum += value
    squares += value * value
    if (ring.length > 1000) {
      const oldest = ring.shift()!
      sum -= oldest
      squares -= oldest * oldest
    }
    return off
  }
}

function judge(
  all: readonly Series[],
  system: System,
): { score: number; threshold: number; scored: Scored[] } {
  const scored = all.map((series): Scored => {
    const next = system()
    return { series, scores: series.values.map(next) }
  })
  return { ...best(scored), scored }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { show: { type: 'boolean', default: false } },
})
const directory = positionals[0] ?? join(import.meta.dirname, '../../../shared/data/nab')
if (!existsSync(join(directory, 'labels/combined_windows.json'))) {
  console.log(`skipped: there is no ${directory}`)
} else {
  const labels = JSON.parse(readFileSync(join(directory, 'labels/combined_windows.json'), 'utf8'))
  const all = readSeries(directory, labels)
  const clew = judge(all, ours)
  const sample: NabSample = {
    series: all.length,
    windows: all.reduce((sum, { windows }) => sum + windows.length, 0),
    scores: { clew: clew.score, 'z-score': judge(all, deviations).score },
    threshold: clew.threshold,
  }
  if (process.send) process.send(sample)
  else console.log(JSON.stringify(sample))
  if (values.show)
    for (const { name, found, windows, falseOnes } of clew.scored.map((one) =>
      detectionOf(one, clew.threshold),
    ))
      console.log(`${name}: ${found} of ${windows}, ${falseOnes} false`)
}
