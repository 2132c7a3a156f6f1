import { logsToJson, parseLogsJson, type ResourceLogs } from '@clew/otlp'
import { afterEach, expect, test } from 'vitest'
import type { ArrivalPage } from '../api/index.ts'
import { cleanUp, closeRig, openRig, type StoreRig } from './store-rig.ts'

afterEach(cleanUp)

const startMs = 1_764_000_000_000
let rig: StoreRig

/** Lines of several services in one request, with all that a line may have. */
function requestOf(...lines: [service: string, text: string, ms?: number][]): ResourceLogs[] {
  return lines.map(([service, text, ms = startMs]) => ({
    resource: { attributes: { 'service.name': service, list: [1, { a: true }] }, droppedAttributesCount: 0 },
    schemaUrl: '',
    scopeLogs: [
      {
        scope: { name: 'logger', version: '1', attributes: {}, droppedAttributesCount: 0 },
        schemaUrl: '',
        logRecords: [
          {
            timeUnixNano: BigInt(ms) * 1_000_000n + 123_456n,
            observedTimeUnixNano: BigInt(ms) * 1_000_000n + 999_999n,
            ...{ severityNumber: 17, severityText: 'error', body: text, droppedAttributesCount: 0, flags: 0 },
            attributes: { status: 500, text, nested: { of: ['x', 1.5, null] }, no: null },
            traceId: '0af7651916cd43dd8448eb211c80319c',
            ...{ spanId: 'b7ad6b7169203331', eventName: 'order_failed' },
          },
        ],
      },
    ],
  }))
}

async function write(request: ResourceLogs[], isImported = false): Promise<number> {
  const bytes = Buffer.from(logsToJson(request))
  return (await rig.store.write('logs', 'json', bytes, isImported)).arrivedUnixMs
}

async function pages(parameters: Record<string, string> = {}): Promise<ArrivalPage[]> {
  const found: ArrivalPage[] = []
  let after = ''
  for (;;) {
    const page = await rig.ask<ArrivalPage>('arrivals', { ...parameters, after })
    found.push(page)
    if (page.next === null) return found
    after = page.next
  }
}

const requestsOf = (page: ArrivalPage) =>
  page.arrivals.map(({ arrivedUnixMs, logs }) => [arrivedUnixMs, parseLogsJson(JSON.stringify(logs))])
const textsOf = (found: readonly ArrivalPage[]) =>
  found.map(({ arrivals }) =>
    arrivals.flatMap(({ logs }) =>
      parseLogsJson(JSON.stringify(logs)).flatMap(({ scopeLogs }) =>
        scopeLogs.flatMap(({ logRecords }) => logRecords.map(({ body }) => body)),
      ),
    ),
  )

test('lines are given whole, in the order in which they came, with when that was', async () => {
  rig = await openRig()
  const first = requestOf(['api', 'a'], ['pay', 'b', startMs - 5000], ['api', 'c', startMs - 9000])
  const second = requestOf(['api', 'd', startMs - 60_000])
  const [one, other] = [await write(first), await write(second)]
  const [page] = await pages()
  expect(requestsOf(page!)).toEqual([
    [one, first],
    [other, second],
  ])
  expect([one > startMs, other >= one]).toEqual([true, true])
})

test('pages go on where the one before ended, in the middle of a request and over restarts', async () => {
  rig = await openRig()
  await write(requestOf(['api', '1'], ['pay', '2'], ['api', '3']))
  await write(requestOf(['api', '4']))
  await closeRig(rig)
  rig = await openRig({ directory: rig.directory })
  await write(requestOf(['api', '5'], ['api', '6']))
  expect(textsOf(await pages({ limit: '2' }))).toEqual([['1', '2'], ['3', '4'], ['5', '6'], []])
  expect(textsOf(await pages({ limit: '1' }))).toEqual([['1'], ['2'], ['3'], ['4'], ['5'], ['6'], []])
  expect(textsOf(await pages())).toEqual([['1', '2', '3', '4', '5', '6']])
})

test('a page of long lines ends before it is too long', async () => {
  rig = await openRig()
  const long = 'x'.repeat(60_000)
  for (let at = 0; at < 8; at++)
    await write(
      requestOf(...Array.from({ length: 10 }, (_, n): [string, string] => ['api', `${at}${n}${long}`])),
    )
  const found = textsOf(await pages())
  expect(found.flat().map((body) => String(body).slice(0, 2))).toEqual(
    Array.from({ length: 80 }, (_, at) => String(at).padStart(2, '0')),
  )
  expect(found.length).toBeGreaterThan(2)
})

test('imported lines are asked for alone, and a time is that of the arrival', async () => {
  rig = await openRig()
  const sent = await write(requestOf(['api', 'sent']))
  await Promise.all([
    write(requestOf(['api', 'of a file']), true),
    write(requestOf(['api', 'sent too'])),
    write(requestOf(['api', 'of the file']), true),
  ])
  expect(textsOf(await pages())).toEqual([['sent', 'sent too']])
  expect(textsOf(await pages({ imported: 'true' }))).toEqual([['of a file', 'of the file']])
  expect(textsOf(await pages({ to: String(sent - 1) }))).toEqual([[]])
  expect(textsOf(await pages({ from: String(sent), to: String(sent) }))[0]![0]).toBe('sent')
  await expect(rig.ask('arrivals', { imported: 'perhaps' })).rejects.toThrow(
    'imported=perhaps: write true or false',
  )
})
