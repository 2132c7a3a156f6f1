import { createReportLimit, steadyClock } from '@clew/otlp'
import { createMiner, type Merge, type Template, type TemplateState } from '@clew/templates'
import type { KeptWarning } from '../early/kept-warning.ts'
import type { AlertStore } from '../store/store.ts'

/**
 * What processes that share a state know of templates. Detectors do without: what they find in a partition must not depend on when
 * others were heard of. Of what they found the names are told by it: template ids, and what is new.
 */
export type SharedTemplates = {
  /** By any id that one of the processes knew it by. */
  get(id: number): Template | undefined
  learn(state: TemplateState): void
  /** Learns it. Whether none of them knew it or one that it is a part of. */
  learnNew(template: Template): boolean
  /** Which became parts of others since it was asked last. */
  newMerges(): Merge[]
  /** Begins an exchange with the others if it is time. Never throws, and nobody waits for it. */
  exchange(): void
  /** What goes wrong from now on is told to nobody. */
  end(): void
}

const exchangeMs = 10_000

/** Undefined where no other process shares the state. `report` is told of what goes wrong, once a minute. */
export function createSharedTemplates(
  store: AlertStore,
  now: () => number,
  report: (message: string) => void,
): SharedTemplates | undefined {
  if (store.shareTemplates === undefined) return undefined
  const miner = createMiner()
  const limit = createReportLimit(now)
  let hasEnded = false
  const tell = (problem: string): void => {
    if (!hasEnded && limit.withheld(problem) !== undefined) report(problem)
  }
  const shared = store.shareTemplates(miner, tell)
  const steadyMs = steadyClock(now)
  let nextMs = Number.NEGATIVE_INFINITY
  const learn: SharedTemplates['learn'] = ({ templates, merges }) =>
    // Its counts are nobody's.
    miner.learn({ templates: templates.map((template) => ({ ...template, count: 0 })), merges })
  return {
    get: (id) => miner.get(id),
    learn,
    learnNew(template) {
      if (miner.get(template.id) !== undefined) return false
      learn({ templates: [template], merges: [] })
      return miner.get(template.id)?.id === template.id
    },
    newMerges: () => miner.newMerges(),
    exchange() {
      if (steadyMs() < nextMs) return
      nextMs = steadyMs() + exchangeMs
      shared.exchange().catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        tell(`templates are not shared with other processes: ${reason}; it is tried again`)
      })
    },
    end() {
      hasEnded = true
    },
  }
}

/** A warning whose templates have the ids by which all processes know them. */
export function withSharedIds(warning: KeptWarning, shared: SharedTemplates | undefined): KeptWarning {
  if (shared === undefined) return warning
  const changes = warning.changes.map((change) => {
    const known = change.of === 'template' ? shared.get(Number(change.id)) : undefined
    return known ? { ...change, id: String(known.id) } : change
  })
  return { ...warning, changes }
}
