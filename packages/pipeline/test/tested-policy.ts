import {
  defaultLimits,
  type EncodeLimits,
  type LogInput,
  type SpanInput,
  writeLogRecord,
  writeSpan,
} from '@clew/otlp'
import { createPolicy } from '../src/policy/create-policy.ts'
import type { KeepRule, PolicyRules } from '../src/policy/policy.ts'
import { decodeFramed } from '../src/records/fan-out.ts'

export const scope = { name: '@clew/winston', version: '1' }
export const hold = {
  maxBytes: 4 * 2 ** 20,
  holdMs: 30_000,
  maxTraceRecords: 5_000,
  maxTraceBytes: 2 ** 20,
  releaseSeverity: 17,
  slowMs: undefined,
  releasesPerSecond: 50,
}

/** A policy, and what left it: text and weight of each record, `name` of each span. */
export function createTested(
  rules: readonly KeepRule[],
  more: Partial<PolicyRules> = {},
  limits: EncodeLimits = defaultLimits,
) {
  const left: [text: unknown, weight: unknown][] = []
  const shipped: LogInput[] = []
  const spans: string[] = []
  const announced: string[] = []
  const reasons: unknown[] = []
  const clock = { nowMs: 1_000 }
  const note = (attributes: object = {}): void => {
    if ('clew.kept' in attributes) reasons.push(attributes['clew.kept'])
  }
  const policy = createPolicy(
    { rules, hold, storm: undefined, maxPerSecond: undefined, ...more },
    {
      logs: {
        ship(_, input, weight) {
          shipped.push(input)
          left.push([input.body, weight])
          note(input.contextAttributes)
        },
        pass: (_, framed) => {
          const record = decodeFramed(framed)
          const weight = record?.attributes['log.sample.weight']
          left.push([record?.body, weight])
          note(record?.attributes)
        },
        write: (writer, input, weight) => writeLogRecord(writer, input, limits, weight),
      },
      traces: {
        ship(_, { name, attributes }) {
          spans.push(name)
          note(attributes)
        },
        pass: () => spans.push('held'),
        write: (writer, span) => writeSpan(writer, span, defaultLimits),
      },
      nowMs: () => clock.nowMs,
      decode: decodeFramed,
      announce: (traceId) => announced.push(traceId),
      ringIsSmall: () => {},
    },
  )
  const log = (body: string, facts: Partial<LogInput> = {}): void =>
    policy.log(scope, {
      timeUnixMs: 1_700_000_000_000 + clock.nowMs,
      ...{ severityNumber: 9, severityText: 'info', body, spanId: '1'.repeat(16), ...facts },
    })
  return { policy, left, shipped, spans, announced, reasons, clock, log }
}

export const [lowTrace, highTrace] = ['0'.repeat(18) + '1'.repeat(14), `${'0'.repeat(18)}${'f'.repeat(14)}`]
export const infoAtOne: KeepRule = { name: 'info', maxSeverity: 12, keep: 0.01 }

export function requestSpan(facts: Partial<SpanInput>): SpanInput {
  return {
    ...{ traceId: lowTrace, spanId: '2'.repeat(16), traceFlags: 0, name: 'GET /', kind: 1, statusCode: 0 },
    ...{ startUnixMs: 0, endUnixMs: 5 },
    ...facts,
  }
}
