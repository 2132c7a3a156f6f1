import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, logsRequest, newFolder } from '../../test/store-rig.ts'
import { requestRows } from './rows/request-rows.ts'
import { Writer } from './writer.ts'

const mib = 2 ** 20
const report = (message: string): never => {
  throw new Error(message)
}
afterEach(cleanUp)

/** A request of 500 lines of two kilobytes. */
const request = (timeUnixMs = Date.now()) =>
  requestRows(
    'logs',
    'protobuf',
    logsRequest(
      Array.from({ length: 500 }, (_, index) => ({ body: `line ${index} ${'x'.repeat(2000)}`, timeUnixMs })),
    ),
  )

function linesIn(writer: Writer): number[] {
  return writer.segments().paths.map((path) => {
    const database = new DatabaseSync(path, { readOnly: true })
    const { lines } = database.prepare('SELECT count(*) AS lines FROM log').get() as { lines: number }
    database.close()
    return lines
  })
}

test('a segment that is large enough does not end while lines wait for a commit', async () => {
  const writer = new Writer({
    directory: await newFolder(),
    maxBytes: 8 * mib,
    maxAgeMs: undefined,
    nowUs: () => Date.now() * 1000,
    report,
  })
  writer.add(request())
  writer.add(request())
  writer.commit()
  writer.add(request())
  expect(writer.tidy().paths).toHaveLength(1)
  writer.commit()
  expect(writer.tidy().paths).toHaveLength(2)
  writer.add(request())
  writer.commit()
  expect(linesIn(writer)).toEqual([1500, 500])
  writer.close()
})

test('lines expire by when they came: old ones of a file stay, and those of next year go', async () => {
  const day = 86_400_000
  const directory = await newFolder()
  const open = (days: number) =>
    new Writer({
      directory,
      maxBytes: 64 * mib,
      maxAgeMs: day,
      nowUs: () => (Date.now() + days * day) * 1000,
      report,
    })
  const first = open(0)
  for (const days of [-400, 400, -30]) {
    for (let count = 0; count < 9; count++) first.add(request(Date.now() + days * day), true)
    first.commit()
    first.tidy()
  }
  first.close()
  const outcomes = [0, 3].map((days) => {
    const writer = open(days)
    writer.add(request())
    writer.commit()
    const { paths, expired } = writer.tidy()
    writer.close()
    return [paths.length, expired.length]
  })
  expect(outcomes).toEqual([
    [4, 0],
    [1, 3],
  ])
})
