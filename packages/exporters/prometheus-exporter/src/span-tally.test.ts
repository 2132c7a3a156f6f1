import type { ObservedSpan } from '@clew/core'
import { openMetrics } from '@clew/otlp/metrics-text'
import { expect, test } from 'vitest'
import { createSpanTally, type SpanTally } from './span-tally.ts'

const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }

function end(tally: SpanTally, name: string, ms: number, more: Partial<ObservedSpan> = {}): void {
  const times = { startUnixMs: 1_700_000_000_000, endUnixMs: 1_700_000_000_000 + ms }
  tally.observe({ ...ids, ...times, name, kind: 1, statusCode: 0, ...more })
}

/** What was counted, such as `GET /a SERVER UNSET: 2 in 0.3 s`. */
function countsOf({ meter }: SpanTally): string[] {
  return meter.read().flatMap(({ labels, value, buckets }) => {
    const count = buckets!.counts.reduce((sum, one) => sum + one, 0)
    const { 'span.name': name, 'span.kind': kind, 'status.code': status } = labels
    const words = `${name} ${kind} ${status}`.replaceAll(/SPAN_KIND_|STATUS_CODE_/g, '')
    return count === 0 ? [] : [`${words}: ${count} in ${value} s`]
  })
}

test('requests and jobs are counted by name and status, what they do within them is not', () => {
  const tally = createSpanTally('shop', 10)
  end(tally, 'GET /a', 100)
  end(tally, 'GET /a', 200)
  end(tally, 'GET /a', 300, { statusCode: 2 })
  end(tally, 'GET /a', 400, { kind: 4, statusCode: 1 })
  for (const kind of [0, 2, 3]) end(tally, 'GET /a', 500, { kind })
  end(tally, 'GET /a', -100, { statusCode: 9 as never })
  expect(countsOf(tally)).toEqual([
    'GET /a SERVER UNSET: 3 in 0.30000000000000004 s',
    'GET /a SERVER ERROR: 1 in 0.3 s',
    'GET /a CONSUMER OK: 1 in 0.4 s',
  ])
})

test('a status has its series from the first span of a name on, so that the first error is an increase', () => {
  const tally = createSpanTally('shop', 10)
  end(tally, 'GET /a', 1)
  expect(tally.meter.read().map(({ labels }) => labels['status.code'])).toEqual([
    'STATUS_CODE_UNSET',
    'STATUS_CODE_OK',
    'STATUS_CODE_ERROR',
  ])
})

test('names beyond the limit, or too long, count as _other', () => {
  const tally = createSpanTally('shop', 2)
  for (const name of ['a', 'b', 'c', 'a', 'd', 'x'.repeat(129)]) end(tally, name, 1000)
  end(tally, 'a', 1000, { kind: 4 })
  expect(countsOf(tally)).toEqual([
    'a SERVER UNSET: 2 in 2 s',
    'b SERVER UNSET: 1 in 1 s',
    '_other SERVER UNSET: 3 in 3 s',
    '_other CONSUMER UNSET: 1 in 1 s',
  ])
})

test('each bucket has the last sampled span that fell into it, with its duration', () => {
  const tally = createSpanTally('shop', 10)
  end(tally, 'GET /a', 30)
  end(tally, 'GET /a', 40, { traceId: 'c'.repeat(32) })
  end(tally, 'GET /a', 45, { traceId: 'd'.repeat(32), traceFlags: 0 })
  end(tally, 'GET /a', 20_000)
  const [text] = [openMetrics.write([{ ...tally.meter, values: tally.meter.read() }])]
  const exemplars = text.split('\n').flatMap((line) => {
    const found = /le="([^"]+)"\} (\d+) # \{trace_id="(.)\3+",span_id="b+"\} ([\d.]+) ([\d.]+)$/.exec(line)
    return found ? [found.slice(1)] : []
  })
  expect(exemplars).toEqual([
    ['0.05', '3', 'c', '0.04', '1700000000.040'],
    ['+Inf', '4', 'a', '20', '1700000020.000'],
  ])
})
