import { createRequire } from 'node:module'
import { type KeptTraces, type Meter, report } from '@clew/core'
import type { KeepRule, Policy, PolicyCounters, PolicyPorts, PolicyRules } from '@clew/pipeline'
import type * as PolicyModule from '@clew/pipeline/policy'
import { formatDuration, formatSize } from '@clew/settings'
import type { WrittenRule } from '../config/keep-rules.ts'
import type { KeepConfig } from '../config/read-config.ts'
import { readSearch } from '../destinations/open-exporters.ts'
import { keepMeters } from './keep-meters.ts'
import { createMarks } from './marks.ts'

/** What decides which records are kept, before and after there is a pipeline. */
export type Keep = {
  makePolicy(ports: PolicyPorts): Policy
  readonly traces: KeptTraces
  readonly meters: readonly Meter[]
  /** Other rules from now on. */
  change(config: KeepConfig): void
}

const nothingYet: PolicyCounters = {
  ...{ seen: {}, kept: 0, collapsed: 0, held: 0, released: 0 },
  dropped: { not_held: 0, expired: 0, evicted: 0, too_large: 0 },
  marks: { own: 0, trusted: 0, outside: 0, refused: 0 },
  ring: { bytes: 0, maxBytes: 0, traces: 0, holdSeconds: 0 },
}

type Resource = Readonly<Record<string, unknown>>

/** Undefined where all records are sent, which costs nothing. `key` is that of the marks. */
export function openKeep(config: KeepConfig, key: string | undefined, resource: Resource): Keep | undefined {
  if (config.rules.length === 0 && config.storm === undefined && config.maxPerSecond === undefined)
    return undefined
  const { createPolicy } = createRequire(import.meta.url)('./create-policy.js') as typeof PolicyModule
  let policy: Policy | undefined
  return {
    makePolicy(ports) {
      policy = createPolicy(rulesOf(config, resource), ports)
      return policy
    },
    traces: createMarks(() => policy, key),
    meters: keepMeters(() => policy?.counters() ?? nothingYet),
    change: (next) => policy?.change(rulesOf(next, resource)),
  }
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
export function describeKeep({ rules, storm, maxPerSecond, hold }: KeepConfig): string {
  const parts = [
    ...rules.map(({ name, keep }) => `${name} ${shareText(keep)}`),
    ...(storm ? [`storms ${storm.first}/${storm.every}`] : []),
    ...(maxPerSecond === undefined ? [] : [`at most ${maxPerSecond} records a second of a module`]),
    hold.maxBytes === 0
      ? 'holds none'
      : `holds the rest ${formatDuration(hold.holdMs)} in ${formatSize(hold.maxBytes)}`,
  ]
  return `keeps ${parts.join(', ')}`
}

function shareText(share: number): string {
  return `${Number((share * 100).toPrecision(4))}%`
}
