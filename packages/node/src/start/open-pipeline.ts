import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report, runInContext, suppressedRoot } from '@clew/core'
import { defaultLimits, type EncodeLimits, lookAhead, type Redactor } from '@clew/otlp'
import { type Destination, type Pipeline, type PipelineOptions, startPipeline } from '@clew/pipeline'
import { printableAddress } from '@clew/settings'
import type { MetricsConfig } from '../config/metrics-settings.ts'
import type { ClewConfig } from '../config/read-config.ts'
import { readFilter } from '../destinations/open-exporters.ts'
import type { Application } from '../discovery/application.ts'
import type * as Collector from '../meters/otlp-metrics.ts'
import type { SpanLimits } from '../tracer/span-limits.ts'
import { describeResource } from './resource.ts'

export type PipelineParts = {
  config: ClewConfig
  resource: PipelineOptions['resource']
  destinations: readonly Destination[]
  beforeDeath: NonNullable<PipelineOptions['beforeDeath']>
  makePolicy: Parameters<typeof startPipeline>[2]
  redactor: Redactor | undefined
}

/** The pipeline of this process. */
export function openPipeline({
  config,
  resource,
  destinations,
  beforeDeath,
  makePolicy,
  redactor,
}: PipelineParts): Pipeline {
  return startPipeline(
    {
      ...config.pipeline,
      logs: config.logs.endpoint,
      logFilter: config.logs.endpoint && readFilter('CLEW_LOGS_', config.logFilter, resource),
      traces: config.traces.endpoint,
      metrics: openMetrics(config.metrics, resource),
      limits: {
        logs: { ...config.logLimits, redactor },
        traces: { ...encodeLimitsOf(config.spanLimits), redactor },
      },
      spoolDirectory: spoolDirectory(config),
      resource,
      beforeDeath,
      runHidden: (work) => runInContext(suppressedRoot, work),
      printAddress: printableAddress,
      settingNames: config.otelFile === undefined ? undefined : settingNamesIn(config.otelFile),
      report,
    },
    destinations,
    makePolicy,
  )
}

/** What is made for it is loaded where metrics are sent. */
function openMetrics(
  { endpoint, intervalMs }: MetricsConfig,
  resource: PipelineOptions['resource'],
): PipelineOptions['metrics'] {
  if (endpoint === undefined) return undefined
  const { createCollector } = createRequire(import.meta.url)('./otlp-metrics.js') as typeof Collector
  return { endpoint, intervalMs, collect: createCollector({ resource, now: Date.now }) }
}

/** What messages call the settings of a declarative configuration: no variable would help. */
function settingNamesIn(otelFile: string): NonNullable<PipelineOptions['settingNames']> {
  return {
    endpoint: `endpoint in ${otelFile}`,
    headers: `headers in ${otelFile}`,
    protocol: `the kind of exporter in ${otelFile}`,
    certificate: `tls.ca_file in ${otelFile}`,
    spoolDirectory: 'CLEW_SPOOL_DIR',
  }
}

// The Tracer has cut and counted by these already; the encoder must not cut again by narrower ones.
function encodeLimitsOf({ attributeCount, attributeValueLength, ...per }: SpanLimits): EncodeLimits {
  const counts = [attributeCount, per.attributePerEventCount, per.attributePerLinkCount]
  return { ...defaultLimits, attributeCount: Math.max(...counts), attributeValueLength }
}

/** What the Tracer cuts by. With a redactor it leaves the last cut to the encoder, which knows a secret at the border by its whole. */
export function tracerLimitsOf(limits: SpanLimits, redactor: Redactor | undefined): SpanLimits {
  const { attributeValueLength } = limits
  return redactor === undefined
    ? limits
    : { ...limits, attributeValueLength: attributeValueLength + lookAhead }
}

export function serviceName(application: Application, config: ClewConfig): string {
  return config.service.name ?? application.name ?? 'unknown_service:node'
}

/** Who sends, as OTLP has it. */
export function resourceOf(application: Application, config: ClewConfig): PipelineOptions['resource'] {
  const service = { name: serviceName(application, config), version: application.version }
  return describeResource(service, config.service.attributes, config.resourceDetectors)
}

/** The folder of the spool; undefined: there is none. */
export function spoolDirectory({ pipeline }: ClewConfig): string | undefined {
  // Of this user alone, so that nobody else can read what is in it or put something there.
  const { spoolDirectory: given = join(tmpdir(), `clew-spool-${process.getuid?.() ?? 'user'}`) } = pipeline
  return given === false ? undefined : given
}
