import { writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { cutSecrets } from '@clew/core'
import type { Endpoint } from '@clew/pipeline'
import { printableAddress } from '@clew/settings'
import type { ClewConfig } from '../config/read-config.ts'
import type { RedactConfig } from '../config/redact-settings.ts'

import { saidVariable } from '../config/unknown-names.ts'

const maxSaid = 16

/**
 * Says in one line on stderr what was started and where it sends. Once in a tree of processes: what a parent has said of
 * the same service and receiver is not said again, programs read the stderr of their children.
 */
export function sayStarted(
  service: string,
  running: readonly string[],
  config: ClewConfig,
  { others, keeps, waiting }: Required<Pick<Sending, 'others' | 'keeps' | 'waiting'>>,
): void {
  const line = cutSecrets(
    formatStartupLine(
      service,
      running,
      { ...config, others, keeps, waiting },
      isRunByJest(process.env, process.argv),
    ),
  )
  if (!isNews(line, process.env)) return
  try {
    writeSync(2, line)
  } catch {
    // A closed stderr has no reader to tell.
  }
}

// jest has a module system of its own, which loads libraries anew for each test file and tells nobody.
const inJest =
  'joins nothing of what jest loads; to test what is joined, start the application as a process of its own, or use vitest'

const inBundle =
  'what is in the bundle is not heard of; hand it over by joinBundled() of @clew/core, or leave it out of the bundle (external)'

/** Whether this process is jest or one of its workers. */
export function isRunByJest(env: NodeJS.ProcessEnv, [, script = '']: readonly string[]): boolean {
  return (
    env.JEST_WORKER_ID !== undefined ||
    /[\\/](jest|jest-cli)[\\/]bin[\\/]jest(\.js)?$|[\\/]\.bin[\\/]jest$/.test(script)
  )
}

/** Whether no process above has said this line; notes it in the environment that children inherit. */
export function isNews(line: string, env: NodeJS.ProcessEnv): boolean {
  const said = env[saidVariable]?.split(' ') ?? []
  const id = crc32(line).toString(16)
  if (said.includes(id)) return false
  env[saidVariable] = [...said, id].slice(-maxSaid).join(' ')
  return true
}

/** `others` are destinations of logs besides OTLP. */
type Sending = Pick<ClewConfig, 'logs' | 'traces'> & {
  metrics?: Pick<ClewConfig['metrics'], 'endpoint'>
  others?: readonly string[]
  alerts?: string | undefined
  /** What is kept, where that is not all. */
  keeps?: string | undefined
  redact?: Pick<RedactConfig, 'mode'>
  otelFile?: string | undefined
  /** What was started in a bundle and is attached to nothing. */
  waiting?: readonly string[]
  pipeline?: Pick<ClewConfig['pipeline'], 'writeAhead'>
}

/** What was started and where it sends, as one line for stderr. */
export function formatStartupLine(
  service: string,
  running: readonly string[],
  { logs, traces, metrics, others = [], alerts, keeps, redact, otelFile, pipeline, waiting = [] }: Sending,
  byJest = false,
): string {
  const joined = running.length > 0 ? running.join(', ') : 'nothing (no @clew package among the dependencies)'
  if (byJest) return `[clew] ${service}: ${inJest}\n`
  const parts = [
    `joins ${joined}`,
    ...(waiting.length > 0 ? [`cannot reach ${waiting.join(', ')}: ${inBundle}`] : []),
    ...(logs.endpoint || traces.endpoint || others.length === 0
      ? [describeTargets(logs.endpoint, traces.endpoint)]
      : []),
    ...(metrics?.endpoint ? [`metrics to ${describeTarget(metrics.endpoint)}`] : []),
    ...others.map((other) => `logs to ${other}`),
    ...(keeps ? [keeps] : []),
    ...(redact && redact.mode !== 'off'
      ? [redact.mode === 'on' ? 'cuts secrets' : 'counts secrets and cuts none']
      : []),
    ...(pipeline?.writeAhead ? ['writes records ahead to disk'] : []),
    ...(alerts ? [`alerts by ${alerts}`] : []),
    ...(otelFile ? [`set up by ${otelFile}`] : []),
  ]
  return `[clew] ${service}: ${parts.join('; ')}\n`
}

function describeTargets(logs: Endpoint | undefined, traces: Endpoint | undefined): string {
  if (!logs && !traces) return 'sends nothing'
  if (!logs) return `sends spans to ${describeTarget(traces!)}`
  if (!traces) return `sends logs to ${describeTarget(logs)}`
  const [first, second] = [describeTarget(logs), describeTarget(traces)]
  return first === second ? `sends to ${first}` : `sends logs to ${first}, spans to ${second}`
}

// Without the path, which differs for each signal.
function describeTarget({ url, protocol }: Endpoint): string {
  const place = URL.canParse(url) ? new URL(url).origin : url
  return `${printableAddress(place)} (${protocol})`
}
