import { readFileSync } from 'node:fs'
import { formatMistake } from '@clew/settings'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { channelTypes } from './channel.ts'
import { kinds } from './kinds.ts'
import { channelSchema, readChannels } from './read-channel.ts'

function read(yaml: string, env: Record<string, string> = {}) {
  const { channels, mistakes } = readChannels(parse(yaml), (path) => `alerts.yaml: ${path.join('.')}`, env)
  return { channels, lines: mistakes.map(formatMistake) }
}

const good = `
wecom-pay:
  type: wecom
  url: \${WECOM_URL}
  format: markdown_v2
  mention: [13800000000, "@all"]
  language: zh
  time_zone: Asia/Shanghai
  budget: { per_minute: 18, per_month: 50000, reserve: 5 }
  fallback: email-ops
email-ops:
  type: email
  url: smtp://clew:\${SMTP_PASSWORD}@mail.example.com:587
  from: Clew <clew@example.com>
  to: ops@example.com
`
const env = { WECOM_URL: 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=K', SMTP_PASSWORD: 'p' }

test('channels are read with their secrets from the environment, their budget and their fallback', () => {
  const { channels, lines } = read(good, env)
  expect(lines).toEqual([])
  expect(
    [...channels.values()].map(({ name, type, limits, fallback }) => ({ name, type, limits, fallback })),
  ).toEqual([
    {
      name: 'wecom-pay',
      type: 'wecom',
      limits: { perMinute: 18, perMonth: 50_000, reserve: 5, timeZone: 'Asia/Shanghai' },
      fallback: 'email-ops',
    },
    {
      name: 'email-ops',
      type: 'email',
      limits: { perMinute: Infinity, perMonth: Infinity, reserve: 0, timeZone: 'UTC' },
      fallback: undefined,
    },
  ])
  expect(JSON.stringify([...channels])).not.toMatch(/key=K|clew:p/)
})

test('two channels with the same address are one bot, and no other', () => {
  const { channels } = read(
    `{ a: { type: slack, url: "https://h/1" }, b: { type: slack, url: "https://h/1", language: zh }, c: { type: slack, url: "https://h/2" } }`,
  )
  const [a, b, c] = [...channels.values()].map(({ bot }) => bot)
  expect([a === b, a === c, a]).toEqual([true, false, expect.stringMatching(/^[\da-f]{16}$/)])
})

test('all that is wrong is said at once, with place and remedy, and no secret', () => {
  const { channels, lines } = read(`
wecom-pay: { type: wecom, url: "https://qyapi.weixin.qq.com/send?ky=SECRET", formt: text, language: fr, budget: { per_minute: 5, reserve: 5, per_hour: 1 } }
wecom-all: { type: wecom, url: "\${NOWHERE}", budget: { per_minute: 20, reserve: 20 }, fallback: wecom-al }
slack-ops: https://hooks.slack.com/services/T/B/SECRET
ding: { type: dingtak }
feishu: { type: feishu, url: "feishu SECRET", secret: [SECRET], time_zone: Mars/Olympus }
duty: { type: pagerduty }
mail: { type: email, url: "http://SECRET", from: a@b, to: [ops], fallback: mail }
`)
  expect([...channels.keys()]).toEqual([])
  expect(lines).toMatchInlineSnapshot(`
    [
      "alerts.yaml: channels.wecom-pay.formt: nobody knows this field; did you mean format?",
      "alerts.yaml: channels.wecom-pay.language: "fr" is unknown; write en or zh",
      "alerts.yaml: channels.wecom-pay.url: its address has no key; copy all of it, with ?key=…",
      "alerts.yaml: channels.wecom-pay.budget.per_hour: nobody knows this field; write one of per_minute, per_month, reserve",
      "alerts.yaml: channels.wecom-all.url: the environment has no NOWHERE; set it, or write the value itself",
      "alerts.yaml: channels.wecom-all.budget.reserve: 20 of 20 leaves nothing for other alerts; write less than per_minute",
      "alerts.yaml: channels.wecom-all.fallback: there is no channel "wecom-al"; did you mean wecom-pay?",
      "alerts.yaml: channels.slack-ops: it is no map; write "type:" and its options below it",
      "alerts.yaml: channels.ding.type: nobody knows the type "dingtak"; did you mean dingtalk?",
      "alerts.yaml: channels.feishu.time_zone: a text of 12 characters is no time zone; write one as "Asia/Shanghai" or "UTC"",
      "alerts.yaml: channels.feishu.url: it is no address of HTTP; write https://…, or \${NAME} of a variable that has it",
      "alerts.yaml: channels.feishu.secret: it is no text; write it in quotes, or \${NAME} of a variable that has it",
      "alerts.yaml: channels.duty: it has no routing_key; write routing_key: The integration key of the service, for the Events API v2.",
      "alerts.yaml: channels.mail.url: it is no address of a mail server; write smtp://user:password@host:587, or \${NAME} of a variable that has it",
      "alerts.yaml: channels.mail.to: "ops" is no mail address; write name@example.com",
      "alerts.yaml: channels.mail.fallback: it is its own fallback; write the name of another channel",
    ]
  `)
  expect(lines.join()).not.toContain('SECRET')
})

const secret = 'S3cr3t-aB9xKq'

const misplaced = channelTypes.flatMap((type) =>
  [...Object.keys(kinds[type].fields), 'type', 'language', 'time_zone', 'budget', 'fallback'].flatMap(
    (field) =>
      [secret, `me:${secret}@host`, [secret], { [secret]: secret }, { per_minute: secret }].map((value) => ({
        type,
        field,
        value,
      })),
  ),
)

test.each(misplaced)('a secret in $field of $type is not shown: $value', ({ type, field, value }) => {
  const given = { name: { type, [field]: value } }
  const { mistakes } = readChannels(given, (path) => path.join('.'), {})
  expect(mistakes.map(({ found, remedy }) => `${found} ${remedy}`).join()).not.toContain(secret)
})

test('the schema has a form for each type, with what must be given', () => {
  const { oneOf } = channelSchema() as { oneOf: { properties: { type: object }; required: string[] }[] }
  expect(oneOf.map(({ properties, required }) => [properties.type, required.join(' ')])).toEqual(
    channelTypes.map((type) => {
      const needs = { pagerduty: 'type routing_key', email: 'type url from to' } as Record<string, string>
      return [{ const: type }, needs[type] ?? 'type url']
    }),
  )
})

test('the reference has a section for each type with its options, and those of all', () => {
  const reference = readFileSync(
    new URL('../../../../docs/reference/alert-channels.md', import.meta.url),
    'utf8',
  )
  const optionsOf = (section: string): string[] =>
    [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name!).toSorted()
  const [, common, ...sections] = reference
    .split(/^## /m)
    .filter((part) => optionsOf(part).length > 0 || !part.includes('|'))
  expect(common).toContain('Options of all channels')
  const written = Object.fromEntries(sections.map((section) => [section.split('\n')[0], optionsOf(section)]))
  const forms = (channelSchema() as { oneOf: { properties: Record<string, { const?: string }> }[] }).oneOf
  const all = optionsOf(common!)
  for (const { properties } of forms) {
    const own = Object.keys(properties).filter((name) => !all.includes(name))
    expect([properties.type!.const, written[properties.type!.const!]]).toEqual([
      properties.type!.const,
      own.toSorted(),
    ])
  }
})
