import { connect } from 'node:net'
import type { Endpoint } from '@clew/pipeline'
import { printableAddress } from '@clew/settings'
import { loadConfig } from '../config/load-config.ts'
import type { ClewConfig } from '../config/read-config.ts'
import { generalSettings } from '../config/settings.ts'
import { configurablesOf } from '../destinations/open-exporters.ts'
import { findApplication } from '../discovery/application.ts'
import { findPackages } from '../discovery/packages.ts'
import { examineApplication, type Finding, installedVersion } from './examine.ts'
import { examineAlerts } from './examine-alerts.ts'
import { examineOtelFile } from './examine-otel-file.ts'
import { examineQueues } from './shared-queues.ts'

const connectTimeoutMs = 2_000

/** What the doctor found: lines to print, and whether all is well. */
export type Diagnosis = { report: string; healthy: boolean }

/**
 * Looks at the application in a folder as the preload would: Node.js, packages found, the versions they join, copies of
 * the API, settings, and whether the OTLP endpoints are reachable. Changes nothing.
 */
export async function examine(folder: string): Promise<Diagnosis> {
  const application = findApplication(undefined, folder)
  const instrumentations = findPackages(application).flatMap(configurablesOf)
  const { config, problems, fileProblems, otelFile } = loadConfig({
    env: process.env,
    directory: application.directory,
    workingDirectory: folder,
    instrumentations,
  })
  const findings = [
    ...examineApplication(application, process.versions.node),
    ...examineQueues(application.dependencies, (name) => installedVersion(name, application)),
    ...problems.map((text) => ({ level: 'problem', topic: 'settings', text }) as const),
    ...examineOtelFile(config, otelFile, fileProblems),
    ...examineSwitches(config, otelFile?.path),
    ...examineAlerts(config.alerts, application.directory, folder),
    await examineEndpoint('logs', config.logs.endpoint, otelFile?.path),
    await examineEndpoint('traces', config.traces.endpoint, otelFile?.path),
  ]
  return { report: formatFindings(findings), healthy: findings.every(({ level }) => level !== 'problem') }
}

/** What is switched off by a setting, and so is missing without a word. */
export function examineSwitches(
  { disabled, disabledInstrumentations }: Pick<ClewConfig, 'disabled' | 'disabledInstrumentations'>,
  otelFile?: string,
): Finding[] {
  const { disabled: all, disabledInstrumentations: some } = generalSettings
  const off = disabledInstrumentations.map((name) => `${name} is switched off by ${some.env}`)
  const reason = otelFile === undefined ? `${all.env} is true` : `so it is by ${otelFile}`
  const texts = disabled ? [`nothing starts: ${reason}`, ...off] : off
  return texts.map((text) => ({ level: 'warning', topic: 'settings', text }))
}

/** Whether something listens at an endpoint. Sends no data. */
async function examineEndpoint(
  signal: string,
  endpoint: Endpoint | undefined,
  otelFile: string | undefined,
): Promise<Finding> {
  const topic = `${signal} endpoint`
  if (!endpoint) {
    return { level: 'warning', topic, text: `off, by ${otelFile ?? `OTEL_${signal.toUpperCase()}_EXPORTER`}` }
  }
  const text = `${printableAddress(endpoint.url)} (${endpoint.protocol})`
  const failure = await connectFailure(new URL(endpoint.url))
  if (!failure) return { level: 'ok', topic, text: `${text} is reachable` }
  const setting = otelFile === undefined ? 'set OTEL_EXPORTER_OTLP_ENDPOINT' : `correct it in ${otelFile}`
  const remedy = `start the collector there (here for a try: npx clew desk), or ${setting}`
  return { level: 'problem', topic, text: `${text} is not reachable: ${failure}`, remedy }
}

function connectFailure({ hostname, port, protocol }: URL): Promise<string | undefined> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port) || (protocol === 'https:' ? 443 : 80) })
    const answer = (failure: string | undefined): void => {
      socket.destroy()
      resolve(failure)
    }
    socket.setTimeout(connectTimeoutMs, () => answer(`no answer in ${connectTimeoutMs} ms`))
    socket.once('connect', () => answer(undefined))
    socket.once('error', (error: NodeJS.ErrnoException) => answer(error.code ?? error.message))
  })
}

const mark = { ok: 'ok  ', warning: 'WARN', problem: 'FAIL' } as const

/** Findings as lines for a terminal, the remedy below each. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length))
  return findings
    .map(({ level, topic, text, remedy }) => {
      const line = `${mark[level]}  ${topic.padEnd(width)}  ${text}\n`
      return remedy ? `${line}${' '.repeat(width + 8)}→ ${remedy}\n` : line
    })
    .join('')
}
