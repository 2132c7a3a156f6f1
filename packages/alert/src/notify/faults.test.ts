import { afterEach, describe, expect, test } from 'vitest'
import { type Bot, type Reply, startBot } from '../../test/bot.ts'
import { bots, channelOf } from '../../test/bots.ts'
import { createClock } from '../../test/clock.ts'
import { sampleAlert } from '../../test/sample.ts'
import { createPost } from '../channels/post.ts'
import { createMemoryBudget } from './budget.ts'
import { createNotifier } from './notifier.ts'
import { openPolicy } from './policy.ts'

/** What one alert came to: who took it, when after it came in, how often the bot was asked, what was said about it. */
type Fate = { sentBy: string[]; dead: string[]; afterMs: number; requests: number; report: string[] }

const started: Bot[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((bot) => bot.stop()))
})

async function fateOf(
  type: string,
  replies: readonly Reply[],
  post: { timeoutMs?: number } = {},
): Promise<Fate> {
  const { map, fine } = bots[type]!
  const bot = await startBot(replies, fine)
  const other = await startBot([], bots.slack!.fine)
  started.push(bot, other)
  const clock = createClock()
  const startMs = clock.now()
  const fate: Fate = { sentBy: [], dead: [], afterMs: 0, requests: 0, report: [] }
  const main = channelOf('main', { type, ...map(bot.url), fallback: 'other' })
  const fallback = channelOf('other', { type: 'slack', ...bots.slack!.map(other.url) })
  const notifier = createNotifier({
    channels: new Map([main, fallback].map((channel) => [channel.name, channel])),
    policy: () => openPolicy,
    budget: createMemoryBudget(),
    desk: 'http://desk:4319',
    now: clock.now,
    random: () => 0,
    after: clock.after,
    post: createPost({ now: clock.now, ...post }),
    report: (message) => fate.report.push(message),
    onSent: (_, channel) => fate.sentBy.push(channel),
    onHeld: () => {},
    onDead: ({ reason }) => fate.dead.push(reason),
  })
  notifier.notify(sampleAlert({ notify: ['main'] }))
  await clock.runUntil(() => fate.sentBy.length > 0)
  fate.afterMs = clock.now() - startMs
  fate.requests = bot.received.length
  expect(JSON.stringify(fate)).not.toMatch(/SECRET|U0VD/)
  return fate
}

/** It was taken in the end, without a word to anybody. */
function delivered(afterMs: number, requests = 2): Fate {
  return { sentBy: ['main'], dead: [], afterMs, requests, report: [] }
}

/** It was not taken, and the fallback told of it. */
function fellBack(reason: string, requests = 1, afterMs = 0): Fate {
  const report = [`channel main fails: ${reason}; other gets what it did not take`]
  return { sentBy: ['other'], dead: [reason], afterMs, requests, report }
}

const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) })

describe.each(Object.keys(bots))('whatever it is, %s', (type) => {
  const byStatus: [string, Reply, number][] = [
    ['is out of order for a moment', { status: 503, body: 'sorry' }, 1_000],
    ['breaks the connection', 'reset', 1_000],
    ['says when it may be asked again, in seconds', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    [
      'says when it may be asked again, as a date',
      { status: 429, headers: { 'retry-after': new Date(createClock().now() + 90_000).toUTCString() } },
      90_000,
    ],
    ['is asked too often and does not say till when', { status: 429 }, 1_000],
  ]
  test.each(byStatus)('that %s gets the alert', async (_, reply, afterMs) => {
    expect(await fateOf(type, [reply])).toEqual(delivered(afterMs))
  })

  test('that says nothing gets the alert once more', async () => {
    const fate = await fateOf(type, ['silence'], { timeoutMs: 150 })
    expect([fate.sentBy, fate.dead, fate.requests > 1]).toEqual([['main'], [], true])
  })

  test('that answers without an end is read no further than 16 KiB', async () => {
    const fate = await fateOf(type, ['endless'])
    expect([fate.sentBy, fate.dead]).toEqual([['main'], []])
  })

  test('that refuses the key leaves the alert to the fallback', async () => {
    const fate = await fateOf(type, [
      { status: 403, body: 'no https://hook.example.com/SECRET-KEY?key=SECRET for you' },
    ])
    expect(fate).toEqual(fellBack('HTTP 403 no https://hook.example.com for you'))
  })

  test('that wants to send it elsewhere leaves the alert to the fallback', async () => {
    const fate = await fateOf(type, [{ status: 307, headers: { location: 'http://127.0.0.1:9/' } }])
    expect(fate).toEqual(fellBack('HTTP 307'))
  })

  test('that stays out of order for 15 minutes leaves the alert to the fallback', async () => {
    const fate = await fateOf(
      type,
      Array.from({ length: 40 }, () => ({ status: 500, body: 'sorry' })),
    )
    // 1, 2, 4 … 32 seconds, then every minute.
    expect(fate).toEqual(fellBack('HTTP 500 sorry', 20, 843_000))
  })
})

describe('behind HTTP 200', () => {
  const passing: [string, string, Reply, number][] = [
    ['wecom', '45009', json({ errcode: 45009, errmsg: 'api freq out of limit' }), 62_000],
    ['wecom', '-1', json({ errcode: -1, errmsg: 'system busy' }), 1_000],
    ['wecom', '40058', json({ errcode: 40058, errmsg: 'markdown.content exceed max length 4096' }), 0],
    ['wecom', 'a page of a proxy', { body: '<html>login</html>' }, 1_000],
    [
      'dingtalk',
      '130101',
      json({ errcode: 130101, errmsg: 'send too fast, exceed 20 times per minute' }),
      600_000,
    ],
    ['dingtalk', '310000 once', json({ errcode: 310000, errmsg: 'sign not match' }), 1_000],
    ['dingtalk', '460101', json({ errcode: 460101, errmsg: 'message too long' }), 0],
    ['dingtalk', '101002', json({ errcode: 101002, errmsg: 'message too long' }), 0],
    ['feishu', '11232', json({ code: 11232, msg: 'frequency limited psm' }), 1_000],
    ['feishu', '9499 of too many', json({ code: 9499, msg: 'too many request' }), 1_000],
    ['feishu', '11232 with HTTP 400', json({ code: 11232, msg: 'frequency limited psm' }, 400), 1_000],
    ['slack', 'a page of a proxy', { body: '<html>login</html>' }, 1_000],
    ['slack', 'invalid_blocks', { status: 400, body: 'invalid_blocks' }, 0],
    ['discord', '50035', json({ code: 50035, message: 'Invalid Form Body' }, 400), 0],
    [
      'teams',
      'HTTP error 429',
      { body: 'Webhook message delivery failed with error: HTTP error 429' },
      1_000,
    ],
    ['pagerduty', 'no success', json({ status: 'unknown' }, 202), 1_000],
    ['alertmanager', 'a page of a proxy', { body: '<html>login</html>' }, 1_000],
    ['webhook', 'HTTP 408', { status: 408 }, 1_000],
    ['webhook', 'HTTP 425', { status: 425 }, 1_000],
  ]
  test.each(passing)('%s says %s and gets it the next time', async (type, _, reply, afterMs) => {
    expect(await fateOf(type, [reply])).toEqual(delivered(afterMs))
  })

  const permanent: [string, string, Reply[], string][] = [
    [
      'wecom',
      '93000',
      [json({ errcode: 93000, errmsg: 'invalid webhook url' })],
      'WeCom 93000 invalid webhook url',
    ],
    [
      'wecom',
      '40008',
      [json({ errcode: 40008, errmsg: 'invalid message type' })],
      'WeCom 40008 invalid message type',
    ],
    [
      'dingtalk',
      '310000 twice',
      [
        json({ errcode: 310000, errmsg: 'keywords not in content' }),
        json({ errcode: 310000, errmsg: 'keywords not in content' }),
      ],
      'DingTalk 310000 keywords not in content',
    ],
    [
      'feishu',
      '9499 of a bad request',
      [json({ code: 9499, msg: 'Bad Request' })],
      'Feishu 9499 Bad Request',
    ],
    ['feishu', '19021', [json({ code: 19021, msg: 'sign match fail' })], 'Feishu 19021 sign match fail'],
    ['feishu', '19022', [json({ code: 19022, msg: 'Ip Not Allowed' })], 'Feishu 19022 Ip Not Allowed'],
    [
      'feishu',
      '19024',
      [json({ code: 19024, msg: 'Key Words Not Found' })],
      'Feishu 19024 Key Words Not Found',
    ],
    ['slack', 'no_service', [{ status: 404, body: 'no_service' }], 'HTTP 404 no_service'],
    [
      'pagerduty',
      'HTTP 400',
      [json({ status: 'invalid event' }, 400)],
      'HTTP 400 {"status":"invalid event"}',
    ],
  ]
  test.each(permanent)('%s says %s, and the fallback tells of it', async (type, _, replies, reason) => {
    const afterMs = (replies.length - 1) * 1_000
    expect(await fateOf(type, replies)).toEqual(fellBack(reason, replies.length, afterMs))
  })

  test('a bot that finds everything too long is asked five times', async () => {
    const tooLong = json({ errcode: 40058, errmsg: 'exceed max length' })
    expect(
      await fateOf(
        'wecom',
        Array.from({ length: 9 }, () => tooLong),
      ),
    ).toEqual(fellBack('WeCom 40058 exceed max length', 5))
  })
})
