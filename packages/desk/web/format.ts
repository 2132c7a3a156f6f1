import { computed } from '@preact/signals'
import { language } from './i18n/words.ts'

const numbers = computed(() => new Intl.NumberFormat(language.value))
const compact = computed(
  () => new Intl.NumberFormat(language.value, { notation: 'compact', maximumFractionDigits: 1 }),
)
const clock = computed(
  () =>
    new Intl.DateTimeFormat(language.value, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    }),
)
const day = computed(() => new Intl.DateTimeFormat(language.value, { month: 'short', day: 'numeric' }))
const ago = computed(() => new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'short' }))

/** `12,345` */
export function formatCount(count: number): string {
  return numbers.value.format(count)
}

/** `12.3K`, for where there is little room. */
export function formatCompact(count: number): string {
  return compact.value.format(count)
}

/** `304 B`, `1.2 MB`: powers of 1,000. */
export function formatBytes(bytes: number): string {
  const step = Math.min(4, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const unit = ['B', 'kB', 'MB', 'GB', 'TB'][step]
  const value = bytes / 1000 ** step
  return `${formatCount(Number(value.toFixed(value < 10 && step > 0 ? 1 : 0)))} ${unit}`
}

/** Local time of day with milliseconds; the day comes before it when it is not `nowMs`'s. */
export function formatTime(unixNano: string, nowMs: number): string {
  const at = new Date(unixMsOf(unixNano))
  const time = clock.value.format(at)
  return at.toDateString() === new Date(nowMs).toDateString() ? time : `${day.value.format(at)} ${time}`
}

const ages = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `3 min. ago` */
export function formatAge(unixMs: number, nowMs: number): string {
  const age = nowMs - unixMs
  const [unit, size] = ages.find(([, length]) => Math.abs(age) >= length) ?? ages[3]
  return ago.value.format(-Math.round(age / size), unit)
}

/** Unix milliseconds, cut off, of unix nanoseconds in decimal. */
export function unixMsOf(unixNano: string): number {
  return Number(unixNano.slice(0, -6) || '0')
}

/** ISO 8601 in UTC with all nine digits. */
export function isoNano(unixNano: string): string {
  const ms = unixMsOf(unixNano)
  if (!(ms < 8.64e15)) return unixNano
  return `${new Date(ms).toISOString().slice(0, 19)}.${unixNano.slice(-9).padStart(9, '0')}Z`
}

/** A share in per cent, `12 %`; what is more than nothing is never 0 %, what is less than all never 100 %. */
export function shareText(part: number, whole: number): string {
  const share = whole > 0 ? (part / whole) * 100 : 0
  if (share > 0 && share < 1) return '< 1 %'
  return `${share < 100 ? Math.min(99, Math.round(share)) : 100} %`
}

const instant = computed(
  () =>
    new Intl.DateTimeFormat(language.value, {
      month: 'short',
      day: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    }),
)

/** Day and time to the second, local. */
export function formatStep(unixMs: number): string {
  return instant.value.format(unixMs)
}

const minute = computed(
  () => new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
)

/** `09:41`, local. */
export function formatMinute(unixMs: number): string {
  return minute.value.format(unixMs)
}

/** From when to when a step goes. */
export function formatSpan({ fromUnixMs, toUnixMs }: { fromUnixMs: number; toUnixMs: number }): string {
  return instant.value.formatRange(fromUnixMs, toUnixMs)
}
