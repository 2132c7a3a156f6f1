import { expect, test } from 'vitest'
import { importLimits } from '../schema/limits.ts'
import { importFile } from './import-file.ts'

/** How many lines are read of a file that comes in pieces of this size, or why it is refused. */
async function read(file: Buffer, size = 65_536): Promise<number | string> {
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size)
  }
  const reading = {
    ...{ chunks: chunks(), sentBytes: () => file.length, limits: importLimits, now: () => 1_764_000_000_000 },
    send: () => {},
    ready: () => Promise.resolve(),
  }
  try {
    return (await importFile(reading)).records
  } catch (error) {
    return (error as Error).message
  }
}

const lines = (text: string, count = 3): string => `2025-11-24 16:00:00 ERROR ${text}\n`.repeat(count)
const utf16 = 'this looks like text in UTF-16: save it as UTF-8: iconv -f UTF-16 -t UTF-8'
const other = expect.stringMatching(
  /^this looks like text that is not UTF-8: save it as UTF-8: iconv -t UTF-8 -f /,
)
const unknown = expect.stringMatching(/^these bytes are no text and no OTLP protobuf/)

/** 服务出错 */
const gbk = Buffer.from('b7fecef1b3f6b4ed', 'hex').toString('latin1')

test.each<[string, Buffer, unknown]>([
  [
    'begins with the zeros of a log that was emptied',
    Buffer.concat([Buffer.alloc(5000), Buffer.from(lines('x'))]),
    3,
  ],
  ['begins with eight zeros', Buffer.concat([Buffer.alloc(8), Buffer.from(lines('x'))]), 3],
  [
    'begins with zeros, and JSON behind them',
    Buffer.from(`${'\0'.repeat(70_000)}{"level":30,"time":1764000000000,"msg":"x"}\n`),
    1,
  ],
  ['has zeros alone', Buffer.alloc(100_000), unknown],
  ['begins with zeros, and nothing that is known', Buffer.from(`${'\0'.repeat(9)}\x01\x02\x03\x04`), unknown],
  ['is Latin-1', Buffer.from(lines('Größe ungültig: Übergrößenträger'), 'latin1'), other],
  ['is Latin-1, all of it short', Buffer.from('caf\xe9 cr\xe8me\n', 'latin1'), other],
  ['is GBK', Buffer.from(lines(gbk), 'latin1'), other],
  [
    'has a byte of another encoding somewhere',
    Buffer.from(`${lines('x', 30)}${lines('caf\xe9', 1)}${lines('x')}`, 'latin1'),
    34,
  ],
  ['is UTF-16 with a mark', Buffer.from(`\uFEFF${lines('x')}`, 'utf16le'), utf16],
  ['is UTF-16 without one', Buffer.from(lines('x'), 'utf16le'), utf16],
  ['is UTF-16, the high byte first', Buffer.from(lines('x'), 'utf16le').swap16(), utf16],
  ['is UTF-16 in Chinese, for the most part', Buffer.from(lines('服务出错'.repeat(3)), 'utf16le'), utf16],
  ['is UTF-8 in Chinese', Buffer.from(lines('服务出错'.repeat(400))), 3],
])('a file that %s', async (_, file, expected) => {
  expect([await read(file), await read(file, 7)]).toEqual([expected, expected])
})
