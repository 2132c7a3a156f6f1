import { createHash } from 'node:crypto'
import type { AlertLine, EarlyWarning } from '../alert.ts'
import type { Failure, Opinion, Warning } from '../detect/warning.ts'

/**
 * What became of a warning: `told`: it is an alert, if its service was silent for long enough; `learning`: it was found before the rule had
 * learnt for as long as it must; `below`: it is less sure than the rule wants.
 */
export const warningStates = ['told', 'learning', 'below'] as const
/** One of {@link warningStates}. */
export type WarningState = (typeof warningStates)[number]

/** A warning as a store keeps it. JSON. */
export type KeptWarning = EarlyWarning & {
  rule: string
  unixMs: number
  /**
   * When it was raised: its minute ends at `unixMs`, and is judged once what comes late had time to come. Before it nobody could know. Of one
   * that was told again, as there was news, the first time.
   * Not in those that former versions kept.
   */
  raisedUnixMs?: number
  state: WarningState
  /** Up to three, those with a trace id first. */
  lines: AlertLine[]
  /** All of it in English, a sentence a line. */
  text: string
  /** What somebody said of it. */
  opinion?: Opinion | undefined
  /** What it led to: when errors burst in one of its services. */
  failure?: Omit<Failure, 'id'> | undefined
}

/** A warning of a rule, as it is kept. */
export function keptWarning(
  rule: { id: string; lateMs: number },
  state: WarningState,
  warning: Warning,
): KeptWarning {
  const { id, precedent, firstUnixMs, ...rest } = warning
  const raisedUnixMs = firstUnixMs + rule.lateMs
  return {
    ...{ ...rest, ...(precedent && { precedent }), id: warningIdOf(rule.id, id) },
    ...{ rule: rule.id, raisedUnixMs, state },
  }
}

/** How long before a failure somebody could know: from when it was raised. 0: not before it. */
export const leadMsOf = (
  { unixMs, raisedUnixMs = unixMs }: Pick<KeptWarning, 'unixMs' | 'raisedUnixMs'>,
  failedUnixMs: number,
): number => Math.max(0, failedUnixMs - raisedUnixMs)

/** Two rules may find the same. */
export const warningIdOf = (rule: string, id: string): string =>
  createHash('sha256').update(`${rule} ${id}`).digest('hex').slice(0, 16)
