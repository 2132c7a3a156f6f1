import type { ResourceLogs } from '@clew/otlp'
import { createRandom } from '../../alert/test/hostile.ts'

/** A record as all ways get it. */
export type ShopRecord = {
  timeUnixMs: number
  severityNumber: number
  severityText: string
  body: string
  attributes: { [key: string]: string | number }
}

const shops = 8
const epochs = 9
const epochMs = 30_000
const calmUsers = 6

/**
 * Four and a half minutes of some shops, in epochs of half a minute: failures come in the first five seconds, a heart stops
 * in the middle, and the end is calm. So what two partitions tell does not depend on which of them is read first, if an epoch
 * comes after the one before. Of each shop in order; shops are some tenths of a second apart.
 */
export function shopTraffic(count: number, startMs: number): ShopRecord[][] {
  const random = createRandom(1)
  const each = Math.ceil(count / shops / epochs)
  return Array.from({ length: epochs }, (_, epoch) => {
    const fromMs = startMs + epoch * epochMs
    const records = Array.from({ length: shops }, (_, shop) => {
      const delayMs = shop * 50
      return shopEpoch(random, shop, epoch, each).map((record) => ({
        at: record.timeUnixMs + delayMs,
        record: { ...record, timeUnixMs: fromMs + record.timeUnixMs },
      }))
    })
    return records
      .flat()
      .toSorted((one, other) => one.at - other.at)
      .map(({ record }) => record)
  })
}

/** Times are those since the epoch began, in order. */
function shopEpoch(random: () => number, shop: number, epoch: number, count: number): ShopRecord[] {
  const below = (most: number): number => Math.floor(random() * most)
  const isFailing = epoch > 1 && random() < 0.4
  const isSilent = random() < 0.2
  // A word that is told again after a silence in the middle would depend on which partition is ahead.
  const hasBadVersion = !isSilent && random() < 0.2
  const version = hasBadVersion ? `x${epoch}` : `v${below(3)}`
  const beats = Array.from({ length: 30 }, (_, second) => ({
    ...record(second * 1000 + 10, 9, `shop-${shop}`, 'heartbeat'),
    attributes: { shop: `shop-${shop}`, version },
  })).filter((_, second) => !isSilent || second < 10 || second > 24)
  const others = Array.from({ length: count - beats.length }, (_, at): ShopRecord => {
    const fails = isFailing && at < (count - beats.length) * 0.5
    const ms = fails ? below(5000) : below(epochMs - 200)
    const user = fails
      ? below(20) === 0
        ? `new${epoch}${below(9)}`
        : `u${below(60)}`
      : `u${below(calmUsers)}`
    const took = fails ? 500 + below(400) : 10 + below(40)
    const level = fails && below(10) < 7 ? (at === 3 ? 21 : 17) : 9
    const text =
      level > 9 ? `payment_failed by ${failures[epoch]} after ${took} ms` : `order placed in ${took} ms`
    const made = record(ms, level, `shop-${shop}`, text)
    return { ...made, attributes: { ...made.attributes, user, ms: took } }
  })
  return [...beats, ...others].toSorted((one, other) => one.timeUnixMs - other.timeUnixMs)
}

const failures = [
  'card',
  'bank',
  'the limit of a day',
  'a fraud check that found something',
  'currency exchange',
  'timeout of the gateway at last',
  'an address without a street',
  'expiry',
  'two issuers',
]

const record = (timeUnixMs: number, severityNumber: number, shop: string, body: string): ShopRecord => ({
  ...{ timeUnixMs, severityNumber, severityText: '', body },
  attributes: { shop },
})

/** One rule of each type. */
export function shopRules(count: number): string {
  const each = Math.ceil(count / shops / epochs)
  const rule = (id: string, more: string): string =>
    `  - { id: ${id}, group_by: shop, late: 2s, realert: 8s, ${more} }`
  return `rules:
${[
  rule(
    'frequency',
    `type: frequency, where: 'payment_failed level>=error', threshold: ${Math.ceil(each / 10)}, window: 5s, realert: 2s`,
  ).replace('realert: 8s, ', ''),
  rule('any', 'type: any, where: level:fatal'),
  rule('block-list', 'type: block-list, field: user, values: [u17, u23]'),
  rule('allow-list', 'type: allow-list, where: heartbeat, field: version, values: [v0, v1, v2]'),
  rule('change', 'type: change, where: heartbeat, field: version'),
  rule('spike', `type: spike, window: 5s, height: 2, at_least: ${Math.ceil(each / 5)}`),
  rule('flatline', 'type: flatline, where: heartbeat, window: 8s'),
  rule('new-term', 'type: new-term, field: user, window: 1h, learn: 40s'),
  rule('new-template', 'type: new-template, where: payment_failed, learn: 40s'),
  rule('cardinality', 'type: cardinality, field: user, window: 5s, above: 12'),
  rule('ratio', "type: ratio, of: 'level>=error', window: 5s, above: 0.3"),
  rule('aggregate', 'type: aggregate, field: ms, metric: avg, window: 5s, above: 200, at_least: 5'),
].join('\n')}
`
}

/** As an exporter sends them. */
export function requestOf(records: readonly ShopRecord[]): ResourceLogs[] {
  const resource = { attributes: { 'service.name': 'shop' }, droppedAttributesCount: 0 }
  const scope = { name: 'replay', version: '1', attributes: {}, droppedAttributesCount: 0 }
  const logRecords = records.map(({ timeUnixMs, ...record }) => ({
    ...{ timeUnixNano: BigInt(timeUnixMs) * 1_000_000n, observedTimeUnixNano: 0n, ...record },
    ...{ droppedAttributesCount: 0, flags: 0, traceId: '', spanId: '', eventName: '' },
  }))
  return [{ resource, schemaUrl: '', scopeLogs: [{ scope, schemaUrl: '', logRecords }] }]
}
