import { createRequire } from 'node:module'
import {
  type KeptTraces,
  type Meter,
  monotonicMs,
  report,
  runInContext,
  type Stop,
  suppressedRoot,
} from '@clew/core'
import type { KeepRule, Policy, PolicyCounters, PolicyPorts, PolicyRules } from '@clew/pipeline'
import type * as PolicyModule from '@clew/pipeline/policy'
import { formatDuration, formatSize, printableAddress } from '@clew/settings'
import type { WrittenRule } from '../config/keep-rules.ts'
import type { ClewConfig, KeepConfig, MarksConfig } from '../config/read-config.ts'
import { readSearch } from '../destinations/open-exporters.ts'
import { busMeters, keepMeters } from '../meters/keep-meters.ts'
import type * as BusModule from './mark-bus.ts'
import { createMarks } from './marks.ts'

/** What decides which records are kept, before and after there is a pipeline. */
export type Keep = {
  makePolicy(ports: PolicyPorts): Policy
  readonly traces: KeptTraces
  readonly meters: readonly Meter[]
  readonly counters: () => PolicyCounters
  /** Other rules from now on. */
  change(config: KeepConfig): void
  /** Tells other processes now, as this one may end. */
  readonly flushNow: () => void
  readonly stop: Stop
}

const nothingYet: PolicyCounters = {
  ...{ seen: {}, kept: 0, collapsed: 0, summaries: 0, held: 0, released: 0, notes: 0 },
  spans: { ended: 0, kept: 0 },
  dropped: { not_held: 0, expired: 0, evicted: 0, cut: 0, too_large: 0 },
  marks: { own: 0, trusted: 0, outside: 0, refused: 0 },
  ring: { bytes: 0, maxBytes: 0, records: 0, traces: 0, holdSeconds: 0 },
}

type Resource = Readonly<Record<string, unknown>>

/** Undefined where all records are sent, which costs nothing. `directory` is the application's. */
export function openKeep(
  { keep: config, marks, randomness }: Pick<ClewConfig, 'keep' | 'marks' | 'randomness'>,
  resource: Resource,
  directory: string,
): Keep | undefined {
  if (config.rules.length === 0 && config.storm === undefined && config.maxPerSecond === undefined)
    return undefined
  const { createPolicy } = load('./create-policy.js') as typeof PolicyModule
  let policy: Policy | undefined
  const bus =
    marks.bus === undefined
      ? undefined
      : openBus(marks.bus, directory, (traceId) => policy?.mark(traceId, 'trusted'))
  const announce = (traceId: string): void => {
    if (bus) runInContext(suppressedRoot, () => bus.announce(traceId))
  }
  const counters = (): PolicyCounters => policy?.counters() ?? nothingYet
  return {
    counters,
    makePolicy(ports) {
      policy = createPolicy(rulesOf(config, resource), { ...ports, announce, randomness })
      return policy
    },
    traces: createMarks(() => policy, marks.key),
    meters: [...keepMeters(counters), ...(bus ? busMeters(bus.counts) : [])],
    change: (next) => policy?.change(rulesOf(next, resource)),
    flushNow: () => bus?.flushNow(),
    stop: () => bus?.close(),
  }
}

const load = createRequire(import.meta.url)

function openBus(
  url: string,
  directory: string,
  take: (traceId: string) => void,
): BusModule.MarkBus | undefined {
  const { openMarkBus } = load('./mark-bus.js') as typeof BusModule
  const say = (message: string): void => report('CLEW_BUS', `${printableAddress(url)}: ${message}`)
  const bus = runInContext(suppressedRoot, () =>
    openMarkBus(directory, url, { take, say, nowMs: monotonicMs }),
  )
  if (bus === undefined)
    say('needs the package ioredis: npm install ioredis; chains are kept where marks reach by themselves')
  return bus
}

function rulesOf(config: KeepConfig, resource: Resource): PolicyRules {
  return { ...config, rules: config.rules.flatMap((rule) => ruleOf(rule, resource) ?? []) }
}

/** Undefined for a rule of other services, and for one whose search is none. */
function ruleOf({ where, services, ...rule }: WrittenRule, resource: Resource): KeepRule | undefined {
  if (services !== undefined && !services.includes(String(resource['service.name']))) return undefined
  if (where === undefined) return rule
  const test = readSearch(where, resource)
  if (typeof test === 'function') return { ...rule, where: test }
  report('CLEW_CONFIG', `CLEW_KEEP: where: ${test}; in force: the other rules`)
  return undefined
}

/** `keeps info 1%, holds 30s in 64MiB`, for the start-up line. */
export function describeKeep(
  { rules, storm, maxPerSecond, hold }: KeepConfig,
  { bus }: Partial<MarksConfig> = {},
): string {
  if (rules.length === 0 && storm === undefined && maxPerSecond === undefined) return 'keeps all'
  const parts = [
    ...rules.map(({ name, keep }) => `${name} ${shareText(keep)}`),
    ...(storm ? [`storms ${storm.first}/${storm.every}`] : []),
    ...(maxPerSecond === undefined ? [] : [`at most ${maxPerSecond} records a second of a module`]),
    hold.maxBytes === 0
      ? 'holds none'
      : `holds the rest ${formatDuration(hold.holdMs)} in ${formatSize(hold.maxBytes)}`,
    ...(bus === undefined ? [] : [`tells others over ${printableAddress(bus)}`]),
  ]
  return `keeps ${parts.join(', ')}`
}

function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`
}
