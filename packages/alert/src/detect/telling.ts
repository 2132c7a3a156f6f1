import { type Cause, partOf } from './cause.ts'
import type { Finding } from './judge-service.ts'
import type { Change } from './warning.ts'

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

/** Who let the first warning pass, as it was perhaps chance, must hear of what follows. */
export const mayBecomeSurer = (cause: Cause, least: number): boolean =>
  isUnsettled(cause) && cause.told !== undefined && cause.told.sure < least

/** Of what failed, or was called noise, somebody knows. */
const isUnsettled = ({ failedMinute, opinion }: Cause): boolean => failedMinute === 0 && opinion !== 'noise'

/** Whether something shows otherwise than was told, and more plainly. */
export function isNews(
  cause: Cause,
  minute: number,
  findings: readonly Finding[],
  leastSigmas: number,
): boolean {
  const { told } = cause
  if (!told || !isUnsettled(cause) || minute - told.minute < newsMinutes) return false
  return findings.some((finding) => {
    const isPlainer = finding.change.sigmas >= told.sigmas + newsSigmas && isPlain(finding, leastSigmas)
    return isPlainer && partOf(cause, finding)?.isTold !== true
  })
}

const newsMinutes = 10
const newsSigmas = 1

/** What a warning told of is no news any more. */
export function noteTold(
  cause: Cause,
  findings: readonly Finding[],
  told: Omit<NonNullable<Cause['told']>, 'sigmas'>,
): void {
  cause.told = { ...told, sigmas: Math.max(...findings.map(({ change }) => change.sigmas)) }
  for (const finding of findings) {
    const part = partOf(cause, finding)
    if (part) part.isTold = true
  }
}
