import type { Change } from './warning.ts'

/** Two digits, or all before the point. */
export function figure(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)))
}

export function often(times: number): string {
  return times === 1 ? 'once' : times === 2 ? 'twice' : `${times} times`
}

/** How sure, 0 to 1, in a hundred. */
export function percentOf(sure: number): string {
  return `${Math.round(sure * 100)} %`
}

/** How sure, 0 to 1, in words and figures: `likely not by chance (86 %)`. */
export function likely(sure: number): string {
  const word = sure >= 0.9 ? 'very likely not' : sure >= 0.7 ? 'likely not' : 'perhaps'
  return `${word} by chance (${percentOf(sure)})`
}

/** A value of what changed, with its unit: durations and waits are milliseconds; of an attribute nobody knows. */
export function measured({ of, field }: Change, value: number): string {
  return `${figure(value)}${(of === 'span' || of === 'queue') && field !== 'attempts' ? ' ms' : ''}`
}
