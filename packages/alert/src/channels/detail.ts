import type { RenderContext } from './channel.ts'

/** How much of an alert is told. */
export type Detail = {
  /** How many of the last lines, and how many bytes of each. */
  lines: number
  lineBytes: number
  /** Of a digest: how many alerts are named. */
  entries: number
  /** Of each word of the head: names, values, what people wrote. */
  wordBytes: number
}

/** So many lines, and alerts of a digest, are shown at most. */
export const mostLines = 50
export const mostEntries = 50

const full: Detail = { lines: mostLines, lineBytes: 16_384, entries: mostEntries, wordBytes: 700 }
// A step has at least seven tenths of what was before; the lines go first, then the head.
const lineSteps = [8_192, 5_793, 4_096, 2_896, 2_048, 1_448, 1_024, 724, 512, 362, 256, 181, 128]
const steps: readonly Detail[] = [
  full,
  ...lineSteps.map((lineBytes) => ({ ...full, lineBytes, entries: 20 })),
  ...[20, 10, 7, 5, 4, 3, 2, 1, 0].map((lines) => ({ ...full, lines, lineBytes: 128, entries: 10 })),
  ...[490, 343, 240, 168, 118].map((wordBytes) => ({ lines: 0, lineBytes: 0, entries: 5, wordBytes })),
  ...[3, 2, 1].map((entries) => ({ lines: 0, lineBytes: 0, entries, wordBytes: 64 })),
  { lines: 0, lineBytes: 0, entries: 1, wordBytes: 24 },
]

/**
 * The fullest of what `build` makes that is not larger than `most`; each time that the receiver found it too long a quarter
 * less. The last step of detail is smaller than any receiver's limit.
 */
export function fitDetail<T>(
  build: (detail: Detail) => T,
  measure: (built: T) => number,
  most: number,
  { shrinks }: Pick<RenderContext, 'shrinks'>,
): T {
  const limit = most * 0.75 ** shrinks
  const whole = build(full)
  if (measure(whole) <= limit) return whole
  let [low, high] = [1, steps.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (measure(build(steps[middle]!)) <= limit) high = middle
    else low = middle + 1
  }
  return build(steps[high]!)
}
