import { readPlainLog } from '@clew/otlp'
import { expect, test } from 'vitest'
import type { LogRow } from '../../../api/index.ts'
import { linesNdjson, linesText } from './export-text.ts'

const failed: LogRow = {
  ref: '1.2',
  timeUnixNano: '1764000000123456789',
  severity: 17,
  severityText: 'error',
  service: 'api',
  text: 'payment\nfailed \u001b[31mred\u001b[0m',
  fields: 'order.id=42',
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  pattern: 3,
}
const bare: LogRow = { ...failed, ref: '1.1', severity: 0, text: 'up', fields: '', traceId: '', spanId: '' }

test('text is one harmless line for each, oldest first', () => {
  expect(linesText([failed, bare])).toBe(
    '2025-11-24T16:00:00.123456789Z INFO  api up\n2025-11-24T16:00:00.123456789Z ERROR api payment⏎failed red order.id=42\n',
  )
})

test('NDJSON can be imported again with the line, its severity, service and place in the chain', () => {
  const objects = linesNdjson([failed, bare])
    .trim()
    .split('\n')
    .map((text) => readPlainLog(JSON.parse(text), 0))
  expect(
    objects.map(({ service, record }) => [
      service,
      record.severityNumber,
      record.body,
      record.traceId,
      record.spanId,
    ]),
  ).toEqual([
    ['api', 9, 'up', '', ''],
    ['api', 17, failed.text, failed.traceId, failed.spanId],
  ])
})
