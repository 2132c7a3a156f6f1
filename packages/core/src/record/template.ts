import { sharedState } from '../process/state.ts'

/**
 * The attribute of a record's template, as the Collector's drain processor writes it, too:
 * https://github.com/open-telemetry/semantic-conventions/issues/2064 (a proposal; the registry has none, November 2026).
 */
export const templateKey = 'log.record.template'

const holder = sharedState('templates', () => ({ isOn: false }))
/** What util.format and winston's splat() put values in the place of. */
const place = /%[sdifjoOc]/

/** From now on records of loggers say the format string that they were made of; returns the way back. */
export function setTemplates(): () => void {
  const before = holder.isOn
  holder.isOn = true
  return () => {
    holder.isOn = before
  }
}

/** The format string of a call with so many values; undefined where it has no place for one, or nobody wants to know. */
export function templateOf(format: unknown, values: number): string | undefined {
  if (!holder.isOn || values === 0 || typeof format !== 'string') return undefined
  return place.test(format) ? format : undefined
}
