import type { Alert, AlertLine, EarlyWarning } from '../src/alert.ts'
import { alertSeverities, ruleTypes } from '../src/alert.ts'

/** Random numbers that are the same for the same seed. (mulberry32) */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What somebody writes into a log who wants to wake everybody, break out of the message or lead astray. */
export const attacks: readonly string[] = [
  ...[
    '@all',
    '@everyone',
    '@here',
    '@channel',
    '@所有人',
    '<@13800000000>',
    '<@all>',
    '<@U012AB3CD>',
    '<!channel>',
  ],
  ...['<!here|all>', '<!subteam^S1>', '<at user_id="all">所有人</at>', '<at id=all></at>', '<at>Adele</at>'],
  ...['[Runbook](http://evil.example)', '![x](http://evil.example/p.png)', '<http://evil.example|Runbook>'],
  ...[
    '[a]: http://evil.example',
    '[a][b]',
    '<a href="http://evil.example">x</a>',
    '<font color="info">',
    '{{DATE(x)}}',
  ],
  ...[
    '`',
    '``',
    '```',
    '````\ncode\n````',
    '**',
    '__',
    '~~',
    '||spoiler||',
    '# head',
    '> quote',
    '| a | b |\n|---|---|',
  ],
  ...[
    '"',
    "'",
    '\\',
    '\\`',
    '&lt;!channel&gt;',
    '\r\nBcc: all@example.com\r\n\r\nhello',
    '\n\n# [critical] forged',
  ],
  ...[
    '\u202eevil',
    '\u2066x\u2069',
    '\u200b',
    '\ufeff',
    '\u0000',
    '\u001b[31mred\u001b[0m',
    '\u001b]8;;http://evil\u0007x',
  ],
  ...['\ud800', '\udc00', '</script>', '$&', '%0a', '\u2028', '\u0085', '\u007f'],
]

const alphabets: readonly string[] = [
  'payment_failed status=500 order=',
  '支付失败银行超时请求重试数据库连接池耗尽，。：（）',
  'ありがとう한국어العربيةไทย',
  'e\u0301\u0301a\u0308नि',
]
const emoji: readonly string[] = ['😵', '👨‍👩‍👧‍👦', '🇨🇳', '👍🏽', '1️⃣', '🏴‍☠️', '❤️‍🔥']

/** Text of all that, mostly short and sometimes of up to so many characters. */
export function hostileText(random: () => number, most: number): string {
  const pick = <T>(from: ArrayLike<T>): T => from[Math.floor(random() * from.length)]!
  const evil = random() < 0.5 ? 0 : 0.3
  const piece = (): string => {
    if (random() < evil) return pick(attacks)
    return random() < 0.15 ? pick(emoji) : pick(pick(alphabets))
  }
  const text = Array.from({ length: Math.floor(random() * 30) }, piece).join('')
  const length = random() < 0.3 ? Math.floor(random() * most) : Math.min(most, 40)
  return text.repeat(Math.ceil(length / Math.max(1, text.length))).slice(0, length)
}

const kinds = ['more', 'fewer', 'silent', 'new', 'higher', 'lower', 'mix'] as const
const series = ['template', 'level', 'span', 'queue', 'service'] as const

/** A warning whose every text is what `text` gives. */
export function warningOf(text: () => string, random: () => number): EarlyWarning {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  return {
    ...{ id: 'a1b2c3d4e5f60718', sinceUnixMs: random() * 2e12, found: 9, sure: random() },
    services: [text(), text(), text(), text()],
    changes: Array.from({ length: 3 }, () => ({
      ...{ kind: pick(kinds), of: pick(series), service: text(), id: text(), name: text(), field: text() },
      ...{ sinceUnixMs: random() * 2e12, now: random() * 1e6, usual: random() * 1e3, sigmas: 9 },
    })),
    precedent: { times: 3, failures: pick([0, 2]), failure: text(), minutesLater: 7 },
  }
}

/** An alert whose every text is hostile, and sometimes longer than anything that fits. */
export function hostileAlert(random: () => number): Alert {
  const text = (most: number): string => hostileText(random, most)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  const lineOf = (): AlertLine => ({
    unixMs: Math.floor(random() * 2e12),
    severityNumber: Math.floor(random() * 26),
    service: text(200),
    text: text(4_096),
    traceId:
      random() < 0.8 ? Array.from({ length: 32 }, () => pick([...'0123456789abcdef'])).join('') : text(100),
    spanId: '',
  })
  const atUnixMs = Math.floor(random() * 2e12)
  const type = pick(ruleTypes)
  return {
    id: random() < 0.9 ? 'a1b2c3d4e5f60718' : text(300),
    rule: text(1_000),
    severity: pick(alertSeverities),
    state: random() < 0.8 ? 'firing' : 'resolved',
    atUnixMs,
    sinceUnixMs: atUnixMs - Math.floor(random() * 1e8),
    times: 1 + Math.floor(random() * 3),
    group: Object.fromEntries(
      Array.from({ length: Math.floor(random() * 4) }, () => [text(200), text(2_000)]),
    ),
    observation: {
      ...{ type, value: random() * 1e4, limit: 3, windowMs: 300_000, field: text(500) },
      ...{ seen: text(4_096), before: text(2_000), metric: 'p95' },
      ...(type === 'early' && { warning: warningOf(() => text(1_000), random) }),
    },
    lines: Array.from({ length: Math.floor(random() * 8) }, lineOf),
    description: text(5_000),
    runbook: pick(['', 'https://wiki.example.com/a_(b)?c=<d>&e="f"', 'javascript:alert(1)', text(200)]),
    notify: ['main'],
  }
}
