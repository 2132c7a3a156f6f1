import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { type Bot, type Reply, startBot } from '../../test/bot.ts'
import { bots, channelOf } from '../../test/bots.ts'
import { startNotifier } from '../../test/notifying.ts'
import { sampleAlert } from '../../test/sample.ts'
import type { AlertSeverity } from '../alert.ts'
import type { Channel } from '../channels/channel.ts'
import { openPolicy, type Policy } from './policy.ts'

const started: Bot[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((bot) => bot.stop()))
})

async function startChannel(
  name: string,
  replies: readonly Reply[],
  more: object = {},
): Promise<Channel & { bot: string; texts(): string[] }> {
  const bot = await startBot(replies, bots.wecom!.fine)
  started.push(bot)
  const channel = channelOf(name, { type: 'wecom', format: 'text', ...bots.wecom!.map(bot.url), ...more })
  const texts = (): string[] => bot.received.map(({ body }) => JSON.parse(body).text.content)
  return { ...channel, texts }
}

function alertOf(id: string, severity: AlertSeverity = 'warning', changes: object = {}) {
  return sampleAlert({ id, severity, notify: ['main'], lines: [], ...changes })
}

/** Until something holds, while the clock stands. */
async function once(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate()
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `a${at}`)
const refusal: Reply = { body: '{"errcode":93000,"errmsg":"invalid webhook url"}' }

test('five that wait are told one by one, more of them in one digest that says how many', async () => {
  const main = await startChannel('main', [{ status: 503 }])
  const { notifier, clock, sent } = startNotifier([main])
  for (const id of ids(30)) notifier.notify(alertOf(id))
  await clock.runUntil(() => sent.length === 30)
  expect(sent).toEqual(ids(30).map((id) => `main ${id}`))
  expect(main.texts().map((text) => text.split('\n')[0])).toEqual([
    '🟡 [warning] payment-failed-500',
    '🟡 30 alerts',
  ])
  expect(main.texts()[1]).toContain('30 warning')
})

test('under a flood what waits stays bounded, and nothing is lost without a word', async () => {
  const main = await startChannel(
    'main',
    ids(60).map(() => ({ status: 503 })),
  )
  const { notifier, clock, sent, dead } = startNotifier([main])
  for (const id of ids(1_500)) notifier.notify(alertOf(id))
  await clock.runUntil(() => dead.length > 0 && dead.join(' ').split(/a\d/).length > 1_500)
  const told = new Set([...sent, ...dead].join(' ').match(/a\d+/g))
  expect(told.size).toBe(1_500)
  expect(new Set(dead.map((line) => line.replace(/ \(.*/, '')))).toEqual(
    new Set(['main → nobody: too many alerts wait for it', 'main → nobody: HTTP 503']),
  )
})

test('what is critical goes first, and uses the reserve when the rest of the budget is used up', async () => {
  const main = await startChannel('main', [], { budget: { per_minute: 4, reserve: 1 } })
  const { notifier, clock, sent } = startNotifier([main])
  for (const id of ids(5)) notifier.notify(alertOf(id))
  await clock.runUntil(() => sent.length === 3)
  notifier.notify(alertOf('worst', 'critical'))
  const startMs = clock.now()
  await clock.runUntil(() => sent.length === 6)
  expect(sent).toEqual(['main a0', 'main a1', 'main a2', 'main worst', 'main a3', 'main a4'])
  expect(clock.now() - startMs).toBe(65_000)
})

test('a month without budget left goes to the fallback at once', async () => {
  const main = await startChannel('main', [], { budget: { per_month: 1, reserve: 0 }, fallback: 'other' })
  const other = await startChannel('other', [])
  const { notifier, clock, sent, dead } = startNotifier([main, other])
  notifier.notify(alertOf('a'))
  notifier.notify(alertOf('b'))
  await clock.runUntil(() => sent.length === 2)
  expect([sent, dead]).toEqual([
    ['main a', 'other b'],
    ["main → other: the month's budget of the bot is used up (b)"],
  ])
})

test('a failing channel is an alert on the fallback, once an hour', async () => {
  const main = await startChannel(
    'main',
    ids(9).map(() => refusal),
    { fallback: 'other' },
  )
  const other = await startChannel('other', [])
  const { notifier, clock, sent } = startNotifier([main, other])
  for (const id of ['a', 'b', 'c']) {
    notifier.notify(alertOf(id))
    await clock.runUntil(() => sent.includes(`other ${id}`))
    if (id === 'b') clock.advance(3_600_000)
  }
  expect(other.texts().map((text) => text.split('\n').slice(0, 3).join(' '))).toEqual([
    '🟠 [error] channel main  channel main fails: WeCom 93000 invalid webhook url',
    '🟡 [warning] payment-failed-500  service=checkout',
    '🟡 [warning] payment-failed-500  service=checkout',
    '🟠 [error] channel main  channel main fails: WeCom 93000 invalid webhook url',
    '🟡 [warning] payment-failed-500  service=checkout',
  ])
})

test('fallbacks that go in a circle end when each was asked', async () => {
  const main = await startChannel('main', [refusal, refusal], { fallback: 'other' })
  const other = await startChannel(
    'other',
    ids(4).map(() => refusal),
    { fallback: 'main' },
  )
  const { notifier, clock, dead, sent } = startNotifier([main, other])
  notifier.notify(alertOf('a'))
  await clock.runUntil(() => dead.length === 2)
  expect([dead, sent]).toEqual([
    [
      'main → other: WeCom 93000 invalid webhook url (a)',
      'other → nobody: WeCom 93000 invalid webhook url (a)',
    ],
    [],
  ])
})

test('a channel that nobody described is told of at once', async () => {
  const main = await startChannel('main', [])
  const { notifier, clock, dead, sent } = startNotifier([main])
  notifier.notify(alertOf('a', 'warning', { notify: ['mian', 'main'] }))
  await clock.runUntil(() => sent.length === 1)
  expect(dead).toEqual(['mian → nobody: there is no such channel (a)'])
})

test('mentions behind a markdown_v2 are sent once more by themselves when only they failed', async () => {
  const main = await startChannel('main', [bots.wecom!.fine, { status: 503 }], {
    format: 'markdown_v2',
    mention: '@all',
  })
  const { notifier, clock, sent } = startNotifier([main])
  notifier.notify(alertOf('a'))
  await clock.runUntil(() => sent.length === 1)
  expect(started[0]!.received.map(({ body }) => JSON.parse(body).msgtype)).toEqual([
    'markdown_v2',
    'text',
    'text',
  ])
})

test('what is held back is told with its reason, and so is its end', async () => {
  const main = await startChannel('main', [])
  const policy: Policy = {
    ...openPolicy,
    silences: [{ id: 's1', match: { rule: 'stock-*' }, fromUnixMs: 0, untilUnixMs: 1e15 }],
    inhibitions: [{ source: { rule: 'bank-down' }, target: { rule: 'payment-*' }, equal: ['service'] }],
  }
  let current = policy
  const { notifier, clock, held, sent } = startNotifier([main], { policy: () => current })
  notifier.notify(alertOf('s', 'warning', { rule: 'stock-slow' }))
  notifier.notify(alertOf('b', 'critical', { rule: 'bank-down' }))
  notifier.notify(alertOf('p'))
  notifier.notify(alertOf('q', 'warning', { group: { service: 'other' } }))
  current = openPolicy
  notifier.notify(alertOf('s', 'warning', { rule: 'stock-slow', state: 'resolved' }))
  notifier.notify(alertOf('b', 'critical', { rule: 'bank-down', state: 'resolved' }))
  await clock.runUntil(() => sent.length === 3)
  expect(held).toEqual(['silenced s s1', 'inhibited p b', 'silenced s s1'])
  expect(sent.toSorted()).toEqual(['main b', 'main b resolved', 'main q'])
})

test('alerts of a group wait for one another, and the next message of the group for the interval', async () => {
  const main = await startChannel('main', [])
  const grouping = { by: ['service'], waitMs: 30_000, intervalMs: 300_000 }
  const { notifier, clock, sent } = startNotifier([main], { policy: () => ({ ...openPolicy, grouping }) })
  const startMs = clock.now()
  notifier.notify(alertOf('a'))
  notifier.notify(alertOf('b'))
  notifier.notify(alertOf('x', 'warning', { group: { service: 'other' } }))
  await clock.runUntil(() => sent.length === 3)
  expect(clock.now() - startMs).toBe(30_000)
  notifier.notify(alertOf('c'))
  await clock.runUntil(() => sent.length === 4)
  expect(clock.now() - startMs).toBe(330_000)
  expect(main.texts().map((text) => text.split('\n')[0])).toEqual([
    '🟡 2 alerts',
    '🟡 [warning] payment-failed-500',
    '🟡 [warning] payment-failed-500',
  ])
})

test('a clock that is set back by days makes a wait twice as long at most', async () => {
  const main = await startChannel('main', [{ status: 503 }])
  const slow = await startChannel('slow', [])
  const grouping = { by: [], waitMs: 30_000, intervalMs: 300_000 }
  const { notifier, clock, sent } = startNotifier([main, slow], {
    policy: () => ({ ...openPolicy, grouping }),
  })
  notifier.notify(alertOf('a', 'warning', { notify: ['main', 'slow'] }))
  const days = 3 * 86_400_000
  clock.setBack(days)
  await clock.runUntil(() => sent.includes('slow a') && main.texts().length === 1)
  clock.setBack(days)
  await clock.runUntil(() => sent.length === 2)
  expect(clock.now() + 2 * days - Date.UTC(2026, 10, 29)).toBeLessThanOrEqual(2 * 31_000)
  notifier.notify(alertOf('b', 'warning', { notify: ['slow'] }))
  clock.setBack(days)
  await clock.runUntil(() => sent.length === 3)
  expect(clock.now() + 3 * days - Date.UTC(2026, 10, 29)).toBeLessThanOrEqual(2 * 331_000)
})

test('closing tries what waits once more and gives back what was not sent', async () => {
  const main = await startChannel('main', [{ status: 503 }])
  const other = await startChannel(
    'other',
    ids(9).map(() => ({ status: 503 })),
  )
  const { notifier, clock, sent } = startNotifier([main, other])
  notifier.notify(alertOf('a', 'warning', { notify: ['main', 'other'] }))
  await clock.runUntil(() => other.texts().length > 1 && sent.length > 0)
  notifier.notify(alertOf('b', 'warning', { notify: ['main', 'other'] }))
  const unsent = await notifier.close({ timeoutMs: 5_000 })
  notifier.notify(alertOf('late'))
  expect(sent).toEqual(['main a', 'main b'])
  expect(unsent.map(({ channel, alerts }) => [channel, ...alerts.map(({ id }) => id)])).toEqual([
    ['other', 'a'],
    ['other', 'b'],
  ])
})

test('what must not be told is taken out of all that the log says', async () => {
  const main = await startChannel('main', [])
  const redact = (text: string): string => text.replace(/\d{4}/g, '****')
  const { notifier, clock, sent } = startNotifier([main], { redact })
  notifier.notify(
    alertOf('a', 'warning', {
      lines: sampleAlert().lines.slice(0, 1),
      group: { user: 'u4711' },
      observation: {
        type: 'change',
        field: 'card',
        seen: '4242',
        before: '1111',
        value: 1,
        limit: 0,
        windowMs: 0,
      },
    }),
  )
  await clock.runUntil(() => sent.length === 1)
  expect(main.texts()[0]).toContain('user=u****\ncard changed from "****" to "****"')
  expect(main.texts()[0]).toContain('order=**** amount=199.00')
})

test('closing waits for the fallback of what is given up then', async () => {
  const main = await startChannel('main', [{ status: 503 }, refusal], { fallback: 'other' })
  const other = await startChannel('other', [])
  const { notifier, clock, sent } = startNotifier([main, other])
  notifier.notify(alertOf('a'))
  await once(() => main.texts().length === 1)
  expect(await notifier.close({ timeoutMs: 60_000 })).toEqual([])
  expect([sent, clock.now()]).toEqual([['other a'], Date.UTC(2026, 10, 29)])
})

test('a peer that wants to be asked again at once is asked once a second', async () => {
  const main = await startChannel(
    'main',
    ids(5).map(() => ({ status: 429, headers: { 'retry-after': '0' } })),
  )
  const { notifier, clock, sent } = startNotifier([main])
  notifier.notify(alertOf('a'))
  await clock.runUntil(() => sent.length === 1)
  expect(clock.now() - Date.UTC(2026, 10, 29)).toBe(5_000)
})

test('whoever throws when told of an alert stops no other', async () => {
  const main = await startChannel('main', [])
  const thrown = (): never => {
    throw new Error('mine')
  }
  const { notifier, report } = startNotifier([main], { onSent: thrown, onDead: thrown })
  notifier.notify(alertOf('a', 'warning', { notify: ['nowhere', 'main'] }))
  await once(() => report.length === 2)
  expect(report).toEqual(Array(2).fill('whoever is told of an alert threw: mine'))
  expect(main.texts().length).toBe(1)
})
