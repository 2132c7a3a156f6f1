import { expect, test } from 'vitest'
import { bots, channelOf } from '../../test/bots.ts'
import { attacks, createRandom, hostileText, warningOf } from '../../test/hostile.ts'
import { sampleAlert } from '../../test/sample.ts'
import type { Alert } from '../alert.ts'
import type { Request } from './channel.ts'

/** The sample with other words wherever the log has a say. */
function said(word: (at: number) => string): Alert {
  const sample = sampleAlert()
  return sampleAlert({
    rule: word(0),
    group: { service: word(1), [`field ${word(2)}`]: word(3) },
    observation: {
      type: 'change',
      value: 1,
      limit: 0,
      windowMs: 0,
      field: word(4),
      seen: word(5),
      before: word(6),
    },
    lines: sample.lines.map((line, at) => ({ ...line, service: word(7), text: word(8 + at) })),
    description: '',
    runbook: 'https://wiki.example.com/a_(b)',
  })
}

/** The same as an early warning. */
function warned(word: (at: number) => string): Alert {
  let at = 0
  const warning = warningOf(() => word(at++ % 13), createRandom(1))
  const alert = said(word)
  // More would not fit everywhere, whatever it says.
  return {
    ...alert,
    lines: alert.lines.slice(0, 1),
    observation: { type: 'early', value: 0.9, limit: 0.7, windowMs: 0, warning },
  }
}

/** What a receiver takes for markup: with the log's words in it, it must be what it is without them. */
type Skeleton = (request: Request) => unknown

/** Of Markdown all but what stands in code, where only its end and its lines count. */
function markdownSkeleton(text: string): string {
  // A # begins a heading only where nothing but quotes stands before it.
  const harmless = text.replace(/`[^`\n]*`/g, '`').replace(/^((?:> )?#*)|#/gm, '$1')
  return harmless.replace(/[^`[\]<>*#~|\n]/g, '')
}

const linksOf = (text: string): string[] => [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, url]) => url!)
const markdown = (text: string): unknown => [markdownSkeleton(text), linksOf(text)]
const bodyOf = (request: Request) => JSON.parse('url' in request ? request.body : '{}')

/** The same JSON with its strings left away, but for addresses and kinds. */
function shape(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => shape(one))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, one]) => [name, shape(one, name)])
  return typeof value === 'string' && !['tag', 'href', 'url', 'type', 'user_id'].includes(key) ? '' : value
}

const receivers: Readonly<Record<string, { map: object; skeleton: Skeleton }>> = {
  'wecom text': {
    map: { type: 'wecom', format: 'text' },
    skeleton: (request) => bodyOf(request).text.content.split('\n').length,
  },
  'wecom markdown': {
    map: { type: 'wecom', format: 'markdown' },
    skeleton: (request) => markdown(bodyOf(request).markdown.content),
  },
  'wecom markdown_v2': {
    map: { type: 'wecom', format: 'markdown_v2' },
    skeleton: (request) => markdown(bodyOf(request).markdown_v2.content),
  },
  dingtalk: { map: { type: 'dingtalk' }, skeleton: (request) => markdown(bodyOf(request).markdown.text) },
  discord: {
    map: { type: 'discord' },
    skeleton: (request) => {
      const { embeds, ...rest } = bodyOf(request)
      return [rest, markdown(embeds[0].description), markdownSkeleton(embeds[0].title)]
    },
  },
  slack: {
    map: { type: 'slack' },
    skeleton: (request) => {
      const { text, blocks } = bodyOf(request)
      const [header, section] = blocks.map((block: { text: { text: string } }) => block.text.text)
      return [text, section]
        .map((one) =>
          one.match(/<[^>]*>|`[^`\n]*(?=`)|[*~\n]/g)?.map((found: string) => found.replace(/^`.*/, '`')),
        )
        .concat(header.split('\n').length)
    },
  },
  feishu: { map: { type: 'feishu' }, skeleton: (request) => shape(bodyOf(request).content) },
  teams: { map: { type: 'teams' }, skeleton: (request) => shape(bodyOf(request)) },
  email: {
    map: { type: 'email' },
    skeleton: (request) => {
      if (!('mail' in request)) return undefined
      const { html, text, subject, headers } = request.mail
      const breaks = /[\r\n]/
      return [
        html.match(/<[^>]*>/g),
        text.split('\n').length,
        breaks.test(subject),
        Object.values(headers).some((one) => breaks.test(one)),
      ]
    },
  },
}

/** All strings of some JSON. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

const maps: Readonly<Record<string, { map(url: string): object }>> = {
  ...bots,
  email: { map: () => ({ url: 'smtp://127.0.0.1:9', from: 'a@b.c', to: 'a@b.c' }) },
}

// Joiners hold emoji together and are kept.
const invisible = /(?!\u200c|\u200d|\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

const alerts = { alert: said, warning: warned }
const everywhere = Object.entries(receivers).flatMap(([name, receiver]) =>
  Object.entries(alerts).map(([kind, alertOf]) => [name, kind, receiver, alertOf] as const),
)

test.each(everywhere)(
  'in %s the log (%s) can neither mention, nor break the markup, nor forge a link',
  (_, _kind, { map, skeleton }, alertOf) => {
    const { type } = map as { type: string }
    const channel = channelOf('main', { ...maps[type]!.map('http://127.0.0.1:9'), ...map })
    const render = (word: (at: number) => string): Request => {
      const notice = { alerts: [alertOf(word)] }
      return channel.render(notice, { nowMs: 1.7e12, desk: 'http://desk:4319', shrinks: 0 })[0]!
    }
    const expected = skeleton(render(() => 'x'))
    const random = createRandom(7)
    const check = (word: (at: number) => string): void => {
      const request = render(word)
      expect(skeleton(request)).toEqual(expected)
      const strings =
        'mail' in request
          ? Object.values({ ...request.mail, messageId: '' })
          : textsOf(JSON.parse(request.body))
      expect(
        strings.filter((text) => typeof text === 'string' && (text.includes('@') || invisible.test(text))),
      ).toEqual([])
    }
    for (const attack of attacks) check(() => `${attack} x`)
    for (const attack of attacks) check(() => `x ${attack}`)
    for (const attack of attacks) check(() => `x${attack}${attack}x`)
    for (let at = 0; at < 200; at++) {
      const words = Array.from({ length: 13 }, () => `${hostileText(random, 40).trim()}x`)
      check((word) => words[word]!)
    }
  },
)

test('two emoji, a flag and a family are cut between people, not within them', () => {
  const channel = channelOf('main', { type: 'wecom', ...bots.wecom!.map('http://127.0.0.1:9') })
  const text = '👨‍👩‍👧‍👦'.repeat(1_000)
  const [request] = channel.render(
    { alerts: [sampleAlert({ lines: [{ ...sampleAlert().lines[0]!, text }] })] },
    { nowMs: 0, shrinks: 0 },
  )
  const content: string = bodyOf(request!).markdown_v2.content
  const [, families, left] = /`((?:👨‍👩‍👧‍👦)+)…\(\+(\d+) B\)`/u.exec(content)!
  expect(Buffer.byteLength(families!) + Number(left)).toBe(Buffer.byteLength(text))
  expect(Buffer.byteLength(content)).toBeGreaterThan(4_096 * 0.6)
})
