import { loadConfig } from '../config/load-config.ts'
import { findApplication } from '../discovery/application.ts'
import { findPackages } from '../discovery/packages.ts'
import { examineApplication } from './examine.ts'
import { formatFindings } from './finding.ts'
import { examineEndpoint } from './reach.ts'

/** What the doctor found: lines to print, and whether all is well. */
export type Diagnosis = { report: string; healthy: boolean }

/**
 * Looks at the application in a folder as the preload would: Node.js, packages found, the versions they join, copies of
 * the API, settings, and whether the OTLP endpoints are reachable. Changes nothing.
 */
export async function examine(folder: string): Promise<Diagnosis> {
  const application = findApplication(undefined, folder)
  const instrumentations = findPackages(application).flatMap((found) => found.instrumentation ?? [])
  const { config, problems } = loadConfig({
    env: process.env,
    directory: application.directory,
    workingDirectory: folder,
    instrumentations,
  })
  const findings = [
    ...examineApplication(application, process.versions.node),
    ...problems.map((text) => ({ level: 'problem', topic: 'settings', text }) as const),
    await examineEndpoint('logs', config.logs.endpoint),
    await examineEndpoint('traces', config.traces.endpoint),
  ]
  return { report: formatFindings(findings), healthy: findings.every(({ level }) => level !== 'problem') }
}
