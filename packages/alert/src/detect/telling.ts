import { type Cause, partOf } from './cause.ts'
import type { Finding } from './judge-service.ts'
import { condense } from './tell-cause.ts'
import type { Change, DetectorSettings } from './warning.ts'

/** Whether something is told by itself, from so many of its usual variations on. */
export const isPlain = ({ change, severityNumber }: Finding, least: number): boolean =>
  change.sigmas >= least + extraOf(change, severityNumber)

/** What varies more than its own past says, or is rarely harm. */
function extraOf({ kind, of }: Change, severityNumber: number): number {
  if (kind === 'mix') return -1
  if (kind === 'lower') return 1
  if (kind === 'silent') return 0.5
  if (of === 'level') return 0.7
  return kind === 'fewer' || (kind === 'more' && severityNumber < 13) ? 1 : 0
}

/** From where on something is told, and surely; and the first minute of which somebody hears. */
export type Bars = Pick<DetectorSettings, 'sigmas' | 'sure'> & { heardFromMinute: number }

/** How sure that was of which somebody heard; 0: nobody heard of it, as it was still learnt what is usual. */
export const heardSureOf = ({ told }: Cause, { heardFromMinute }: Bars): number =>
  told && told.minute >= heardFromMinute ? told.sure : 0

/** Who let the first warning pass, as it was perhaps chance, must hear of what follows. */
export function mayBecomeSurer(cause: Cause, minute: number, bars: Bars): boolean {
  if (!cause.told || !isUnsettled(cause)) return false
  const sure = minute < bars.heardFromMinute ? cause.told.sure : heardSureOf(cause, bars)
  return sure < bars.sure
}

/** Of what failed, or was called noise, somebody knows. */
const isUnsettled = ({ failedMinute, opinion }: Cause): boolean => failedMinute === 0 && opinion !== 'noise'

/** Whether something shows otherwise than was told, and more plainly than all that was. */
export function isNews(cause: Cause, minute: number, findings: readonly Finding[], bars: Bars): boolean {
  const { told } = cause
  if (!told || !isUnsettled(cause) || minute - told.minute < newsMinutes) return false
  const isPlainer = (finding: Finding): boolean =>
    finding.change.sigmas >= told.sigmas + newsSigmas && isPlain(finding, bars.sigmas)
  // One thing may be found as two, as a level and its template: it is one change.
  return findings.some(isPlainer) && condense(findings).some((one) => isPlainer(one) && isUntold(cause, one))
}

const newsMinutes = 10
const newsSigmas = 1

/** Of what has no room among the parts nobody knows whether it was told. */
function isUntold(cause: Cause, finding: Finding): boolean {
  const part = partOf(cause, finding)
  return part !== undefined && part.isTold !== true
}

/** What a warning told of is no news any more. */
export function noteTold(
  cause: Cause,
  findings: readonly Finding[],
  told: Omit<NonNullable<Cause['told']>, 'sigmas'>,
): void {
  const sigmas = Math.max(cause.told?.sigmas ?? 0, ...findings.map(({ change }) => change.sigmas))
  cause.told = { ...told, sigmas }
  for (const finding of findings) {
    const part = partOf(cause, finding)
    if (part) part.isTold = true
  }
}
