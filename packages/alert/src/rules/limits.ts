import type { Fault } from '@clew/settings'
import type { Condition, Limits } from './rule.ts'

/** What is wrong with values together, or with one of them. */
export type Misfit = Fault & { field?: string }

/** The condition with its limits, or what is wrong with them. */
export function limited<Limited extends Condition & Limits>(condition: Limited): Limited | Misfit {
  const { above, below } = condition
  if (above === undefined && below === undefined)
    return { found: 'it has neither above nor below', remedy: 'write one of them' }
  return above !== undefined && below !== undefined && above <= below
    ? {
        found: `every number is at or above ${above}, or at or below ${below}`,
        remedy: 'write an above that is more than below',
      }
    : condition
}

/** What a share never is, or always. */
export function misfitOfShare({ above, below }: Limits): Misfit | undefined {
  const remedy = 'a share is a number from 0 to 1: write 0.05 for 5 %'
  if (above !== undefined && !(above > 0 && above <= 1))
    return { field: 'above', found: String(above), remedy }
  if (below !== undefined && !(below >= 0 && below < 1))
    return { field: 'below', found: String(below), remedy }
  return undefined
}

/** What a number of values never is, or always. */
export function misfitOfCount({ above, below }: Limits): Misfit | undefined {
  if (above !== undefined && above <= 0)
    return { field: 'above', found: String(above), remedy: 'there are always as many; write 1 or more' }
  if (below !== undefined && below < 0)
    return { field: 'below', found: String(below), remedy: 'there are never so few; write 0 or more' }
  return undefined
}
