import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import type { Signal } from '@clew/otlp'

/** `cut`: the desk was gone before it answered. Of these and of what was refused nobody knows whether it is stored. */
export type Outcome = 'acknowledged' | 'refused' | 'cut'

/** What became of a request, and the numbers of its records. */
export type Entry = { outcome: Outcome; signal: Signal; first: number; records: number }

/** Is written at once: what was acknowledged is in the file before anything else happens. */
export function openJournal(file: string): { add(entry: Entry): void; close(): void } {
  const journal = openSync(file, 'a')
  return {
    add: ({ outcome, signal, first, records }) => {
      writeSync(journal, `${outcome} ${signal} ${first} ${records}\n`)
    },
    close: () => closeSync(journal),
  }
}

export function readJournal(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => {
    const [outcome, signal, first, records] = line.split(' ')
    return {
      outcome: outcome as Outcome,
      signal: signal as Signal,
      first: Number(first),
      records: Number(records),
    }
  })
}
