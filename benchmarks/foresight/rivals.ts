import type { ServiceMinute } from './generate.ts'

/** A system that is told of minutes of a service and says whether it alerts. */
export type Rival = { name: string; take(service: number, minute: number, seen: ServiceMinute): boolean }

const isBad = (severityNumber: number): boolean => severityNumber >= 13
const weighed = (seen: ServiceMinute, least: number): number =>
  seen.records.reduce((sum, { severityNumber, weight }) => sum + (severityNumber >= least ? weight : 0), 0)

/** The share of errors of a minute above 5 %, or ten errors in five minutes. */
export function staticThreshold(): Rival {
  const errors = createRings(5)
  return {
    name: 'static threshold',
    take(service, _, seen) {
      const now = weighed(seen, 17)
      const inFive = push(errors(service), now, 5)
      return inFive >= 10 || now > 0.05 * Math.max(20, weighed(seen, 0))
    },
  }
}

/**
 * ElastAlert2's `frequency`: num_events of warnings and errors of a service within a timeframe of five minutes. Somebody tuned it: a fifth
 * more than the most of the first day of that service.
 */
export function elastAlertFrequency(): Rival {
  const bad = createRings(5)
  const most = new Map<number, number>()
  return {
    name: 'ElastAlert2 frequency',
    take(service, minute, seen) {
      const ring = bad(service)
      const now = push(ring, seen.records.filter(({ severityNumber }) => isBad(severityNumber)).length, 5)
      if (minute < 1440) most.set(service, Math.max(most.get(service) ?? 0, now))
      if (minute < 1440 || now <= 1.2 * Math.max(5, most.get(service)!)) return false
      // A match empties the window.
      ring.length = 0
      return true
    },
  }
}

/**
 * ElastAlert2's `spike`: the events of a timeframe of ten minutes beside those of the one before; spike_height 3, threshold_cur 10, by
 * level. It is silent until two timeframes passed.
 */
export function elastAlertSpike(): Rival {
  const rings = createRings(20)
  return {
    name: 'ElastAlert2 spike',
    take(service, _, seen) {
      let isSpike = false
      for (const [level, least] of [13, 9].entries()) {
        const ring = rings(service * 2 + level)
        push(ring, seen.records.filter(({ severityNumber }) => severityNumber >= least).length, 20)
        if (ring.length < 20) continue
        const now = sum(ring.slice(10))
        const before = sum(ring.slice(0, 10))
        if (now >= 10 && now >= 3 * Math.max(1, before)) isSpike = true
      }
      return isSpike
    },
  }
}

/** Each minute's lines by level and mean duration, against the mean and deviation of the last hour: five deviations. */
export function deviationsOfLastHour(): Rival {
  const rings = createRings(60)
  return {
    name: 'z-score',
    take(service, _, seen) {
      const levels = [5, 9, 13, 17].map((least) =>
        weighed(
          { records: seen.records.filter(({ severityNumber: n }) => n >= least && n < least + 4), spans: [] },
          0,
        ),
      )
      const duration = sum(seen.spans.map(({ durationMs }) => durationMs)) / Math.max(1, seen.spans.length)
      let isOutlier = false
      for (const [at, value] of [...levels, duration].entries()) {
        const ring = rings(service * 5 + at)
        const mean = sum(ring) / Math.max(1, ring.length)
        const deviation = Math.sqrt(sum(ring.map((one) => (one - mean) ** 2)) / Math.max(1, ring.length))
        if (ring.length === 60 && Math.abs(value - mean) > 5 * Math.max(1, deviation)) isOutlier = true
        push(ring, value, 60)
      }
      return isOutlier
    },
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function createRings(_length: number): (key: number) => number[] {
  const rings = new Map<number, number[]>()
  return (key) => {
    const known = rings.get(key) ?? []
    rings.set(key, known)
    return known
  }
}

/** Returns the sum. */
function push(ring: number[], value: number, most: number): number {
  ring.push(value)
  if (ring.length > most) ring.shift()
  return sum(ring)
}
