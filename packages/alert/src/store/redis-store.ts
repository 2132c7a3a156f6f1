import { createHash, randomInt, randomUUID } from 'node:crypto'
import type { Alert, Decision, DecisionReason } from '../alert.ts'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { CellState } from '../engine/cell.ts'
import { type RedisClient, sendTo } from './redis-client.ts'
import { keysOf, redisScripts } from './redis-scripts.ts'
import { shareTemplates } from './redis-templates.ts'
import {
  type AlertStore,
  type Commit,
  type CommitResult,
  type OutboxStore,
  StateLostError,
  storeLimits,
  type WindowStore,
} from './store.ts'

const hashes = Object.fromEntries(
  Object.entries(redisScripts).map(([name, text]) => [name, createHash('sha1').update(text).digest('hex')]),
)

/** Runs a script; its keys are added. */
type Run = (name: keyof typeof redisScripts, words: readonly (string | number)[]) => Promise<unknown>

/**
 * A store that many processes share. All keys begin with `{prefix}:`, by default `{clew}:`, so a cluster keeps them together; another
 * prefix is another state. The client stays the caller's, and stays open.
 *
 * Rejects with {@link StateLostError} once Redis has lost everything since this process began.
 */
export function createRedisStore(
  client: RedisClient,
  { prefix = 'clew' }: { prefix?: string } = {},
): AlertStore {
  const keys = keysOf(prefix)
  const run: Run = async (name, words) => {
    const rest = [String(keys.length), ...keys, ...words.map(String)]
    try {
      return await sendTo(client, ['EVALSHA', hashes[name]!, ...rest])
    } catch (error) {
      if (!/NOSCRIPT/.test(String(error))) throw error
      return sendTo(client, ['EVAL', redisScripts[name], ...rest])
    }
  }
  return {
    ...windowsIn(run),
    ...outboxIn(run),
    async explain(most) {
      const [decisions, counts] = (await run('explain', [most])) as [string[], string[]]
      return {
        decisions: decisions.map((text) => JSON.parse(text) as Decision),
        counts: countsOf(counts),
      }
    },
    async history(most) {
      const alerts = most > 0 ? ((await run('history', [most])) as string[]) : []
      return alerts.map((text) => JSON.parse(text) as Alert)
    },
    warnings: async (most) => (most > 0 ? warningsOf((await run('warnings', [most])) as string[]) : []),
    async size() {
      const [cells, waiting, dropped] = ((await run('size', [])) as unknown[]).map(Number)
      return { cells: cells!, waiting: waiting!, dropped: dropped! }
    },
    shareTemplates: (miner, report) => shareTemplates(miner, { client, prefix, report }),
    close: async () => {},
  }
}

function windowsIn(run: Run): WindowStore {
  let epoch = ''
  const runInEpoch = async (
    name: 'position' | 'watch' | 'load' | 'commit' | 'low' | 'due',
    words: readonly (string | number)[],
  ): Promise<unknown[]> => {
    const [now, ...reply] = (await run(name, [epoch, randomUUID(), ...words])) as [string, ...unknown[]]
    if (now === 'lost') {
      epoch = ''
      throw new StateLostError()
    }
    epoch = now
    return reply
  }
  return {
    isShared: true,
    inTurn: turnsIn(run),
    async positionOf(partition) {
      const [position] = await runInEpoch('position', [partition])
      return position === null || position === undefined ? undefined : Number(position)
    },
    async watchOf(partition) {
      const [found] = (await runInEpoch('watch', [partition])) as [(string | null)[]]
      const [version, next, state] = found
      if (typeof version !== 'string' || typeof state !== 'string') return undefined
      return { version, next: next ? Number(next) : undefined, state }
    },
    async load(names) {
      const [versions, states] = (await runInEpoch('load', names)) as [unknown[], (string | null)[]]
      return new Map(
        names.flatMap((name, index) => {
          const state = states[index]
          if (typeof state !== 'string') return []
          return [[name, { version: Number(versions[index]), state: JSON.parse(state) as CellState }]]
        }),
      )
    },
    async commit(commit) {
      const [result, lowMs] = await runInEpoch('commit', commitWords(commit))
      return { result: result as CommitResult['result'], lowMs: Number(lowMs) }
    },
    async due(lowMs, most) {
      const [names] = (await runInEpoch('due', [lowMs, most])) as [string[]]
      return names
    },
    low: async () => Number((await runInEpoch('low', []))[0]),
  }
}

const turnMs = 1_000

/** A lock that nothing depends on: who has it is not disturbed by others, and who lost it is refused by his commit. */
function turnsIn(run: Run): WindowStore['inTurn'] {
  const own = randomUUID()
  return async (does) => {
    while (Number(await run('enter', [own, turnMs])) === 0) await pause(1 + 2 * Math.random())
    try {
      return await does()
    } finally {
      await run('leave', [own]).catch(() => {})
    }
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function outboxIn(run: Run): OutboxStore {
  return {
    async take(most, holdMs) {
      const [tokens, alerts] = (await run('take', [most, holdMs])) as [string[], string[]]
      return tokens.map((token, index) => ({ token, alert: JSON.parse(alerts[index]!) as Alert }))
    },
    async hold(tokens, holdMs) {
      if (tokens.length > 0) await run('hold', [holdMs, ...tokens])
    },
    async done(tokens) {
      if (tokens.length > 0) await run('done', tokens)
    },
  }
}

/**
 * A cell's version is a number that nobody else has drawn: after a restart that lost the last second, a count might come to
 * the same number with other contents.
 */
function commitWords(commit: Commit): (string | number)[] {
  const { span, clocks, cells, alerts, decisions, counts } = commit
  const lists = [
    [...clocks].flat(),
    cells.map(({ cell }) => cell),
    cells.map(({ version }) => version),
    cells.map(({ dueMs }) => (dueMs === Number.POSITIVE_INFINITY ? 'inf' : dueMs)),
    cells.map(({ state }) => (state ? JSON.stringify(state) : '')),
    alerts.map((alert) => JSON.stringify(alert)),
    decisions.map((decision) => JSON.stringify(decision)),
    [...counts].flatMap(([rule, reasons]) =>
      [...reasons].flatMap(([reason, count]) => [JSON.stringify([rule, reason]), count]),
    ),
    ...watchWords(commit),
  ]
  return [
    ...[span?.partition ?? '', span?.before ?? '', span?.after ?? ''],
    ...[randomInt(1, 2 ** 48 - 1), storeLimits.listed, storeLimits.waiting],
    ...lists.flatMap((list) => [list.length, ...list]),
  ]
}

function watchWords({ watch, warnings = [], failures = [], opinions = [] }: Commit): (string | number)[][] {
  return [
    watch ? [watch.partition, watch.before, watch.version, watch.next ?? '', watch.state] : [],
    warnings.flatMap((warning) => [warning.id, warning.unixMs, JSON.stringify(warning)]),
    [
      ...failures.flatMap(({ id, ...failure }) => [id, 'failure', JSON.stringify(failure)]),
      ...opinions.flatMap(({ id, opinion }) => [id, 'opinion', opinion]),
    ],
  ]
}

function warningsOf(words: readonly string[]): KeptWarning[] {
  return Array.from({ length: Math.floor(words.length / 3) }, (_, at) => {
    const [warning, failure, opinion] = words.slice(at * 3, at * 3 + 3)
    return {
      ...(JSON.parse(warning!) as KeptWarning),
      ...(failure && { failure: JSON.parse(failure) as KeptWarning['failure'] }),
      ...(opinion && { opinion: opinion as KeptWarning['opinion'] }),
    }
  })
}

function countsOf(words: readonly string[]): Map<string, Map<DecisionReason, number>> {
  const counts = new Map<string, Map<DecisionReason, number>>()
  for (let i = 0; i < words.length; i += 2) {
    if (words[i] === '') continue
    const [rule, reason] = JSON.parse(words[i]!) as [string, DecisionReason]
    const reasons = counts.get(rule) ?? new Map<DecisionReason, number>()
    counts.set(rule, reasons)
    reasons.set(reason, Number(words[i + 1]))
  }
  return counts
}
