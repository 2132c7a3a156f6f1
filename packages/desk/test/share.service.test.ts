import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ChainComparison, SharedChain, ShareSummary } from '../api/index.ts'
import { type RunningDesk, startDesk } from './running-desk.ts'
import { lostSpans, type Sample, sendSample } from './sample-traffic.ts'

const webDirectory = new URL('../dist/web', import.meta.url).pathname
const at = 1_764_000_000_000
let desk: RunningDesk

beforeAll(async () => {
  desk = await startDesk({ webDirectory })
})
afterAll(() => desk?.close())

async function share(
  traceId: string,
  redact = false,
  from: RunningDesk = desk,
): Promise<{ html: string; shared: SharedChain; response: Response }> {
  const response = await fetch(`${from.url}/api/chains/${traceId}/export?as=html&redact=${redact}`)
  const html = await response.text()
  const [, json = ''] = /<script type="application\/json" id="chain">(.*?)<\/script>/s.exec(html) ?? []
  return { html, shared: JSON.parse(json) as SharedChain, response }
}

const secrets: Sample = {
  spans: [
    {
      ...{ id: 'a', name: 'POST /pay bob@example.com', service: 'pay', kind: 3, at: 0, ms: 5 },
      error: 'card 4111111111111111 refused',
      attributes: {
        'http.request.method': 'POST',
        'url.full': 'https://pay.example/u/bob@example.com',
        password: 'hunter2',
      },
    },
  ],
  logs: [
    {
      span: 'a',
      service: 'pay',
      at: 1,
      text: 'token=hunter2 for bob@example.com',
      attributes: { token: 'hunter2' },
    },
    // Of it the row has 500 characters, which end within the secret.
    { span: 'a', service: 'pay', at: 2, text: `${'x '.repeat(245)} bob.hunter2@example.com`, severity: 17 },
  ],
}

test('a chain is one file with a policy of its own, said to be an attachment', async () => {
  const traceId = await sendSample(desk.url, lostSpans(), at)
  const { html, shared, response } = await share(traceId)
  expect([
    response.status,
    response.headers.get('content-type'),
    response.headers.get('content-disposition'),
  ]).toEqual([200, 'text/html; charset=utf-8', `attachment; filename="${traceId}.html"`])
  expect(html).toMatch(
    /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'; img-src data:; base-uri 'none'; form-action 'none'">/,
  )
  expect(html.match(/<(?:script|style|link)\b[^>]*>/g)).toEqual([
    '<link rel="icon" href="data:,">',
    '<style>',
    '<script type="application/json" id="chain">',
    '<script>',
  ])
  const summary = JSON.parse(response.headers.get('clew-share')!) as ShareSummary
  const { spans, logs } = shared.data
  expect(shared.summary).toEqual(summary)
  expect(summary).toEqual({
    traceId,
    spans: spans.ref.length,
    lines: logs.ref.length,
    leftOut: { records: 0, details: 0 },
    redacted: null,
  })
  expect([shared.spans.length, shared.logs.length]).toEqual([spans.ref.length, logs.ref.length])
})

test('the same chain gives the same bytes, also from a desk that has more and got it otherwise', async () => {
  const traceId = await sendSample(desk.url, lostSpans(), at)
  const first = await share(traceId)
  const other = await startDesk({ webDirectory })
  try {
    await sendSample(other.url, secrets, at)
    const otlp = await (await fetch(`${desk.url}/api/chains/${traceId}/export?as=otlp`)).text()
    const imported = await fetch(`${other.url}/api/import`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: otlp,
    })
    expect(imported.status).toBe(200)
    expect((await share(traceId)).html).toBe(first.html)
    expect((await share(traceId, false, other)).html).toBe(first.html)
  } finally {
    await other.close()
  }
})

test('secrets are cut out of rows and details, also where a row has only the beginning of one', async () => {
  const traceId = await sendSample(desk.url, secrets, at)
  const { html, shared } = await share(traceId, true)
  expect(['hunter2', 'bob', '4111111111111111'].filter((secret) => html.includes(secret))).toEqual([])
  expect(shared.data.logs.text).toEqual([
    'token=[redacted] for [redacted]',
    `${'x '.repeat(245)} [redacted]`.slice(0, 500),
  ])
  const [, span] = shared.spans[0]!
  expect([
    span.name,
    span.statusMessage,
    span.attributes.password,
    shared.data.spans.facts[0]![1].call,
  ]).toEqual([
    'POST /pay [redacted]',
    'card [redacted] refused',
    '[redacted]',
    'POST pay.example/u/[redacted]',
  ])
  expect(shared.summary.redacted).toBeGreaterThan(5)
  const plain = await share(traceId)
  expect([plain.html.includes('hunter2'), plain.shared.summary.redacted]).toEqual([true, null])
})

test('what has no room is left out, the plain before what failed, and is counted', async () => {
  const wide = 'y'.repeat(60_000)
  const traceId = await sendSample(
    desk.url,
    {
      spans: [{ id: 'a', name: 'GET /', service: 'shop', kind: 2, at: 0, ms: 500 }],
      logs: Array.from({ length: 250 }, (_, line) => ({
        ...{ span: 'a', service: 'shop', at: line, text: `line ${line}`, attributes: { wide } },
        severity: line === 249 ? 17 : 9,
      })),
    },
    at,
  )
  const { html, shared } = await share(traceId)
  const { leftOut, lines } = shared.summary
  expect([lines, leftOut.records, leftOut.details]).toEqual([
    250,
    0,
    251 - shared.logs.length - shared.spans.length,
  ])
  expect(leftOut.details).toBeGreaterThan(100)
  expect(shared.logs.map(([index]) => index)).toContain(249)
  expect(html.length).toBeLessThan(9 * 1024 * 1024)
})

test('where the page was not built, that is said', async () => {
  const bare = await startDesk()
  try {
    const traceId = await sendSample(bare.url, lostSpans(), at)
    const response = await fetch(`${bare.url}/api/chains/${traceId}/export?as=html`)
    expect([response.status, await response.text()]).toEqual([
      404,
      expect.stringContaining('the page was not built, so no chain can be shared'),
    ])
  } finally {
    await bare.close()
  }
})

test('two chains are compared as JSON and as text', async () => {
  const shop = (ms: number): Sample => ({
    spans: [
      { id: 'a', name: 'GET /', service: 'shop', kind: 2, at: 0, ms: 50 },
      { id: 'b', parent: 'a', name: 'charge', service: 'pay', kind: 1, at: 5, ms },
    ],
    logs: ms > 20 ? [{ span: 'b', service: 'pay', at: 9, text: 'retry 1', severity: 13 }] : [],
  })
  const [a, b] = [await sendSample(desk.url, shop(10), at), await sendSample(desk.url, shop(30), at)]
  const json = (await (
    await fetch(`${desk.url}/api/chains/${a}/compare?with=${b}`)
  ).json()) as ChainComparison
  expect(json.counts).toEqual({ same: 1, slower: 1, faster: 0, missing: 0, new: 1 })
  expect(json.rows.map(({ depth, label, verdict, deltaNs }) => ({ depth, label, verdict, deltaNs }))).toEqual(
    [
      { depth: 0, label: 'GET /', verdict: 'same', deltaNs: 0 },
      { depth: 1, label: 'charge', verdict: 'slower', deltaNs: 20e6 },
      { depth: 2, label: 'retry 1', verdict: 'new', deltaNs: 0 },
    ],
  )
  const text = await (await fetch(`${desk.url}/api/chains/${a}/compare?with=${b}&as=text`)).text()
  expect(text).toBe(`A ${a}  50 ms, 2 services, 2 spans, 0 lines
B ${b}  50 ms, 2 services, 2 spans, 1 line
B against A: +0 ms in all; 1 slower, 0 faster, 0 missing, 1 new, 1 same
slower or faster: by 20 % of A and by 1 ms or more

A      B      B against A
50 ms  50 ms                 GET /  [shop]
10 ms  30 ms  slower +20 ms    charge  [pay]
–      ·      new                retry 1  [pay]
`)
})
