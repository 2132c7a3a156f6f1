import {
  createContextManager,
  type Instrumentation,
  type OptionSpecs,
  type OptionValues,
  report,
  setServiceName,
} from '@clew/core'
import type { ContextManager } from '@opentelemetry/api'
import { loadConfig } from '../config/load-config.ts'
import { type Application, findApplication } from '../discovery/application.ts'
import { findPackages } from '../discovery/packages.ts'
import {
  adaptInstrumentation,
  createScopeProcessor,
  type ScopeProcessor,
  type SdkInstrumentation,
} from './sdk-parts.ts'

/** What `clewSdk` may be told; all of it has a default. */
export type ClewSdkOptions = {
  /** Default: every instrumentation among the application's dependencies, as the preload finds them. */
  instrumentations?: readonly Instrumentation[]
  /** Options by instrumentation, such as `{ bullmq: { relation: 'link' } }`; over the environment and clew.yaml. */
  options?: Readonly<Record<string, Partial<OptionValues<OptionSpecs>>>>
}

/** What a NodeSDK takes from Clew. */
export type ClewSdk = {
  contextManager: ContextManager
  instrumentations: SdkInstrumentation[]
  /** Adds request fields and job identity to every record of the SDK; goes before the exporting processor. */
  logRecordProcessor: ScopeProcessor
}

/**
 * Library mode: the parts of Clew for an application that has its own OpenTelemetry SDK. Spans go to the Tracer and
 * records to the Logs API of that SDK, whose exporters send them. Nothing starts before the SDK does.
 * Works with SDK 3 and SDK 2.
 *
 * @example
 * const clew = clewSdk()
 * new NodeSDK({
 *   contextManager: clew.contextManager,
 *   instrumentations: clew.instrumentations,
 *   logRecordProcessors: [clew.logRecordProcessor, new BatchLogRecordProcessor({ exporter: new OTLPLogExporter() })],
 * }).start()
 */
export function clewSdk({ instrumentations = installed(), options = {} }: ClewSdkOptions = {}): ClewSdk {
  const { config, problems } = loadConfig({
    env: process.env,
    directory: application().directory,
    workingDirectory: process.cwd(),
    instrumentations,
  })
  for (const problem of problems) report('CLEW_CONFIG', problem)
  const name = config.service.name ?? application().name
  if (name) setServiceName(name)
  return {
    contextManager: createContextManager().enable(),
    instrumentations: instrumentations.map((one) =>
      adaptInstrumentation(one, {
        ...config.instrumentations[one.name],
        ...options[one.name],
      }),
    ),
    logRecordProcessor: createScopeProcessor(),
  }
}

function installed(): Instrumentation<OptionSpecs>[] {
  return findPackages(application()).flatMap((found) => found.instrumentation ?? [])
}

function application(): Application {
  return findApplication(process.argv[1], process.cwd())
}
