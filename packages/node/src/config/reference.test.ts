import { fileExporter } from '@clew/file-exporter'
import { kafkaExporter } from '@clew/kafka-exporter'
import { syslogExporter } from '@clew/syslog-exporter'
import { describe, expect, it } from 'vitest'
// No dependency of this package: applications of its tests would find it.
import { prometheusExporter } from '../../../exporters/prometheus-exporter/src/index.ts'
import { configurableOf } from '../destinations/open-exporters.ts'
import { optionSettings } from './instrumentation-options.ts'
import { keepSettings } from './keep-settings.ts'
import { limitSettings } from './limit-settings.ts'
import { metricsSettings } from './metrics-settings.ts'
import { otlpSettings } from './otlp-settings.ts'
import { coreSettings } from './read-config.ts'
import { redactSettings } from './redact-settings.ts'
import { semconvSetting } from './semconv-setting.ts'
import type { Setting } from './setting.ts'
import { generalSettings, pipelineSettings, signalSettings } from './settings.ts'

const header = ['Variable', 'clew.yaml', 'Default', 'What it does']

/** A table with even columns, as the formatter leaves it. */
function table(settings: readonly Setting<unknown>[]): string {
  const rows = settings.map(({ env, yaml, shown, about }) => [
    `\`${env}\``,
    yaml ? `\`${yaml}\`` : '',
    shown,
    about,
  ])
  const widths = header.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]!.length)))
  const lines = [header, widths.map((width) => '-'.repeat(width)), ...rows]
  return lines
    .map((cells) => `| ${cells.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`)
    .join('\n')
}

const all = (group: object): Setting<unknown>[] => Object.values(group)

const page = `# Configuration

Every option is an environment variable, and a key of \`clew.yaml\` beside the \`package.json\` of the application. The
environment goes before the file; an empty variable is one that is not set. At the start all that cannot be used is
reported on stderr, one line each, with its place, what to write, and what is in force instead.

Sizes are written as \`64MiB\`, \`500kB\` or bytes; durations as \`5s\`, \`500ms\`, \`2m\` or milliseconds; switches as
\`true\` and \`false\`, \`on\` and \`off\`, but for the \`OTEL_\` ones, which know only \`true\` and \`false\`. A key of two words
is one below the other in the file:

\`\`\`yaml
service:
  name: orders
otlp:
  endpoint: https://collector.example.com
pipeline:
  maxQueueBytes: 32MiB
bullmq:
  relation: link
\`\`\`

## General

${table(all(generalSettings))}

## Traces and logs

${table([...all(signalSettings), semconvSetting as Setting<unknown>])}

## Where to send

${table(all(otlpSettings(undefined)))}

For one signal alone, with the first word of the key in place of \`otlp\`. Headers are added to the common ones.

${table([...all(otlpSettings('traces')), ...all(otlpSettings('logs')), ...all(otlpSettings('metrics'))])}

## Between a record and the receiver

${table(all(pipelineSettings))}

## What is kept

Without a rule, a storm or a cap all records are sent. [What is kept](../guide/keep.md) has the rules in full.

${table(all(keepSettings))}

## What is cut

[Redaction](../guide/redaction.md) has the default list of keys and the patterns.

${table(all(redactSettings))}

## Limits

What passes a limit is dropped, and the span or record says how much.

${table(all(limitSettings))}

## Metrics

Of \`@clew/prometheus-exporter\`, if it is a dependency of the application.

${table([...optionSettings(prometheusExporter).values()])}

Over OTLP, of any process under the preload. [Metrics](../guide/metrics.md) says what they are.

${table(all(metricsSettings))}

## Kafka

Of \`@clew/kafka-exporter\`, if it is a dependency of the application.

${table([...optionSettings(configurableOf(kafkaExporter)).values()])}

## Files

Of \`@clew/file-exporter\`, if it is a dependency of the application.

${table([...optionSettings(configurableOf(fileExporter)).values()])}

## Syslog

Of \`@clew/syslog-exporter\`, if it is a dependency of the application.

${table([...optionSettings(configurableOf(syslogExporter)).values()])}

## Instrumentations

Each package lists its options in its README. The option \`ignoredQueues\` of \`bullmq\` is \`CLEW_BULLMQ_IGNORED_QUEUES\` in
the environment and this in the file:

\`\`\`yaml
bullmq:
  ignoredQueues: [metrics, cleanup]
\`\`\`

Lists have commas between their words, maps are written \`name=value,name=value\`.

## OpenTelemetry's configuration file

With \`OTEL_CONFIG_FILE\`, the path of a [declarative configuration](../guide/otel-config-file.md), no other \`OTEL_*\`
variable of this page counts, nor its key in \`clew.yaml\`: the file has all of that, and \`CLEW_*\` the rest.
`

describe('docs/reference/configuration.md', () => {
  it('lists what can be configured; vitest -u writes it again', async () => {
    await expect(page).toMatchFileSnapshot('../../../../docs/reference/configuration.md')
  })

  it('leaves out no setting, and each has a name of its own', () => {
    const settings = coreSettings()
    const names = settings.flatMap(({ env, yaml }) => (yaml === undefined ? [env] : [env, yaml]))
    const missing = settings.filter(({ env }) => !page.includes(`| \`${env}\` `)).map(({ env }) => env)
    expect([missing, new Set(names).size]).toEqual([[], names.length])
  })
})
