import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { pythonOfOrders } from '../../../scripts/demo/python-services.ts'

const demo = fileURLToPath(new URL('../../../scripts/demo.ts', import.meta.url))
let child: ChildProcess

afterEach(() => {
  child.kill('SIGTERM')
})

type Demo = { said(): string; until(text: string): Promise<void>; ended: Promise<number | string> }

function startDemo(...words: string[]): Demo {
  return startDemoIn({}, words)
}

function startDemoIn(overrides: NodeJS.ProcessEnv, words: readonly string[]): Demo {
  // Servers of its own: jobs of other tests wait in those that are shared.
  const env = { ...process.env, PG_URL: '', REDIS_URL: '', CLEW_QUIET: '1', ...overrides }
  child = spawn(process.execPath, [demo, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const output of [child.stdout!, child.stderr!])
    output.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  return {
    said: () => said,
    until: (text) => expect.poll(() => said, { timeout: 60_000 }).toContain(text),
    ended: once(child, 'close').then(([code, signal]) => code ?? signal),
  }
}

/** Those of its servers that still listen. */
async function listening(said: string): Promise<string[]> {
  const addresses = new Set(said.match(/127\.0\.0\.1:\d+/g))
  const open = [...addresses].map(async (address) => {
    const socket = connect(Number(address.split(':')[1]), '127.0.0.1')
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    return isOpen ? [address] : []
  })
  return (await Promise.all(open)).flat()
}

/** The message, with three lines whose trace ids lead into the desk. */
function alertWithLinks(deskUrl: string): RegExp {
  const line = `\\*\\*[\\d:.]+ ERROR orders-worker\\*\\* \\[[\\da-f]{32}\\]\\(${deskUrl}/t/[\\da-f]{32}\\)\n\`payment_failed .*\`\n\n`
  return new RegExp(`# 🔴 \\[critical\\] payment-failed-500\n\n> 3 records in 5m [^*]*(?:${line}){3}alert `)
}

test.each([
  ['by itself', []],
  ['over Kafka and Redis', ['--kafka']],
])('the demo %s ends with the alert in the chat, and leaves nothing running', async (_, words) => {
  const { said, ended } = startDemo('--once', ...words)
  expect([await ended, said()]).toEqual([0, expect.stringContaining('[demo] stopping')])
  const [, deskUrl] = /desk on (\S+)/.exec(said())!
  expect(said()).toMatch(alertWithLinks(deskUrl!))
  expect(said().includes('clew alert run alerts.yaml --from kafka://')).toBe(words.length > 0)
  expect(said()).not.toContain('cannot')
  expect(await listening(said())).toEqual([])
})

test('with --keep 1% the chain of a failed order is whole, and little more than those is sent, which the terminal says', async () => {
  const { said, ended } = startDemo('--once', '--keep', '1%')
  expect([await ended, said()]).toEqual([0, expect.stringContaining('[demo] stopping')])
  // One in a hundred is chosen anyway.
  expect(said()).toMatch(
    /\n(released: kept because of POST failing in orders-gateway, 5 lines that had been held|sampled: stands for 100 chains)\n/,
  )
  const [chain] = said().split('three failures within')
  for (const line of ['order received', 'order accepted', 'charging the card', 'the bank does not answer'])
    expect(chain).toContain(line)
  const [, written, held, released, shipped, share] =
    /the services wrote (\d+) lines: (\d+) were held, (\d+) of them .*, (\d+) were shipped \(([\d.]+) %/
      .exec(said())!
      .map(Number)
  expect(released).toBeGreaterThanOrEqual(5)
  expect(held! - released! + shipped!).toBe(written)
  expect(share).toBeLessThan(10)
  expect(await listening(said())).toEqual([])
})

test('with --brewing the desk warns of retries minutes before the bank is down, and says how long before', async () => {
  const { said, ended } = startDemo('--once', '--brewing', '--seed', '11', '--speed', '1000')
  expect([await ended, said()]).toEqual([0, expect.stringContaining('[demo] stopping')])
  const at = (text: RegExp): number => Date.parse(`1970-01-01T${text.exec(said())?.[1]}Z`)
  const clock = String.raw`\[demo\] ([\d:]{8})`
  const [slow, warned] = [at(RegExp(`${clock} the bank begins`)), at(RegExp(`${clock} early warning .*told`))]
  const [down, alerted] = [
    at(RegExp(`${clock} the bank is down`)),
    at(RegExp(`${clock} alert payment-failed`)),
  ]
  // Of two days where it is midnight between them.
  const after = (one: number, other: number): number => (other - one + 86_400_000) % 86_400_000
  expect(after(slow, down)).toBe(12 * 60_000)
  expect(after(slow, warned)).toBeLessThan(12 * 60_000)
  const [, id] = /early warning (\w{16}) \(told/.exec(said())!
  const [, minutes, seconds] = /failure of orders-worker: .*Lead time (\d+) min (\d+) s: .* warning /.exec(
    said(),
  )!
  expect(said()).toContain(`there was warning ${id}`)
  const leadMs = (60 * Number(minutes) + Number(seconds)) * 1_000
  expect(leadMs).toBeGreaterThan(0)
  expect(Math.abs(leadMs - after(warned, alerted))).toBeLessThan(2_000)
  expect(said()).toMatch(
    /- “the bank does not answer”: \d+ in ten minutes, [\d.]+ times the usual [\d.]+, since/,
  )
  expect(said()).not.toContain('cannot')
  expect(await listening(said())).toEqual([])
})

test('with --python the chain goes through six services, three of them in Python', async ({ skip }) => {
  await pythonOfOrders().catch((error: Error) => {
    if (process.env.CI) throw error
    skip(error.message)
  })
  const { said, ended } = startDemo('--once', '--python')
  expect([await ended, said()]).toEqual([0, expect.stringContaining('[demo] stopping')])
  const [, chain] = said().split('an order that the warehouse refuses at first')
  expect(chain).toMatch(
    /^, trace [\da-f]{32}:\n\ntrace [\da-f]{32} {2}[\d.]+ m?s, 6 services, 13 spans, 13 lines\n/,
  )
  expect(chain).toMatch(/ run\/tasks\.reserve \(job [\da-f-]{36}, attempt 2\) {2}[\d.]+ m?s {2}\[worker\]\n/)
  expect(chain).toMatch(/ERROR the warehouse refuses HTTPError: 503 Server Error: .* orderId=2 item=ladder\n/)
  expect(await listening(said())).toEqual([])
}, 900_000)

test('with --python and no Python the demo says what to install, and ends well', async () => {
  const { said, ended } = startDemoIn({ PATH: '' }, ['--python'])
  expect([await ended, said()]).toEqual([
    0,
    expect.stringContaining('skipped: no python3: install Python 3.10'),
  ])
})

test('a demo that is interrupted while it starts stops what runs, and ends well', async () => {
  const { said, until, ended } = startDemo('--kafka')
  await until('[demo] Kafka on ')
  child.kill('SIGINT')
  expect(await ended).toBe(0)
  expect(await listening(said())).toEqual([])
}, 400_000)

test('an option that is not known is said, and nothing starts', async () => {
  const { said, ended } = startDemo('--redpanda')
  expect([await ended, said()]).toEqual([1, expect.stringMatching(/^\[demo\] Unknown option '--redpanda'/)])
})

test.each([
  ['--speed', '0', 'from 1 to 1000'],
  ['--speed', 'fast', 'from 1 to 1000'],
  ['--seed', '-1', 'from 0 to 2147483648'],
])('%s %s is said with the remedy', async (option, value, remedy) => {
  const { said, ended } = startDemo('--brewing', `${option}=${value}`)
  expect([await ended, said()]).toEqual([
    1,
    expect.stringContaining(`${option} ${value}: write a whole number ${remedy}`),
  ])
})

test('a share that is none is said with the remedy', async () => {
  const { said, ended } = startDemo('--keep', 'some')
  expect([await ended, said()]).toEqual([1, expect.stringContaining('--keep some: write a share such as 1%')])
})
