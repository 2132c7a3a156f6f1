import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ElastAlert, installElastAlert, type Judged, judgeWithElastAlert } from '../alert/elastalert.ts'
import { failingTraffic, ordinaryTraffic, splitWindows, type Traffic } from '../alert/traffic.ts'
import { startChild } from '../measure/child.ts'
import { interleave } from '../measure/interleave.ts'
import { median, medians } from '../measure/median.ts'
import { type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'

const systems = ['clew', 'clew-memory', 'elastalert2'] as const

type Place = { folder: string; elastAlert: ElastAlert }

/** The seed's rule over lines of JSON: parsed, filtered, counted by service; beside the rule classes of ElastAlert2. */
export const alertRules: Row = {
  name: 'alert-rules',
  about:
    'three failed payments within five minutes, over 200,000 lines and over a restart, beside ElastAlert2',
  rounds: 5,
  results: ['alert-seed', 'alert-block-list', 'alert-failing', 'alert-restart'],
  run,
}

async function run({ rounds, quick, say }: RunOptions): Promise<Result[]> {
  const elastAlert = await installElastAlert(say)
  const folder = mkdtempSync(join(tmpdir(), 'clew-alert-rules-'))
  try {
    const place = { folder, elastAlert }
    const ordinary = ordinaryTraffic(quick ? 20_000 : 200_000)
    const failing = failingTraffic(quick ? 5_000 : 50_000)
    const measure = (name: string, kind: string, traffic: Traffic, counts: boolean) =>
      measureSpeed(place, { name, kind, traffic, counts, rounds, say })
    return [
      await measure('alert-seed', 'frequency', ordinary, true),
      await measure('alert-block-list', 'block-list', ordinary, false),
      await measure('alert-failing', 'frequency', failing, false),
      await measureRestart(place, quick ? 100 : 1000, say),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Speed = {
  name: string
  kind: string
  traffic: Traffic
  /** Whether the number of alerts is the same for both: elsewhere ElastAlert leaves it to what comes behind the rule. */
  counts: boolean
  rounds: number
  say: RunOptions['say']
}

async function measureSpeed(
  place: Place,
  { name, kind, traffic, counts, rounds, say }: Speed,
): Promise<Result> {
  const path = writeLines(place, name, traffic.lines)
  const samples = await interleave(
    systems,
    rounds,
    (text) => say(`${name}, ${text}`),
    (system) =>
      system === 'elastalert2'
        ? judgeWithElastAlert(place.elastAlert.python, kind, path)
        : judge(kind, path, system === 'clew' ? join(place.folder, `${name}.db`) : ''),
  )
  const { 'clew-memory': inMemory, ...judged } = samples
  const rate = ({ records, cpuUs }: Judged): number => (records / cpuUs) * 1e6
  return toResult({
    name,
    unit: 'records per CPU second',
    figures: medians(judged, rate),
    goals: [{ figure: 'ratio', atLeast: 1 }],
    against: 'plain',
    problems: Object.entries(samples).flatMap(([system, list]) =>
      list.flatMap((one) => wrong(system, one, traffic, counts)),
    ),
    notes: [`with the store in memory ${Math.round(median(inMemory.map(rate)))}; ${place.elastAlert.note}`],
  })
}

function wrong(
  system: string,
  judged: Judged,
  { lines, alerts, services }: Traffic,
  counts: boolean,
): string[] {
  const { records, services: told } = judged
  const problems: string[] = []
  if (records !== lines.length) problems.push(`${system}: ${records} of ${lines.length} lines were read`)
  if (told.length !== services) problems.push(`${system}: alerts of ${told.length} of ${services} services`)
  if (counts && judged.alerts !== alerts) problems.push(`${system}: ${judged.alerts} alerts, not ${alerts}`)
  return problems
}

/** Each window has failures before and after kill -9, or the end of the Python process; what is told is known by its service. */
async function measureRestart(place: Place, windows: number, say: RunOptions['say']): Promise<Result> {
  say(`alert-restart: ${windows} windows`)
  const { before, after } = splitWindows(windows)
  const parts = [writeLines(place, 'before', before), writeLines(place, 'after', after)]
  const whole = writeLines(place, 'whole', [...before, ...after])
  const withElastAlert = (path: string) => judgeWithElastAlert(place.elastAlert.python, 'frequency', path)
  const store = join(place.folder, 'restart.db')
  const clew: Judged[] = []
  const elastAlert: Judged[] = []
  for (const part of parts) {
    clew.push(await judge('frequency', part, store, 'die'))
    elastAlert.push(await withElastAlert(part))
  }
  const missed = windows - (await withElastAlert(whole)).services.length
  const doubled = clew.flatMap(({ services }) => services).length - told(clew)
  return toResult({
    name: 'alert-restart',
    unit: `alerts lost of ${windows} windows that a restart divides`,
    figures: { clew: windows - told(clew), elastalert2: windows - told(elastAlert) },
    goals: [{ figure: 'ours', atMost: 0 }],
    against: 'plain',
    problems: [
      ...(missed > 0 ? [`elastalert2: without a restart it misses ${missed} windows too`] : []),
      ...(doubled > 0 ? [`clew: ${doubled} windows were told twice`] : []),
    ],
    notes: [
      'ElastAlert2 has its windows in memory (elastalert/ruletypes.py 2.31.0, line 24) and goes on behind its last query after a restart (elastalert/elastalert.py, lines 705 to 714); with `scan_entire_timeframe` it reads the window again from Elasticsearch instead, which is not measured',
    ],
  })
}

const told = (parts: readonly Judged[]): number => new Set(parts.flatMap(({ services }) => services)).size

function writeLines({ folder }: Place, name: string, lines: readonly string[]): string {
  const path = join(folder, `${name}.ndjson`)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

async function judge(kind: string, path: string, store: string, way = 'measure'): Promise<Judged> {
  const file = join(import.meta.dirname, '../alert/judge-lines.ts')
  const child = startChild({ file, args: [kind, path, store, way] })
  try {
    const judged = await child.next<Judged>()
    if (way === 'die') await child.ended
    return judged
  } finally {
    await child.stop()
  }
}
