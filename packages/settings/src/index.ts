export {
  type DurationUnit,
  durationUnits,
  formatDuration,
  formatSize,
  type Measured,
  measureDuration,
  measureSize,
} from './measure.ts'
export { nearestName } from './nearest-name.ts'
export { type Fault, type Parse, type Parsed, quote, unusable, usable } from './parsed.ts'
export { parseBytes, parseDuration, parseMilliseconds } from './quantity.ts'
