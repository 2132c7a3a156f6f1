import { type Parse, parseChoice, parseMilliseconds, printableValue, usable } from '@clew/settings'

/** One thing that can be configured. The reference page lists all of them. */
export type Setting<T> = {
  /** The environment variable. */
  env: string
  /** Its key in clew.yaml, such as `pipeline.exit`. */
  yaml?: string
  parse: Parse<T>
  default: T
  /** The default, for the reference page and for the line of a problem. */
  shown: string
  about: string
}

/** A setting whose default is shown as it is. */
export function setting<T extends string | number | boolean>(
  given: Omit<Setting<T>, 'shown'> & { shown?: string },
): Setting<T> {
  return { shown: String(given.default), ...given }
}

/** A setting that has no value unless it is given. */
export function optional<T>(
  given: Omit<Setting<T | undefined>, 'default' | 'shown'> & { shown?: string },
): Setting<T | undefined> {
  return { shown: 'none', ...given, default: undefined }
}

/** OTEL_* know only `true`. https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#boolean */
export const parseOtelBoolean: Parse<boolean> = (raw) => {
  const { value } = parseChoice(['true', 'false'])(raw)
  return value === undefined
    ? usable(false, [
        { found: `${printableValue(raw, ['true', 'false'])} counts as false`, remedy: 'write true or false' },
      ])
    : usable(value === 'true')
}

// What a timer of Node.js can wait.
const longestMs = 2 ** 31 - 1

/** How long something waits, in whole milliseconds, so that it is not 0 by rounding; at most what a timer can wait. */
export const parseDelay: Parse<number> = (raw) => {
  const { value, faults } = parseMilliseconds(raw)
  return value === undefined ? { value, faults } : usable(Math.min(Math.ceil(value), longestMs))
}

/** A delay whose 0 means without end. */
export const parseTimeout: Parse<number> = (raw) => {
  const parsed = parseDelay(raw)
  return parsed.value === 0 ? usable(longestMs) : parsed
}
