import { hash } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { isMainThread, threadId } from 'node:worker_threads'
import { type ErrorCode, report } from '@clew/core'
import { createThreadSender, type Destination } from '@clew/pipeline'
import type { AlertThreadData } from './alert-thread.ts'
import type { FoundAlerts } from './find-alerts.ts'
import { showMetrics } from './thread-metrics.ts'

export type AlertsOptions = {
  found: FoundAlerts
  resource: Readonly<Record<string, unknown>>
  /** Where windows and unsent alerts lie, so that they outlive this process; undefined: in memory. */
  spoolDirectory: string | undefined
  scheduleDelayMs: number
}

/** Bundled beside whatever this is bundled into. */
const threadFile = './alert-thread.js'
/** A thread is near, and no request: but each batch wakes the application, whether one comes or a thousand. */
const maxDelayMs = 250

/**
 * The rules of CLEW_ALERTS as a destination of log records. Its thread starts with the process, as silence and time matter to
 * rules; that of a worker thread with its first records.
 */
export function alertsDestination(options: AlertsOptions): Destination {
  const { found, resource, spoolDirectory, scheduleDelayMs } = options
  const data: AlertThreadData = {
    packageUrl: pathToFileURL(found.packageFile).href,
    path: found.path,
    text: found.text,
    stateFiles:
      spoolDirectory === undefined
        ? undefined
        : { directory: spoolDirectory, name: `alerts-${nameOf(resource)}` },
    lagMs: 2 * Math.min(scheduleDelayMs, maxDelayMs) + 1000,
    metrics: { channel: `clew alerts of thread ${threadId}`, evaluated: new SharedArrayBuffer(8) },
  }
  showMetrics(data.metrics)
  return {
    name: 'alerts',
    shownAs: `the rules of ${found.path}`,
    identity: [],
    maxDelayMs,
    createSender: () =>
      createThreadSender({
        file: new URL(threadFile, import.meta.url),
        data,
        receiver: {
          ...{ signal: 'logs', url: '', headers: {} },
          remedyOf: (failure) =>
            failure.startsWith('no thread')
              ? 'Let this process start threads (--allow-worker), or unset CLEW_ALERTS'
              : 'Look into the rule file (npx clew alert check), or unset CLEW_ALERTS',
        },
        say: (code, message) => report(code as ErrorCode, message),
        startsNow: isMainThread,
      }),
  }
}

/** Services that share a folder have states of their own. */
function nameOf(resource: Readonly<Record<string, unknown>>): string {
  const service = [resource['service.namespace'] ?? '', resource['service.name'] ?? ''].map(String)
  return hash('sha256', JSON.stringify(service)).slice(0, 16)
}
