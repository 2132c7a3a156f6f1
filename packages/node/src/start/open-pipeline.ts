import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report, runInContext, suppressedRoot } from '@clew/core'
import { defaultLimits, type EncodeLimits } from '@clew/otlp'
import { type Pipeline, type PipelineOptions, startPipeline } from '@clew/pipeline'
import { printableAddress } from '@clew/settings'
import { alertsDestination } from '../alerts/alerts-destination.ts'
import type { FoundAlerts } from '../alerts/find-alerts.ts'
import type { ClewConfig } from '../config/read-config.ts'
import type { Application } from '../discovery/application.ts'
import type { SpanLimits } from '../tracer/span-limits.ts'
import { describeResource } from './resource.ts'

export type PipelineParts = {
  application: Application
  config: ClewConfig
  alerts: FoundAlerts | undefined
  beforeDeath: NonNullable<PipelineOptions['beforeDeath']>
}

/** The pipeline of this process, with all destinations of its log records. */
export function openPipeline({ application, config, alerts, beforeDeath }: PipelineParts): Pipeline {
  const service = { name: serviceName(application, config), version: application.version }
  const resource = describeResource(service, config.service.attributes, config.resourceDetectors)
  const { spoolDirectory: given = defaultSpoolDirectory(), ...settings } = config.pipeline
  const spoolDirectory = given === false ? undefined : given
  const { scheduleDelayMs } = settings
  return startPipeline(
    {
      ...settings,
      logs: config.logs.endpoint,
      traces: config.traces.endpoint,
      limits: { logs: config.logLimits, traces: encodeLimitsOf(config.spanLimits) },
      spoolDirectory,
      resource,
      beforeDeath,
      runHidden: (work) => runInContext(suppressedRoot, work),
      printAddress: printableAddress,
      report,
    },
    alerts ? [alertsDestination({ found: alerts, resource, spoolDirectory, scheduleDelayMs })] : [],
  )
}

// The Tracer has cut and counted by these already; the encoder must not cut again by narrower ones.
function encodeLimitsOf({ attributeCount, attributeValueLength, ...per }: SpanLimits): EncodeLimits {
  const counts = [attributeCount, per.attributePerEventCount, per.attributePerLinkCount]
  return { ...defaultLimits, attributeCount: Math.max(...counts), attributeValueLength }
}

export function serviceName(application: Application, config: ClewConfig): string {
  return config.service.name ?? application.name ?? 'unknown_service:node'
}

// Of this user alone, so that nobody else can read what is in it or put something there.
function defaultSpoolDirectory(): string {
  return join(tmpdir(), `clew-spool-${process.getuid?.() ?? 'user'}`)
}
