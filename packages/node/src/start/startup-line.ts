import { writeSync } from 'node:fs'
import type { Endpoint } from '@clew/pipeline'
import { printableAddress } from '@clew/settings'
import type { ClewConfig } from '../config/read-config.ts'

/** Says in one line on stderr what was started and where it sends. */
export function sayStarted(service: string, running: readonly string[], config: ClewConfig): void {
  try {
    writeSync(2, formatStartupLine(service, running, config))
  } catch {
    // A closed stderr has no reader to tell.
  }
}

/** What was started and where it sends, as one line for stderr. */
export function formatStartupLine(
  service: string,
  running: readonly string[],
  { logs, traces }: Pick<ClewConfig, 'logs' | 'traces'>,
): string {
  const joined = running.length > 0 ? running.join(', ') : 'nothing (no @clew package among the dependencies)'
  return `[clew] ${service}: joins ${joined}; ${describeTargets(logs.endpoint, traces.endpoint)}\n`
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
