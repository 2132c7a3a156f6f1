import type { Meter, MeterValue } from '@clew/core'

export function counter(
  name: string,
  unit: string,
  help: string,
  labels: readonly string[],
  read: Meter['read'],
): Meter {
  return { name, kind: 'counter', unit, help, labels, read }
}

/** Bytes that add up over processes. */
export function bytes(name: string, help: string, read: () => number): Meter {
  return { name, kind: 'updown', unit: 'By', help, labels: [], read: () => one(read()) }
}

export function one(value: number): MeterValue[] {
  return [{ labels: {}, value }]
}

/** A number that adds up over processes. */
export function updown(
  name: string,
  unit: string,
  help: string,
  labels: readonly string[],
  read: Meter['read'],
): Meter {
  return { name, kind: 'updown', unit, help, labels, read }
}
