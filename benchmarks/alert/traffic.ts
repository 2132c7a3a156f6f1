/** Lines of JSON, and what the seed's rule comes to with them: three failed payments of a service within five minutes. */
export type Traffic = { lines: string[]; alerts: number; services: number }

const beginMs = Date.parse('2026-11-23T00:00:00Z')
const services = 20
const everyMs = 100
const minute = 60_000
/** How many failures of a window come before a restart, and how many after it. */
const splits = [
  [1, 2],
  [2, 1],
  [2, 2],
] as const

/**
 * Twenty services that log ten lines a second together. Each has three to five failures within four minutes, then two that stay
 * alone, then quiet again, every 20 minutes: one line in a hundred. Others look like them and are none.
 */
export function ordinaryTraffic(records: number): Traffic {
  const random = createRandom(1)
  const failing = new Map<number, string>()
  const fail = (service: string, atMs: number): boolean => {
    let index = Math.round(atMs / everyMs)
    while (failing.has(index)) index++
    if (index >= records) return false
    failing.set(index, service)
    return true
  }
  let alerts = 0
  for (let at = 0; at < records * everyMs; at += 20 * minute) {
    for (let number = 0; number < services; number++) {
      const service = `service-${number}`
      const count = 3 + Math.floor(random() * 3)
      const times = Array.from({ length: count }, () => at + random() * 4 * minute).toSorted((a, b) => a - b)
      const came = times.filter((ms) => fail(service, ms)).length
      if (came >= 3) alerts++
      fail(service, at + (11 + random()) * minute)
      fail(service, at + (13 + random()) * minute)
    }
  }
  const lines = Array.from({ length: records }, (_, index) => {
    const service = failing.get(index)
    return service === undefined
      ? quietLine(index, `service-${index % services}`)
      : failedLine(beginMs + index * everyMs, service)
  })
  return { lines, alerts, services }
}

/** Nothing but failures, as while a bank is away. */
export function failingTraffic(records: number): Traffic {
  const lines = Array.from({ length: records }, (_, index) =>
    failedLine(beginMs + index * everyMs, `service-${index % services}`),
  )
  return { lines, alerts: services, services }
}

/**
 * Windows of three or four failures, each of a service of its own, that a restart divides: no part of them is an alert, each
 * window is.
 */
export function splitWindows(windows: number): { before: string[]; after: string[] } {
  const random = createRandom(2)
  const before: [ms: number, service: string][] = []
  const after: typeof before = []
  for (let number = 0; number < windows; number++) {
    const service = `service-${number}`
    const [early, late] = splits[Math.floor(random() * splits.length)]!
    for (let i = 0; i < early; i++) before.push([beginMs - 1 - random() * 2 * minute, service])
    for (let i = 0; i < late; i++) after.push([beginMs + random() * 2 * minute, service])
  }
  const written = (failures: typeof before): string[] =>
    failures.toSorted(([a], [b]) => a - b).map(([ms, service]) => failedLine(Math.floor(ms), service))
  return { before: written(before), after: written(after) }
}

function failedLine(ms: number, service: string): string {
  const message = `payment_failed for order ${ms % 1_000_000}`
  return lineOf(ms, { level: 'error', service, message, status: 500, reason: 'declined' })
}

function quietLine(index: number, service: string): string {
  const ms = beginMs + index * everyMs
  if (index % 50 === 1) {
    const message = `payment_failed for order ${ms % 1_000_000}`
    return lineOf(ms, { level: 'warn', service, message, status: 402, reason: 'declined' })
  }
  const status = index % 50 === 2 ? 500 : 200
  return lineOf(ms, { level: 'info', service, message: `order ${index} was packed`, status, reason: 'none' })
}

function lineOf(ms: number, fields: object): string {
  const hex = ms.toString(16).padStart(16, '0')
  const ids = { trace_id: hex + hex, span_id: hex, host: 'host-1', env: 'prod' }
  return JSON.stringify({ '@timestamp': new Date(ms).toISOString(), ...fields, ...ids })
}

/** The same numbers from 0 to 1 in each run. https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
