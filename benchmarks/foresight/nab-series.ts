import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A series of NAB. A window is from its first value to its last, by index. */
export type Series = {
  name: string
  values: number[]
  windows: [first: number, last: number][]
  probation: number
}

type Labels = { [name: string]: [from: string, until: string][] }

/** Those of the labels whose file is there. */
export function readSeries(directory: string, labels: Labels): Series[] {
  return Object.entries(labels).flatMap(([name, spans]) => {
    const file = join(directory, 'data', name)
    return existsSync(file) ? [parseSeries(name, readFileSync(file, 'utf8'), spans)] : []
  })
}

/** `timestamp,value` a line, below a header. */
export function parseSeries(name: string, text: string, spans: Labels[string]): Series {
  const rows = text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(','))
  const times = rows.map(([time]) => millisOf(time ?? ''))
  return {
    name,
    values: rows.map(([, value]) => Number(value)),
    windows: spans.map(([from, until]) => [
      times.findIndex((time) => time >= millisOf(from)),
      times.findLastIndex((time) => time <= millisOf(until)),
    ]),
    // 15 % of a series, of its first 5,000 values at most.
    probation: Math.min(Math.floor(0.15 * rows.length), 750),
  }
}

const millisOf = (time: string): number => Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`)
