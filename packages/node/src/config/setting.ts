import type { Parse } from './parsed.ts'

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
