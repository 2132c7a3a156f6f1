import { severityOf } from '@clew/core'
import type { Levels } from './pino-shapes.ts'

type Level = { readonly name: string; readonly severity: number }

/** By the levels of a logger, which its children share. */
const known = new WeakMap<Levels, Map<number, Level>>()

let lastLevels: Levels | undefined
let lastKnown = new Map<number, Level>()

/** What a number among a logger's levels is called, and its OpenTelemetry severity. Unknown names stand where their neighbours say. */
export function levelOf(levels: Levels, number: number): Level {
  if (levels !== lastLevels) {
    lastLevels = levels
    lastKnown = known.get(levels) ?? new Map()
    known.set(levels, lastKnown)
  }
  const found = lastKnown.get(number)
  if (found) return found
  const name = levels.labels[number] ?? String(number)
  const level = { name, severity: severityOf(name, ranksOf(levels)) }
  lastKnown.set(number, level)
  return level
}

/** The levels from the most severe on. pino's numbers grow with the severity; with `levelComparison: 'DESC'` they fall. */
function ranksOf({ values }: Levels): Record<string, number> {
  const names = Object.keys(values)
  const isFalling = isDescending(names, values)
  return Object.fromEntries(names.map((name) => [name, isFalling ? values[name]! : -values[name]!]))
}

/** Seen by two names that everybody knows, as the comparison may be a function of the application's. */
function isDescending(names: readonly string[], values: Levels['values']): boolean {
  const severe = names.filter((name) => severityOf(name) >= errorSeverity).map((name) => values[name]!)
  const mild = names.filter((name) => severityOf(name) < errorSeverity).map((name) => values[name]!)
  return severe.length > 0 && mild.length > 0 && Math.max(...severe) < Math.min(...mild)
}

const errorSeverity = 17
