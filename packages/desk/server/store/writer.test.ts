import { DatabaseSync } from 'node:sqlite'
import { afterEach, expect, test } from 'vitest'
import { cleanUp, logsRequest, newFolder } from '../../test/store-rig.ts'
import { requestRows } from './rows/request-rows.ts'
import { Writer } from './writer.ts'

const mib = 2 ** 20
afterEach(cleanUp)

/** A request of 500 lines of two kilobytes. */
const request = () =>
  requestRows(
    'logs',
    'protobuf',
    logsRequest(Array.from({ length: 500 }, (_, index) => ({ body: `line ${index} ${'x'.repeat(2000)}` }))),
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
