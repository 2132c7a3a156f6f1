import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const fixture = fileURLToPath(new URL('fixtures/uncaught.mjs', import.meta.url))

/** The records of a process that ends this way, and its exit code. */
function run(...args: string[]): Promise<{ records: unknown[]; code: number | string | null | undefined }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [fixture, ...args], (error, stdout) => {
      const records = stdout.split('\n').filter(Boolean)
      resolve({ records: records.map((line) => JSON.parse(line)), code: error ? error.code : 0 })
    })
  })
}

test.each(['transport', 'handlers'])(
  "an uncaught exception that winston's %s log is one record with the error",
  async (handlers) => {
    const record = {
      severityText: 'error',
      body: 'uncaughtException: no money',
      keys: ['process', 'os'],
      type: 'PaymentError',
    }
    expect(await run('exception', handlers)).toEqual({ records: [record], code: 1 })
  },
)

test('an unhandled rejection that winston logs is one record with the error', async () => {
  const record = {
    severityText: 'error',
    body: 'unhandledRejection: no money',
    keys: ['process', 'os'],
    type: 'PaymentError',
  }
  expect(await run('rejection', 'transport')).toEqual({ records: [record], code: 1 })
})

test('a thrown text is the exception of its record', async () => {
  const { records } = await run('text', 'transport')
  expect(records).toMatchObject([
    { body: expect.stringMatching(/^uncaughtException: only text/), type: 'string' },
  ])
})
