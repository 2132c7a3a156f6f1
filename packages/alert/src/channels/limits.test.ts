import { expect, test } from 'vitest'
import { bots, channelOf } from '../../test/bots.ts'
import { createRandom, hostileAlert } from '../../test/hostile.ts'
import type { Notice, Request } from './channel.ts'
import { wecomFormats } from './wecom.ts'

// All of 100,000 with CLEW_MESSAGES=100000; the same seeds give the same messages.
const count = Number(process.env.CLEW_MESSAGES ?? 2_000)

const sizeOf = (text: string): number => Buffer.byteLength(text)

/** What a receiver limits, and how much of it there is. */
type Measured = { what: string; size: number; limit: number }

const measures: Readonly<Record<string, (body: never) => Measured[]>> = {
  wecom: (body: Record<string, { content: string }> & { msgtype: string; template_card?: Card }) => {
    if (body.template_card) return cardSizes(body.template_card)
    const limit = body.msgtype === 'text' ? 2_048 : 4_096
    return [{ what: 'content', size: sizeOf(body[body.msgtype]!.content), limit }]
  },
  slack: ({ blocks }: { blocks: { type: string; text: { text: string } }[] }) =>
    blocks.map(({ type, text }) => ({
      what: type,
      size: text.text.length,
      limit: type === 'header' ? 150 : 3_000,
    })),
  discord: ({ embeds }: { embeds: { title: string; description: string; footer?: { text: string } }[] }) =>
    embeds.flatMap(({ title, description, footer }) => [
      { what: 'title', size: title.length, limit: 256 },
      { what: 'description', size: description.length, limit: 4_096 },
      { what: 'all', size: title.length + description.length + (footer?.text.length ?? 0), limit: 6_000 },
    ]),
  pagerduty: ({ payload, dedup_key: key }: { payload?: { summary: string }; dedup_key: string }) => [
    { what: 'summary', size: payload?.summary.length ?? 0, limit: 1_024 },
    { what: 'dedup_key', size: key.length, limit: 255 },
  ],
}

type Card = {
  source: { desc: string }
  main_title: { title: string; desc: string }
  sub_title_text: string
  horizontal_content_list?: { keyname: string; value: string }[]
  jump_list: { title: string }[]
}

function cardSizes({
  source,
  main_title: main,
  sub_title_text: sub,
  horizontal_content_list: rows = [],
  jump_list: jumps,
}: Card) {
  const measured = (what: string, text: string, limit: number): Measured => ({
    what,
    size: text.length,
    limit,
  })
  return [
    measured('source', source.desc, 13),
    measured('title', main.title, 26),
    measured('desc', main.desc, 30),
    measured('subtitle', sub, 112),
    ...rows.flatMap(({ keyname, value }) => [measured('keyname', keyname, 5), measured('value', value, 26)]),
    ...jumps.map(({ title }) => measured('jump', title, 13)),
    { what: 'rows', size: rows.length, limit: 6 },
    { what: 'jumps', size: jumps.length, limit: 3 },
  ]
}

/** Of the body as it is sent. */
const bodyLimits: Readonly<Record<string, number>> = {
  dingtalk: 20_000,
  feishu: 20_000,
  teams: 28_000,
  pagerduty: 512_000,
  webhook: 262_144,
  alertmanager: 1_000_000,
}

function excess(type: string, request: Request): Measured[] {
  if (!('url' in request)) throw new Error('no request of HTTP')
  const own = measures[type]?.(JSON.parse(request.body) as never) ?? []
  const whole = { what: 'body', size: sizeOf(request.body), limit: bodyLimits[type] ?? Infinity }
  return [...own, whole].filter(({ size, limit }) => size > limit)
}

/** Mostly one alert; sometimes a digest of many. */
function noticeOf(random: () => number): Notice {
  const alerts = random() < 0.8 ? 1 : 2 + Math.floor(random() * 20)
  return { alerts: Array.from({ length: alerts }, () => hostileAlert(random)) }
}

const forms = [
  ...wecomFormats.map((format) => ({ type: 'wecom', format })),
  ...Object.keys(bots)
    .filter((type) => type !== 'wecom')
    .map((type) => ({ type })),
]

test(`no message of ${count} is above the limit of its receiver, whatever the log says`, () => {
  const random = createRandom(20261129)
  const channels = forms.flatMap(({ type, ...format }) =>
    ['en', 'zh'].map((language) =>
      channelOf('main', {
        type,
        language,
        time_zone: 'Asia/Shanghai',
        ...format,
        ...bots[type]!.map('http://127.0.0.1:9'),
      }),
    ),
  )
  for (let at = 0; at < count; at++) {
    const channel = channels[at % channels.length]!
    const notice = noticeOf(random)
    const shrinks = random() < 0.1 ? 2 : 0
    const requests = channel.render(notice, {
      nowMs: 1.7e12,
      desk: 'https://desk.example.com/clew/',
      shrinks,
    })
    for (const request of requests)
      expect(excess(channel.type, request), `message ${at}, ${channel.type}`).toEqual([])
  }
}, 600_000)
