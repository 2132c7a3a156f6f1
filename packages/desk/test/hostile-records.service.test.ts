import { afterEach, expect, test } from 'vitest'
import type { ChainData, LogDetail, LogPage } from '../api/index.ts'
import { cleanUp, logsRequest, newTraceId, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

let rig: StoreRig

/** Resolves with how many records were kept, or why none was. */
function write(encoding: 'protobuf' | 'json', bytes: Uint8Array): Promise<number | string> {
  return rig.store.write('logs', encoding, bytes).then(
    ({ records }) => records,
    (error: { code: string }) => error.code,
  )
}

function writeJson(record: object): Promise<number | string> {
  const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }
  return write('json', Buffer.from(JSON.stringify(request)))
}

test('hostile records are kept as far as they can be, and cost no other', async () => {
  rig = await openRig()
  const attributes = Array.from({ length: 100_000 }, (_, i) => ({ key: `key${i}`, value: { intValue: i } }))
  const far = {
    body: { stringValue: 'far' },
    timeUnixNano: '18446744073709551615',
    severityNumber: -7,
    traceId: 'abcd',
    spanId: '00',
  }
  const ids = { traceId: newTraceId(), spanId: '00f067aa0ba902b7' }
  const results = [
    await writeJson({ body: { stringValue: 'many' }, timeUnixNano: '1', attributes }),
    await writeJson({ body: nested(40) }),
    await writeJson(far),
    await write('protobuf', logsRequest([{ body: `${'z'.repeat(1_000_000)} end`, ...ids }])),
    await write('protobuf', invalidUtf8()),
    await writeJson({ body: { stringValue: 'a\u0000b \ud800 <script>alert(1)</script>' } }),
  ]
  expect(results).toEqual([1, 'decode', 1, 1, 1, 1])
  const { logs } = await rig.ask<LogPage>('logs')
  const many = logs.find(({ text }) => text === 'many')!
  const detail = await rig.ask<LogDetail>('log', { ref: many.ref })
  expect([Object.keys(detail.attributes).length, detail.droppedAttributes]).toEqual([1000, 99_000])
  const long = logs.find(({ text }) => text.startsWith('zzz'))!
  expect([long.text.length, (await rig.ask<LogDetail>('log', { ref: long.ref })).body]).toEqual([
    2000,
    expect.stringMatching(/^z{65536}…\(\+\d+ characters\)$/),
  ])
  expect((await rig.ask<ChainData>('chain', { traceId: long.traceId })).logs.text[0]).toHaveLength(500)
})

function nested(levels: number): object {
  return levels === 0 ? { stringValue: 'x' } : { arrayValue: { values: [nested(levels - 1)] } }
}

function invalidUtf8(): Uint8Array {
  const bytes = logsRequest([{ body: 'XXXX' }])
  bytes.set([0xff, 0xfe, 0xc3, 0x28], Buffer.from(bytes).indexOf('XXXX'))
  return bytes
}
