import type { LogInput } from '@clew/otlp'
import { moduleName } from '@clew/otlp/module-name'
import type { PipelineScope } from '../pipeline.ts'
import type { PolicyCounters, PolicyPorts, PolicyRules } from './policy.ts'
import { createCaps, createStorms, type Thinning } from './storms.ts'

/** The way of records that are selected: storms are thinned out, the rest leaves with its weight. */
export type Shipping = {
  /** The weight that a selected record leaves with; 0: another one will stand for it. */
  thin(scope: PipelineScope, input: LogInput, weight: number): number
  ship(scope: PipelineScope, input: LogInput, weight: number): void
  /** The same for what is encoded. */
  pass(scope: PipelineScope, framed: Buffer): void
  /** Ships what stands for what was left out. */
  settle(all: boolean): void
  change(rules: PolicyRules): void
  readonly counts: Pick<PolicyCounters, 'kept' | 'collapsed' | 'summaries'>
}

export function createShipping(given: PolicyRules, { logs, nowMs }: PolicyPorts): Shipping {
  const counts = { kept: 0, collapsed: 0, summaries: 0 }
  let thinning = createThinning(given)
  const ship = (scope: PipelineScope, input: LogInput, weight: number): void => {
    counts.kept++
    logs?.ship(scope, input, weight)
  }
  const shipSummary: typeof ship = (scope, input, weight) => {
    counts.summaries++
    ship(scope, input, weight)
  }
  return {
    counts,
    ship,
    pass(scope, framed) {
      counts.kept++
      logs?.pass(scope, framed)
    },
    thin(scope, input, weight) {
      if (thinning === undefined) return weight
      const rest = thinning.take(scope, input, weight, moduleName(scope, input.attributes), nowMs())
      if (rest === 0) counts.collapsed++
      return rest
    },
    settle: (all) => thinning?.settle(nowMs(), all, shipSummary),
    change(next) {
      thinning?.settle(nowMs(), true, shipSummary)
      thinning = createThinning(next)
    },
  }
}

/** Storms first, then the caps of modules. Undefined where nothing is thinned out. */
function createThinning({ storm, maxPerSecond }: PolicyRules): Thinning | undefined {
  const storms = storm && createStorms(storm)
  const caps = maxPerSecond === undefined ? undefined : createCaps(maxPerSecond)
  if (storms === undefined || caps === undefined) return storms ?? caps
  return {
    take(scope, input, weight, module, nowMs) {
      const rest = storms.take(scope, input, weight, module, nowMs)
      return rest === 0 ? 0 : caps.take(scope, input, rest, module, nowMs)
    },
    settle(nowMs, all, ship) {
      storms.settle(nowMs, all, ship)
      caps.settle(nowMs, all, ship)
    },
  }
}
