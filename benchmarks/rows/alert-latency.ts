import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Receiver, startReceiver } from '../alert/receiver.ts'
import { type AlertWay, alertWays, type Started } from '../alert/ways.ts'
import { percentile } from '../desk/percentile.ts'
import { startApplication } from '../measure/application.ts'
import type { Child } from '../measure/child.ts'
import { median } from '../measure/median.ts'
import { failedResult, type Result, toResult } from '../measure/result.ts'
import type { Row, RunOptions } from '../measure/row.ts'
import { type Sink, startSink } from '../measure/sink.ts'

const perSecond = 5_000
/** One in so many records is an alert, of a group of its own. */
const inSo = 500
const beginMs = 60_000
const lastMs = 15_000

type Written = { perSecond: number; failed: string[] }
type Sample = { p50: number; p99: number; max: number; problems: string[] }

/** From the log call to the request of the channel. */
export const alertLatency: Row = {
  name: 'alert-latency',
  about:
    'from a log call to the POST of its alert at 5,000 records a second: rules in the application, in the desk, over Kafka and Redis',
  rounds: 3,
  results: Object.keys(alertWays).map((way) => `alert-latency-${way}`),
  run,
}

async function run(options: RunOptions): Promise<Result[]> {
  const results: Result[] = []
  for (const [way, start] of Object.entries(alertWays)) {
    const name = `alert-latency-${way}`
    try {
      results.push(await measureWay(name, start, options))
    } catch (error) {
      // Not everybody has Kafka.
      results.push(failedResult(name, error instanceof Error ? error.message : String(error)))
    }
  }
  return results
}

async function measureWay(name: string, way: AlertWay, { rounds, quick, say }: RunOptions): Promise<Result> {
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    say(`${name}, round ${round + 1} of ${rounds}`)
    samples.push(await sample(way, quick ? 5_000 : 30_000))
  }
  const of = (figure: 'p50' | 'max'): string => median(samples.map((one) => one[figure])).toFixed(0)
  return toResult({
    ...{ name, unit: 'ms at the 99th percentile', against: 'plain' },
    figures: { clew: median(samples.map(({ p99 }) => p99)) },
    goals: [{ figure: 'ours', atMost: 1_000 }],
    problems: samples.flatMap(({ problems }) => problems),
    notes: [`median ${of('p50')} ms, longest ${of('max')} ms`],
  })
}

async function sample(way: AlertWay, durationMs: number): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'clew-alert-latency-'))
  const receiver = await startReceiver()
  const rules = join(folder, 'alerts.yaml')
  writeFileSync(rules, rulesTo(receiver.url))
  const sink = await startSink()
  let started: Started | undefined
  let application: Child | undefined
  try {
    started = await way({ folder, rules })
    application = await startSteady(sink, started.env)
    return await measure(application, receiver, durationMs)
  } finally {
    await application?.stop()
    await started?.stop()
    await sink.stop()
    await receiver.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Each failure is an alert at once, and nothing but the way takes time: the channel has no budget. */
function rulesTo(url: string): string {
  return JSON.stringify({
    channels: { receiver: { type: 'webhook', url } },
    rules: [
      {
        ...{ id: 'failed', where: 'payment_failed status:500', type: 'frequency', threshold: 1 },
        ...{ window: '5m', group_by: 'moment', severity: 'critical', notify: 'receiver' },
      },
    ],
  })
}

/** How long records wait for one another is part of what is measured: as it is when nobody says otherwise. */
const ownDelays = { OTEL_BSP_SCHEDULE_DELAY: '', OTEL_BLRP_SCHEDULE_DELAY: '' }

function startSteady(sink: Sink, env: Readonly<Record<string, string>>): Promise<Child> {
  return startApplication({
    ...{ system: 'clew', file: 'alerts/steady.cjs', args: [perSecond, inSo], sink },
    env: { ...ownDelays, ...env },
  })
}

/** What is written before all is under way is not measured, and what is written at last has time to come. */
async function measure(application: Child, receiver: Receiver, durationMs: number): Promise<Sample> {
  await until(() => receiver.cameMs.size > 0, beginMs)
  await delay(3_000)
  const fromMs = Date.now()
  await delay(durationMs)
  const toMs = Date.now()
  const { failed, perSecond: rate } = await application.ask<Written>({ stop: true })
  const meant = failed.filter((moment) => writtenMs(moment) >= fromMs && writtenMs(moment) < toMs)
  await until(() => meant.every((moment) => receiver.cameMs.has(moment)), lastMs)
  const tookMs = meant.flatMap((moment) => {
    const came = receiver.cameMs.get(moment)
    return came === undefined ? [] : [came - writtenMs(moment)]
  })
  const [lost, doubled] = [meant.length - tookMs.length, receiver.doubled.length]
  return {
    ...{ p50: percentile(tookMs, 50), p99: percentile(tookMs, 99), max: Math.max(...tookMs) },
    problems: [
      ...(lost > 0 ? [`${lost} of ${meant.length} alerts did not come within ${lastMs / 1000} s`] : []),
      ...(doubled > 0 ? [`${doubled} alerts came twice`] : []),
      ...(rate < 0.95 * perSecond ? [`${rate.toFixed(0)} records were written a second`] : []),
    ],
  }
}

/** A failure is named by when it was written. */
const writtenMs = (moment: string): number => Number(moment.split('-')[0])

async function until(isSo: () => boolean, mostMs: number): Promise<void> {
  for (const endMs = Date.now() + mostMs; !isSo() && Date.now() < endMs; ) await delay(20)
}
