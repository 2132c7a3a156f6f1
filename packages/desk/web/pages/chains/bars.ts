import type { ChainSummary } from '../../../api/index.ts'

/** Bars of one colour as the data of an SVG path. */
export type BarPath = { service: number; failed: boolean; d: string }

const maxPitch = 6

/** The bars of a chain in a picture of this size, one below the other in order of start; failed ones come last, on top. */
export function barPaths(
  { bars, durationNs }: Pick<ChainSummary, 'bars' | 'durationNs'>,
  width: number,
  height: number,
): BarPath[] {
  const pitch = Math.min(maxPitch, height / Math.max(1, bars.length))
  const thick = pitch > 3 ? pitch - 1 : Math.max(1, pitch)
  const top = (height - bars.length * pitch) / 2
  const paths = new Map<string, BarPath>()
  bars.forEach(({ startNs, durationNs: ownNs, service, failed }, at) => {
    const { x, length } = placeOf(startNs, ownNs, durationNs, width)
    const key = `${failed ? 1 : 0}.${service}`
    const path = paths.get(key) ?? { service, failed, d: '' }
    path.d += `M${round(x)} ${round(top + at * pitch)}h${round(length)}v${round(thick)}h${round(-length)}z`
    paths.set(key, path)
  })
  return [...paths.values()].toSorted((a, b) => Number(a.failed) - Number(b.failed))
}

/** At least a pixel, and never beyond the picture, whatever the times say. */
function placeOf(startNs: number, ownNs: number, totalNs: number, width: number) {
  const scale = totalNs > 0 ? width / totalNs : 0
  const x = Math.min(width - 1, Math.max(0, startNs * scale))
  return { x, length: totalNs > 0 ? Math.min(width - x, Math.max(1, ownNs * scale)) : width }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
