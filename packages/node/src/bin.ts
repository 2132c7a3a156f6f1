#!/usr/bin/env node
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { loadConfig } from './config/load-config.ts'
import { findApplication } from './discovery/application.ts'
import { findPackages } from './discovery/packages.ts'
import { examineApplication } from './doctor/examine.ts'
import { formatFindings } from './doctor/finding.ts'
import { examineEndpoint } from './doctor/reach.ts'

const usage = `clew doctor [folder]

Looks at the application in the folder (default: this one) as the preload would: Node.js, packages found, the
versions they join, copies of the API, settings, and whether the OTLP endpoint is reachable. Changes nothing.
Exits with 1 when something has to change.
`

async function doctor(folder: string): Promise<number> {
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
  process.stdout.write(formatFindings(findings))
  return findings.some(({ level }) => level === 'problem') ? 1 : 0
}

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  })
  const [command, folder = '.'] = positionals
  if (values.help || command !== 'doctor') {
    process.stdout.write(usage)
    process.exitCode = values.help ? 0 : 2
    return
  }
  process.exitCode = await doctor(resolve(folder))
}

main().catch((error: unknown) => {
  process.stderr.write(`clew: ${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
})
