import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { aliases, inSpan, loadPino, spanContext, stamp } from './printing-logger.ts'
import { brief } from './sent-records.ts'

const folder = mkdtempSync(join(tmpdir(), 'clew-pino-'))
afterAll(() => rm(folder, { recursive: true }))

test.each(aliases)(
  'multistream of %s: each stream has the stamped line, and there is one record',
  (alias) => {
    const pino = loadPino(alias)
    const [all, errors]: [string[], string[]] = [[], []]
    const logger = pino(
      { base: null, timestamp: false },
      pino.multistream([
        { level: 'info', stream: { write: (line: string) => void all.push(line) } },
        { level: 'error', stream: { write: (line: string) => void errors.push(line) } },
      ]),
    )
    inSpan(() => {
      logger.info('one')
      logger.error({ a: 1 }, 'two')
    })
    const two = `{"level":50${stamp},"a":1,"msg":"two"}\n`
    expect({ all, errors }).toEqual({ all: [`{"level":30${stamp},"msg":"one"}\n`, two], errors: [two] })
    expect(brief()).toEqual([
      ['info', 'one', {}],
      ['error', 'two', { a: 1 }],
    ])
  },
)

test.each(aliases)('a transport of %s in a worker thread writes the stamped lines', async (alias) => {
  const pino = loadPino(alias)
  const destination = join(folder, alias)
  const transport = pino.transport({
    targets: [
      { target: 'pino/file', level: 'info', options: { destination } },
      { target: 'pino/file', level: 'error', options: { destination: `${destination}-errors` } },
    ],
  })
  await once(transport, 'ready')
  const logger = pino({ base: null }, transport)
  inSpan(() => {
    for (let n = 0; n < 100; n++) logger[n % 10 === 0 ? 'error' : 'info']({ n }, 'hi')
  })
  transport.end()
  await once(transport, 'close')
  const linesOf = (file: string) =>
    readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  const all = linesOf(destination)
  expect(all.map(({ n, trace_id }) => [n, trace_id])).toEqual(
    Array.from({ length: 100 }, (_, n) => [n, spanContext.traceId]),
  )
  expect(linesOf(`${destination}-errors`)).toEqual(all.filter(({ level }) => level === 50))
  expect(brief().length).toBe(100)
})
