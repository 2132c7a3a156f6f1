import { expect, test } from 'vitest'
import { bots, channelOf } from '../../test/bots.ts'
import { sampleAlert, sampleWarning } from '../../test/sample.ts'
import { ruleTypes } from '../alert.ts'
import type { Notice, Request } from './channel.ts'
import { languages, words } from './words.ts'

const forms: readonly (readonly [string, object])[] = [
  ['wecom', { format: 'markdown_v2', mention: ['13800000000', 'lisi'] }],
  ['wecom', { format: 'markdown', mention: ['lisi'] }],
  ['wecom', { format: 'text', mention: ['@all'] }],
  ['wecom', { format: 'template_card' }],
  ['dingtalk', { mention: ['13800000000'] }],
  ['feishu', { mention: ['ou_84aad35d'] }],
  ['slack', { mention: ['here', 'U012AB3CD', 'S0123'] }],
  ['discord', { mention: ['everyone', '80351110224678912'] }],
  ['teams', {}],
  ['pagerduty', {}],
  ['alertmanager', {}],
  ['webhook', {}],
  ['email', { url: 'smtp://127.0.0.1:9', from: 'clew@example.com', to: 'ops@example.com' }],
]

const resolved = sampleAlert({ state: 'resolved', atUnixMs: sampleAlert().atUnixMs + 754_000, lines: [] })
const other = sampleAlert({
  ...{
    id: '0000000000000002',
    rule: 'stock-slow',
    severity: 'warning',
    group: { service: 'stock', queue: 'reserve' },
  },
  observation: {
    type: 'aggregate',
    value: 2_310.5,
    limit: 2_000,
    windowMs: 600_000,
    field: 'duration',
    metric: 'p95',
  },
})
const notices: readonly (readonly [string, Notice])[] = [
  ['an alert', { alerts: [sampleAlert()] }],
  ['its end', { alerts: [resolved] }],
  ['a digest', { alerts: [other, sampleAlert({ times: 2 }), resolved] }],
  ['an early warning', { alerts: [sampleWarning()] }],
  [
    'a failing channel',
    {
      alerts: [sampleAlert({ rule: 'channel x', lines: [], group: {} })],
      trouble: 'channel x fails: HTTP 403',
    },
  ],
]

const seen = {
  ...{
    value: 0.42,
    limit: 0.05,
    windowMs: 300_000,
    field: 'country',
    seen: 'atlantis',
    before: '412',
    metric: 'p95',
  },
}

const jsonTypes = new Set(['feishu', 'teams', 'pagerduty', 'alertmanager', 'webhook'])

/** The texts of a request as somebody reads them, else its JSON. */
function readable(request: Request): string {
  if ('mail' in request) {
    const { subject, text, html, ...rest } = request.mail
    return [subject, JSON.stringify(rest), text, html].join('\n')
  }
  const { body } = request
  const { markdown_v2: v2, markdown, text, blocks, ...rest } = JSON.parse(body)
  const sections = blocks?.map((block: { text: { text: string } }) => block.text.text).join('\n----\n')
  const words = v2?.content ?? markdown?.content ?? markdown?.text ?? text?.content ?? sections
  const mention = text?.content === undefined ? '' : JSON.stringify({ ...text, content: undefined })
  return words === undefined
    ? JSON.stringify(JSON.parse(body), undefined, 1)
    : [words, mention, JSON.stringify(rest)].join('\n')
}

test.each(languages)('messages in %s read well on every channel', async (language) => {
  const written = forms.flatMap(([type, options]) => {
    const map = bots[type]?.map('http://127.0.0.1:9') ?? {}
    const channel = channelOf('main', { type, language, time_zone: 'Asia/Shanghai', ...map, ...options })
    // What is put together of pieces has no markup of its own for digests.
    const told = jsonTypes.has(type) ? notices.slice(0, 2) : notices
    return told.flatMap(([title, notice]) => {
      const context = { nowMs: 1_700_000_000_000, desk: 'http://desk:4319', shrinks: 0 }
      const requests = channel.render(notice, context).map(readable)
      return [`==== ${type} ${'format' in options ? options.format : ''}: ${title}`, ...requests]
    })
  })
  const sentences = ruleTypes.map((type) => `${type}: ${words[language].observed[type]({ ...seen, type })}`)
  written.push('==== what each type of rule observes', sentences.join('\n'))
  await expect(`${written.join('\n\n')}\n`).toMatchFileSnapshot(`../../test/golden/${language}.txt`)
})
