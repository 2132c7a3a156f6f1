import { hasGo } from '../../scripts/go.ts'
import { startClew } from '../desk/viewers/clew.ts'
import { jaeger, startJaeger } from '../desk/viewers/jaeger.ts'
import { otelDesktopViewer, startOtelDesktopViewer } from '../desk/viewers/otel-desktop-viewer.ts'
import { type Signals, type Trial, tryViewer } from '../desk/viewers/trial.ts'
import type { Viewer } from '../desk/viewers/viewer.ts'
import { interleave } from '../measure/interleave.ts'
import { median } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const traces = 100_000

type Figure = {
  name: string
  unit: string
  of(trial: Trial): number | undefined
  wall?(trial: Trial): number | undefined
}

/** What is compared: CPU. Wall time is in the notes. */
const figures: readonly Figure[] = [
  { name: 'ingest', unit: 'CPU µs per record', of: ({ cpuUs }) => cpuUs },
  { name: 'memory', unit: 'MB of RSS', of: ({ rssMb }) => rssMb },
  {
    ...{ name: 'list', unit: 'CPU ms until painted, with the browser' },
    ...{ of: ({ list }) => list?.cpuMs, wall: ({ list }) => list?.ms },
  },
  {
    ...{ name: 'chain', unit: 'CPU ms until painted, with the browser' },
    ...{ of: ({ chain }) => chain?.cpuMs, wall: ({ chain }) => chain?.ms },
  },
  {
    ...{ name: 'chain-api', unit: 'CPU ms of the answer' },
    ...{ of: ({ api }) => api?.cpuMs, wall: ({ api }) => api?.ms },
  },
]
const parts: Record<Signals, string> = { all: 'desk-rivals', spans: 'desk-rivals-spans' }

/** The desk beside other local viewers: the same traffic to each, then the same pages in Chromium. */
export const deskRivals: Row = {
  name: 'desk-rivals',
  about:
    'otel-desktop-viewer and Jaeger: a million lines and 500,000 spans, memory, the list, a chain of 30,000 records',
  rounds: 3,
  results: Object.values(parts).flatMap((part) => figures.map(({ name }) => `${part}-${name}`)),
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const starts = await viewers(say)
  const results: Result[] = []
  for (const signals of ['all', 'spans'] as const) {
    const names = Object.keys(starts).filter((name) => signals === 'spans' || name !== 'jaeger')
    if (names.length === 1) continue
    const trials = await interleave(
      names,
      rounds,
      (text) => say(`${signals}, ${text}`),
      (name) => tryViewer(starts[name]!, signals, quick ? traces / 10 : traces),
    )
    results.push(...figures.map((figure) => resultOf(parts[signals], figure, trials)))
  }
  return results
}

/** Those that are there; of the others it is said how they can be had. */
async function viewers(say: (text: string) => void): Promise<Record<string, () => Promise<Viewer>>> {
  const starts: Record<string, () => Promise<Viewer>> = { clew: startClew }
  const desktop = otelDesktopViewer()
  if (desktop === undefined)
    say('skips otel-desktop-viewer: put it on the PATH, or name it by CLEW_BENCH_OTEL_DESKTOP_VIEWER')
  else starts['otel-desktop-viewer'] = () => startOtelDesktopViewer(desktop)
  if (!process.env.CLEW_BENCH_JAEGER && !hasGo())
    say(
      'skips Jaeger: it is built by Go 1.26, on the PATH or in /usr/local/go; or name one by CLEW_BENCH_JAEGER',
    )
  else {
    const command = await jaeger()
    starts.jaeger = () => startJaeger(command)
  }
  return starts
}

function resultOf(part: string, { name, unit, of, wall }: Figure, trials: Record<string, Trial[]>): Result {
  const medianOf = (list: readonly Trial[], figure: (trial: Trial) => number | undefined): number =>
    median(list.map((trial) => figure(trial) ?? Number.NaN).filter((value) => !Number.isNaN(value)))
  const all = Object.entries(trials)
  const walls = all.map(([viewer, list]) => {
    const ms = wall === undefined ? Number.NaN : medianOf(list, wall)
    return Number.isNaN(ms) ? '' : `${viewer} ${ms.toFixed(0)} ms`
  })
  const speeds = all.map(
    ([viewer, list]) => `${viewer} ${medianOf(list, ({ perSecond }) => perSecond).toFixed(0)}`,
  )
  // What a rival lost is said: dropping is in its favour.
  const lost = all.flatMap(([viewer, list]) =>
    list.flatMap(({ problems }) => problems.map((one) => `${viewer}: ${one}`)),
  )
  return toResult({
    name: `${part}-${name}`,
    unit,
    // Jaeger has no page.
    figures: Object.fromEntries(
      all
        .map(([viewer, list]) => [viewer, medianOf(list, of)] as const)
        .filter(([, figure]) => !Number.isNaN(figure)),
    ),
    goals: [],
    against: 'plain',
    problems: lost.filter((text) => text.startsWith('clew:')),
    notes: [
      ...(name === 'ingest' ? [`records per second: ${speeds.join(', ')}`, ...lost] : []),
      ...(wall === undefined
        ? []
        : [`until the last of it: ${walls.filter((text) => text !== '').join(', ')}`]),
    ],
  })
}
