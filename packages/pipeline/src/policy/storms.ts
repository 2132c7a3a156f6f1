import type { LogInput } from '@clew/otlp'
import { createMiner } from '@clew/templates'
import type { PipelineScope } from '../pipeline.ts'
import { Debt } from './debts.ts'
import type { StormOptions } from './policy.ts'
import { createBucket } from './token-bucket.ts'

/** Thins out what comes too often. What it takes away is carried by a later record, so that weighted counts stay true. */
export type Thinning = {
  /** The weight that the record leaves with; 0 when another one will stand for it. */
  take(scope: PipelineScope, input: LogInput, weight: number, module: string, nowMs: number): number
  /** Hands out what no later record stands for: of storms that are over, or of all. */
  settle(
    nowMs: number,
    all: boolean,
    ship: (scope: PipelineScope, summary: LogInput, weight: number) => void,
  ): void
}

const windowMs = 1000
/** Templates, levels and modules that are watched at a time; beyond it all that is watched is settled. */
const mostWatched = 10_000
const errorSeverity = 17

type Watched = { debt: Debt; what: string; template?: string | undefined }

type Storm = Watched & { windowMs: number; count: number }

/** Of records with one template and level the first few of a second are kept, then every so-manieth. */
export function createStorms({ first, every }: StormOptions): Thinning {
  const miner = createMiner({ maxTemplates: mostWatched })
  const storms = new Map<number, Storm>()
  const find = (input: LogInput, nowMs: number): Storm | undefined => {
    const template = miner.add(typeof input.body === 'string' ? input.body : '')
    const key = template * 32 + input.severityNumber
    const known = storms.get(key)
    if (known !== undefined) return known
    if (storms.size >= mostWatched) return undefined
    const storm = { windowMs: nowMs, count: 0, debt: new Debt(), what: '' }
    storms.set(key, storm)
    return storm
  }
  return {
    take(scope, input, weight, _, nowMs) {
      const storm = find(input, nowMs)
      if (storm === undefined) return weight
      if (nowMs - storm.windowMs >= windowMs) {
        storm.windowMs = nowMs
        storm.count = 0
      }
      storm.count++
      if (storm.count <= first || (storm.count - first) % every === 0) return weight + storm.debt.pay()
      storm.debt.add(scope, input, weight)
      return 0
    },
    settle(nowMs, all, ship) {
      for (const [key, storm] of storms) {
        if (!all && nowMs - storm.windowMs < windowMs) continue
        storms.delete(key)
        const template = miner.get(Math.floor(key / 32))?.text
        shipDebt({ ...storm, what: template ?? 'records of a template that is forgotten', template }, ship)
      }
    },
  }
}

/** Each module may send so many records a second, and as many of ERROR and above. */
export function createCaps(perSecond: number): Thinning {
  type Cap = Watched & { mayPass: ReturnType<typeof createBucket>; usedMs: number }
  const caps = new Map<string, Cap>()
  const find = (module: string, isError: boolean, nowMs: number): Cap | undefined => {
    const key = isError ? `error ${module}` : module
    const known = caps.get(key)
    if (known !== undefined) return known
    if (caps.size >= mostWatched) return undefined
    const what = `${module}: more than ${perSecond} ${isError ? 'errors' : 'records'} a second`
    const cap = { mayPass: createBucket(perSecond, 1), debt: new Debt(), what, usedMs: nowMs }
    caps.set(key, cap)
    return cap
  }
  return {
    take(scope, input, weight, module, nowMs) {
      const cap = find(module, input.severityNumber >= errorSeverity, nowMs)
      if (cap === undefined) return weight
      cap.usedMs = nowMs
      if (cap.mayPass(nowMs)) return weight + cap.debt.pay()
      cap.debt.add(scope, input, weight)
      return 0
    },
    settle(nowMs, all, ship) {
      for (const [key, cap] of caps) {
        if (!all && nowMs - cap.usedMs < windowMs) continue
        caps.delete(key)
        shipDebt(cap, ship)
      }
    },
  }
}

function shipDebt({ debt, what, template }: Watched, ship: Parameters<Thinning['settle']>[2]): void {
  if (debt.count === 0 || debt.scope === undefined) return
  const summary = debt.summary(what, template)
  ship(debt.scope, summary, debt.pay())
}
