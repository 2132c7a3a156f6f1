import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Silence } from '@clew/alert'
import { storeError } from '../schema/store-error.ts'

/** What somebody does not want to hear of: of a rule all groups, or the one with these values. */
export type NewSilence = { rule: string; group: { [field: string]: string }; forMs: number }

/** Silences that were made in the desk. */
export type Silences = {
  /** Those that are not over. */
  list(): readonly Silence[]
  /** Throws a StoreError when there are too many, or it cannot be written down. */
  add(silence: NewSilence): Silence
  /** False: there is none of this id. */
  end(id: string): boolean
}

const mostSilences = 1000

/**
 * Silences, kept in the file `path` where it is given: the store of alerts lets nobody else into its own. What is over is
 * forgotten. A file that cannot be read is told of and begun anew.
 */
export function openSilences(
  path: string | undefined,
  now: () => number,
  report: (message: string) => void,
): Silences {
  let silences: readonly Silence[] = path === undefined ? [] : readSilences(path, report)
  const keep = (changed: readonly Silence[]): void => {
    if (path !== undefined) writeSilences(path, changed)
    silences = changed
  }
  const list = (): readonly Silence[] => silences.filter(({ untilUnixMs }) => untilUnixMs > now())
  return {
    list,
    add({ rule, group, forMs }) {
      const going = list()
      if (going.length >= mostSilences)
        throw storeError('invalid', `${mostSilences} silences go on already; end some`)
      const fromUnixMs = now()
      const id = randomBytes(6).toString('hex')
      const made: Silence = { id, match: { rule, group }, fromUnixMs, untilUnixMs: fromUnixMs + forMs }
      keep([...going, made])
      return made
    },
    end(id) {
      const going = list()
      const others = going.filter((silence) => silence.id !== id)
      if (others.length === going.length) return false
      keep(others)
      return true
    },
  }
}

function readSilences(path: string, report: (message: string) => void): Silence[] {
  try {
    const read: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (!Array.isArray(read) || !read.every(isSilence)) throw new Error('it is no list of silences')
    return read
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT') report(`${path} cannot be read (${message}); silences begin anew`)
    return []
  }
}

function isSilence(value: Partial<Silence> | null): value is Silence {
  return typeof value?.id === 'string' && typeof value.match === 'object' && Number(value.untilUnixMs) > 0
}

/** A file that is there is replaced as a whole, so that a kill leaves the old one or the new one. */
function writeSilences(path: string, silences: readonly Silence[]): void {
  try {
    writeFileSync(`${path}.new`, JSON.stringify(silences), { mode: 0o600 })
    renameSync(`${path}.new`, path)
  } catch (error) {
    throw storeError('full', `${path} cannot be written: ${(error as Error).message}`)
  }
}
