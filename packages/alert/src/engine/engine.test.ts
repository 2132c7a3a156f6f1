import { expect, test } from 'vitest'
import type { Alert } from '../alert.ts'
import { readRules } from '../rules/read-rules.ts'
import { readYaml } from '../rules/yaml.ts'
import type { CellState } from './cell.ts'
import { createEngine, type Hits } from './engine.ts'
import type { AlertRecord } from './record.ts'

const startMs = Date.UTC(2026, 10, 29, 10)
const second = 1000

type Given = Partial<Omit<AlertRecord, 'unixMs'>>

/** One process, one partition: records in the order in which they come, and the time that passes between them. */
function run(yaml: string) {
  const { root, placeOf } = readYaml(yaml, 'alerts.yaml')
  const { rules, mistakes } = readRules(root, placeOf, ['chat'])
  expect(mistakes).toEqual([])
  const engine = createEngine(rules)
  const cells = new Map<string, CellState | undefined>(engine.standing().map((cell) => [cell, undefined]))
  const said: string[] = []
  const reasons: string[] = []
  const alerts: Alert[] = []
  let lowMs = startMs
  const take = (cell: string, { state, alerts: fresh, decisions }: ReturnType<typeof engine.advance>) => {
    // As a store keeps it.
    if (state) cells.set(cell, JSON.parse(JSON.stringify(state)))
    else cells.delete(cell)
    alerts.push(...fresh)
    said.push(...fresh.map(sentence))
    reasons.push(...decisions.map(({ reason }) => reason))
  }
  const pass = (untilS: number) => {
    lowMs = startMs + untilS * second
    for (const [cell, state] of cells) take(cell, engine.advance(cell, state, lowMs))
  }
  const log = (atS: number, given: Given = {}) => {
    const unixMs = startMs + atS * second
    const hits: Hits = new Map()
    if (unixMs > lowMs) lowMs = unixMs
    engine.match(recordAt(unixMs, given), hits, lowMs)
    for (const [cell, list] of hits) take(cell, engine.step(cell, cells.get(cell), list, lowMs))
  }
  return { log, pass, said, reasons, alerts, cells }
}

function recordAt(unixMs: number, given: Given): AlertRecord {
  const none = { severityNumber: 17, service: 'api', eventName: '', traceId: '', spanId: '', body: 'line' }
  return { ...none, attributes: {}, resource: {}, weight: 1, folded: undefined, ...given, unixMs }
}

function sentence({ state, times, atUnixMs, group, observation }: Alert): string {
  const of = Object.values(group).join()
  const { value, seen, before } = observation
  const at = (atUnixMs - startMs) / second
  const what = [value, before && `before ${before}`, seen && `"${seen}"`].filter(
    (word) => word !== undefined && word !== '',
  )
  return `${at}s ${state}${times > 1 ? ` ${times}` : ''}${of && ` ${of}`} ${what.join(' ')}`
}

const seedRule = `- id: payment-failed-500
  type: frequency
  where: 'payment_failed status:500'
  threshold: 3
  window: 5m
  late: 0
  severity: critical
  notify: chat`
const failed = (n: number): Given => ({
  body: `payment_failed order=${n}`,
  attributes: { status: 500 },
  traceId: String(n).padStart(32, 'a'),
})

test('the third failure within five minutes is an alert with the last lines, the fourth is silent, and it resolves when the window is over', () => {
  const { log, pass, said, reasons, alerts } = run(seedRule)
  log(0, failed(1))
  log(1, { body: 'payment_failed order=9', attributes: { status: 400 } })
  log(60, failed(2))
  log(200, failed(3))
  log(220, failed(4))
  pass(359)
  expect(said).toEqual(['200s firing 3'])
  // Two of the four are left in the five minutes.
  pass(360)
  expect(said).toEqual(['200s firing 3', '360s resolved 3'])
  expect(reasons).toEqual(['below', 'below', 'fired', 'cooling', 'resolved'])
  expect(alerts[0]!.lines.map(({ text, traceId }) => [text, traceId.at(-1)])).toEqual([
    ['payment_failed order=1 status=500', '1'],
    ['payment_failed order=2 status=500', '2'],
    ['payment_failed order=3 status=500', '3'],
  ])
})

/** Unless it says otherwise, what is over is known at once. */
const rule = (rest: string) =>
  `- id: r\n${(rest.includes('late:') ? rest : `${rest}\nlate: 0`).replace(/^/gm, '  ')}`
const of = (attributes: AlertRecord['attributes']): Given => ({ attributes })

test('a record that comes late completes the window that ends with a later one, and one that is too late does not count', () => {
  const { log, said, reasons } = run(rule('type: frequency\nthreshold: 3\nwindow: 1m\nlate: 30s'))
  log(110)
  log(160)
  log(131)
  log(129)
  expect(said).toEqual(['160s firing 3'])
  expect(reasons).toEqual(['below', 'below', 'fired', 'late'])
})

test('the order in which records of one window come does not change that there is one alert', () => {
  const moments = [0, 10, 20, 30]
  const orders = moments.flatMap((_, shift) => [
    [...moments.slice(shift), ...moments.slice(0, shift)],
    [...moments.slice(shift), ...moments.slice(0, shift)].toReversed(),
  ])
  for (const order of orders) {
    const { log, said } = run(rule('type: frequency\nthreshold: 3\nwindow: 1m\nlate: 1m'))
    for (const at of order) log(at)
    expect(said, String(order)).toHaveLength(1)
  }
})

test('groups are counted apart, and a field that is missing is a group of its own', () => {
  const { log, said, cells } = run(
    rule('type: frequency\nthreshold: 2\nwindow: 1m\ngroup_by: [service, user]'),
  )
  log(0, { service: 'a', attributes: { user: 1 } })
  log(1, { service: 'b', attributes: { user: 1 } })
  log(2, { service: 'a' })
  log(3, { service: 'a', attributes: { user: '1' } })
  log(4, { service: 'a' })
  expect(said).toEqual(['3s firing a,1 2', '4s firing a, 2'])
  expect([...cells.keys()]).toEqual(['r ["a","1"]', 'r ["b","1"]', 'r ["a",""]'])
})

test('reminders come after the pause, which doubles up to its limit, and all have the id of the first', () => {
  const { log, said, alerts } = run(
    rule('type: frequency\nthreshold: 1\nwindow: 10m\nrealert: { base: 1m, exponential: 3m }'),
  )
  for (let at = 0; at <= 480; at += 10) log(at)
  expect(said).toEqual(['0s firing 1', '60s firing 2 7', '180s firing 3 19', '360s firing 4 37'])
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(1)
})

test('an alert that comes again after it was over is another one', () => {
  const { log, pass, said, alerts } = run(
    rule('type: frequency\nthreshold: 1\nwindow: 1m\nresolve_after: 30s'),
  )
  log(0)
  pass(89)
  expect(said).toEqual(['0s firing 1'])
  pass(90)
  log(95)
  expect(said).toEqual(['0s firing 1', '90s resolved 1', '95s firing 1'])
  expect(alerts[0]!.id).not.toBe(alerts[2]!.id)
})

test('hysteresis: it goes on until there are fewer than resolve_below', () => {
  const { log, pass, said } = run(rule('type: frequency\nthreshold: 3\nwindow: 1m\nresolve_below: 1'))
  for (const at of [0, 1, 2, 50]) log(at)
  pass(109)
  expect(said).toEqual(['2s firing 3'])
  pass(110)
  expect(said).toEqual(['2s firing 3', '110s resolved 3'])
})

test('a sampled record counts with its weight', () => {
  const { log, said } = run(rule('type: frequency\nthreshold: 100\nwindow: 1m'))
  log(0, { weight: 60 })
  log(1, { weight: 0 })
  log(2, { weight: 60 })
  expect(said).toEqual(['2s firing 120'])
})

test('any record is an alert, and nobody says that it is over', () => {
  const { log, pass, said } = run(rule('type: any\nrealert: 1m'))
  log(0)
  log(30)
  log(70)
  pass(1000)
  log(1001)
  expect(said).toEqual(['0s firing 1', '70s firing 2 2', '1001s firing 1'])
})

test('a block list and an allow list look at the value of a field', () => {
  const blocked = run(rule('type: block-list\nfield: ip\nvalues: [10.0.0.1]\nrealert: 0'))
  const allowed = run(rule('type: allow-list\nfield: ip\nvalues: [10.0.0.1]\nrealert: 0'))
  for (const { log } of [blocked, allowed]) {
    log(0, of({ ip: '10.0.0.1' }))
    log(1, of({ ip: '10.0.0.2' }))
    log(2)
  }
  expect([blocked.said, allowed.said]).toEqual([['0s firing 1 "10.0.0.1"'], ['1s firing 1 "10.0.0.2"']])
})

test('a change of a field within the window is an alert with the value before', () => {
  const { log, said, reasons } = run(
    rule('type: change\nfield: version\nwindow: 1h\nrealert: 0\ngroup_by: service\nlate: 1m'),
  )
  log(0, of({ version: 1 }))
  log(10, of({ version: 1 }))
  log(20, of({ version: 2 }))
  log(15, of({ version: 1 }))
  log(30)
  log(40, of({ version: 2 }))
  log(4000, of({ version: 3 }))
  expect(said).toEqual(['20s firing api 1 before 1 "2"'])
  expect(reasons).toEqual(['below', 'below', 'fired', 'below', 'no field', 'below', 'below'])
})

test('a spike is many times the window before; it learns for two windows, and ends when it is no more', () => {
  const { log, pass, said, reasons } = run(rule('type: spike\nwindow: 1m\nheight: 3\nat_least: 10'))
  for (let at = 0; at < 180; at += 10) log(at)
  expect(said).toEqual([])
  expect(reasons.filter((reason) => reason === 'learning')).toHaveLength(12)
  for (let at = 180; at < 210; at++) log(at)
  pass(400)
  expect(said).toEqual(['193s firing 18 before 6', '243s resolved 18 before 6'])
})

test('a drop is seen although nothing comes', () => {
  const { log, pass, said } = run(rule('type: spike\nwindow: 1m\nheight: 4\ndirection: down\nat_least: 10'))
  for (let at = 0; at < 240; at += 2) log(at)
  pass(400)
  expect(said).toEqual(['284s firing 7 before 30', '340s resolved 7 before 30'])
})

test('silence is an alert from the start, for a group once it was heard, and ends with enough records', () => {
  const { log, pass, said } = run(rule('type: flatline\nwindow: 1m\nthreshold: 2'))
  pass(0)
  pass(59)
  expect(said).toEqual([])
  pass(61)
  log(70)
  pass(75)
  log(76)
  pass(80)
  expect(said).toEqual(['60s firing 0', '77s resolved 0'])
  const grouped = run(rule('type: flatline\nwindow: 1m\ngroup_by: service'))
  grouped.pass(500)
  grouped.log(500)
  grouped.pass(600)
  expect(grouped.said).toEqual(['560s firing api 0'])
})

test('a term that was never seen is an alert once it has learnt', () => {
  const { log, said, reasons } = run(
    rule('type: new-term\nfield: [user, country]\nwindow: 1d\nlearn: 1m\nrealert: 0'),
  )
  log(0, of({ user: 'anna', country: 'at' }))
  log(10, of({ user: 'anna', country: 'de' }))
  log(90, of({ user: 'anna', country: 'at' }))
  log(100, of({ user: 'anna', country: 'fr' }))
  log(110, of({ user: 'anna', country: 'fr' }))
  log(120, of({ user: 'bob' }))
  expect(said).toEqual(['100s firing 2 "anna · fr"'])
  expect(reasons).toEqual(['learning', 'learning', 'below', 'fired', 'below', 'no field'])
})

test('a line that is like none before is an alert once it has learnt', () => {
  const { log, said } = run(rule('type: new-template\nlearn: 1m\nrealert: 0'))
  log(0, { body: 'user 12 logged in' })
  log(70, { body: 'user 13 logged in' })
  log(80, { body: 'pool exhausted after 30 ms' })
  log(90, { body: 'pool exhausted after 41 ms' })
  expect(said).toEqual(['80s firing 1 "pool exhausted after <*>"'])
})

test('too many distinct values are an alert at once, too few when a window has passed', () => {
  const many = run(rule('type: cardinality\nfield: ip\nwindow: 1m\nabove: 3'))
  for (const [at, ip] of [
    [0, 'a'],
    [1, 'b'],
    [2, 'a'],
    [3, 'c'],
    [64, 'c'],
  ] as const)
    many.log(at, of({ ip }))
  many.pass(200)
  expect(many.said).toEqual(['3s firing 3', '61s resolved 3'])
  const few = run(rule('type: cardinality\nfield: host\nwindow: 1m\nbelow: 1'))
  for (let at = 0; at < 120; at += 5) few.log(at, of({ host: at < 60 ? `h${at % 2}` : 'h0' }))
  few.pass(130)
  expect(few.said).toEqual(['115s firing 1'])
})

test('a share of records is an alert when there are enough of them, with the lines of those', () => {
  const { log, pass, said, alerts } = run(
    rule('type: ratio\nof: level>=error\nwindow: 1m\nabove: 0.5\nat_least: 4'),
  )
  log(0, { severityNumber: 17, body: 'bad' })
  log(1, { severityNumber: 9 })
  log(2, { severityNumber: 9 })
  log(3, { severityNumber: 17, body: 'worse' })
  pass(100)
  expect(said).toEqual(['3s firing 0.5 before 4', '60s resolved 0.5 before 4'])
  expect(alerts[0]!.lines.map(({ text }) => text)).toEqual(['bad', 'worse'])
})

test('a number made of a field is an alert above its limit', () => {
  const { log, pass, said, reasons } = run(
    rule('type: aggregate\nfield: ms\nmetric: p95\nwindow: 1m\nabove: 500\nat_least: 3'),
  )
  for (const [at, ms] of [
    [0, 900],
    [1, 20],
    [2, 30],
    [3, 40],
  ] as const)
    log(at, of({ ms }))
  log(4, of({ ms: 'slow' }))
  pass(100)
  expect(said).toEqual(['2s firing 900 before 3', '60s resolved 900 before 3'])
  expect(reasons).toEqual(['below', 'below', 'fired', 'cooling', 'no field', 'resolved'])
})

test('that nothing came while nobody watched is no news', () => {
  const { root, placeOf } = readYaml(rule('type: flatline\nwindow: 1m\ngroup_by: service'), 'alerts.yaml')
  const { rules } = readRules(root, placeOf, [])
  const hits: Hits = new Map()
  const first = createEngine(rules)
  first.match(recordAt(startMs, {}), hits, startMs)
  const [[cell, list] = []] = hits
  const { state } = first.step(cell!, undefined, list!, startMs)
  const hourMs = startMs + 3_600_000
  const alertsOf = (watchedFromMs?: number) =>
    createEngine(rules, watchedFromMs)
      .advance(cell!, structuredClone(state), hourMs + 30_000)
      .alerts.map(sentence)
  expect(alertsOf()).toEqual(['60s firing api 0', '3060s firing 6 api 0'])
  expect(alertsOf(hourMs)).toEqual([])
  const later = createEngine(rules, hourMs).advance(cell!, structuredClone(state), hourMs + 61_000)
  expect(later.alerts.map(sentence)).toEqual(['3660s firing api 0'])
})
