import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type OtlpReceiver, startOtlpReceiver } from '@clew/testing'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { makeSecrets } from '../../otlp/test/secrets.ts'
import { type Ending, killApps, preload, runApp } from './app-process.ts'

const cwd = join(import.meta.dirname, 'fixtures/alerts')
const folder = mkdtempSync(join(tmpdir(), 'clew-redact-'))
const secrets = makeSecrets(500, 11).map(({ kind, text: secret }) => ({
  text: secret,
  key: kind === 'password' ? 'userPassword' : 'note',
  said: kind === 'password' ? `login with password=${secret} failed` : `seen ${secret}, then more`,
}))
const file = join(folder, 'secrets.json')
writeFileSync(file, JSON.stringify(secrets))

const messages: string[] = []
/** Shaped like the WeCom group bot. */
const bot = createServer(async (request, response) => {
  messages.push(await text(request))
  response.setHeader('content-type', 'application/json').end('{"errcode":0,"errmsg":"ok"}')
}).listen(0, '127.0.0.1')
await once(bot, 'listening')

let receiver: OtlpReceiver
beforeEach(async () => {
  receiver = await startOtlpReceiver()
})
afterEach(async () => {
  messages.length = 0
  await receiver.close()
})
afterAll(() => {
  killApps()
  bot.close()
  rmSync(folder, { recursive: true })
})

function run(more: NodeJS.ProcessEnv): Promise<Ending> {
  const botUrl = `http://127.0.0.1:${(bot.address() as AddressInfo).port}/cgi-bin/webhook/send?key=k`
  const env = { CLEW_QUIET: '1', WECOM_URL: botUrl, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...more }
  return runApp({ cwd, args: [...preload, 'secrets.cjs', file], env })
}

/** The secrets that are in a text, as they are or as a URL has them. */
function leaks(sent: string): string[] {
  const found = secrets.filter(
    ({ text: secret }) => sent.includes(secret) || sent.includes(encodeURIComponent(secret)),
  )
  return found.map(({ text: secret }) => secret)
}

const received = (): string =>
  JSON.stringify([receiver.logs, receiver.spans], (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )

test('500 secrets leave for no receiver, no alert and no line of ours', async () => {
  const { code, stdout, stderr } = await run({
    ...{ CLEW_REDACT: 'on', CLEW_ALERTS: 'alerts.yaml', OTEL_LOGS_EXPORTER: 'otlp,console' },
    ...{ OTEL_TRACES_EXPORTER: 'otlp,console' },
    OTEL_RESOURCE_ATTRIBUTES: `${secrets[0]!.key}=${encodeURIComponent(secrets[0]!.text)},db.password=x`,
  })
  await receiver.waitForLogs(1000)
  await receiver.waitForSpans(500)
  await expect.poll(() => messages.length, { timeout: 20_000 }).toBeGreaterThan(0)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout.split('\n').length).toBeGreaterThan(1500)
  expect([leaks(received()), leaks(stdout), leaks(messages.join('\n'))]).toEqual([[], [], []])
  expect(messages.join('\n')).toContain('payment_failed')
  expect(receiver.logs.filter(({ body }) => String(body).includes('[redacted]'))).toHaveLength(500)
  expect(receiver.logs[0]?.resource).toMatchObject({
    ...{ 'db.password': '[redacted]', 'service.name': 'shop-with-alerts' },
  })
})

test('nor are they in the spool, of which the next process sends', async () => {
  receiver.behave({ status: 503 })
  const spool = join(folder, 'spool')
  const env = {
    CLEW_REDACT: 'on',
    CLEW_SPOOL_DIR: spool,
    CLEW_EXIT: 'spool',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'none',
  }
  expect((await run(env)).code).toBe(0)
  const written = readdirSync(spool, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n')
  expect([written.includes('payment_failed'), leaks(written)]).toEqual([true, []])
  receiver.behave('accept')
  await run({ ...env, CLEW_EXIT: 'flush', OTEL_BSP_SCHEDULE_DELAY: '10' })
  await receiver.waitForLogs(2000, 20_000)
  expect(leaks(received())).toEqual([])
})

test('a report changes nothing and says in one line what would be cut', async () => {
  const { stderr } = await run({ CLEW_REDACT: 'report' })
  await receiver.waitForLogs(1000)
  expect(leaks(received())).toHaveLength(500)
  expect(stderr).toMatch(
    /^\[clew\] CLEW_REDACT_REPORT: \d+ secrets were sent that CLEW_REDACT=on would have cut: key \d+, card \d+, token \d+, email \d+, phone \d+, cn-id \d+\n$/,
  )
})

test('only what is asked for is cut, and a mistake cuts rather than not', async () => {
  const { stderr } = await run({ CLEW_REDACT: 'yes', CLEW_REDACT_KEYS: 'no te', CLEW_REDACT_PATTERNS: 'off' })
  await receiver.waitForLogs(1000)
  const left = leaks(received())
  expect(left.length).toBeLessThan(500)
  expect(left).not.toContain(secrets.find(({ key }) => key === 'userPassword')!.text)
  expect(stderr.split('\n')).toEqual([
    '[clew] CLEW_CONFIG: CLEW_REDACT: "yes" is unknown; write off, report or on; in force: on',
    '[clew] CLEW_CONFIG: CLEW_REDACT_KEYS: a text of 5 characters is no key path; write one such as password, user.card, *secret or !token; in force: the rest',
    '',
  ])
})
