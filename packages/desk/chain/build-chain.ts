import type { ChainData } from '../api/chain.ts'
import { traceCriticalPath } from './critical-path.ts'
import { startDraft } from './draft.ts'
import { traceErrors, worstOf } from './error-path.ts'
import { foldGroups } from './groups.ts'
import { layOut } from './layout.ts'
import { joinLinks } from './links.ts'
import type { Chain } from './model.ts'
import { placeSpans } from './parents.ts'
import { orderSiblings } from './siblings.ts'
import { adjustClocks } from './skew.ts'
import { endRunning, timeLost } from './times.ts'
import { addWaits } from './waits.ts'

export type ChainOptions = { correctClocks?: boolean }

/**
 * Makes the rows of a call chain. Every span, line and event of the data is one node, whatever its ids and times.
 * With `correctClocks`, spans of processes whose clocks differ are moved; without, `skews` still says by how much.
 * Never throws.
 */
export function buildChain(data: ChainData, { correctClocks = true }: ChainOptions = {}): Chain {
  const draft = startDraft(data)
  placeSpans(draft)
  joinLinks(draft)
  const skews = adjustClocks(draft, correctClocks)
  endRunning(draft)
  addWaits(draft)
  timeLost(draft)
  const siblings = orderSiblings(draft)
  foldGroups(draft, siblings)
  const layout = layOut(draft, siblings)
  return {
    data,
    ...layout,
    worst: worstOf(layout, data),
    skews,
    clocksCorrected: correctClocks,
    errors: traceErrors(layout, data),
    critical: traceCriticalPath(layout, data),
  }
}
