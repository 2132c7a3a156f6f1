const formats = new Map<string, Intl.DateTimeFormat>()

/** `2026-11-29` and `10:01:07.123` of a moment in a time zone. */
export function timeIn(timeZone: string, unixMs: number): { day: string; time: string } {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
    })
    formats.set(timeZone, format)
  }
  // Records may say anything; a Date ends at ±8.64e15.
  const moment = Number.isFinite(unixMs) ? Math.min(Math.max(unixMs, 0), 8.64e15) : 0
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]))
  return {
    day: `${parts.year}-${parts.month}-${parts.day}`,
    time: `${parts.hour}:${parts.minute}:${parts.second}.${parts.fractionalSecond}`,
  }
}

/** `2026-11-29 10:01:07 – 10:04:52 (UTC)`; the day of the end where it is another one. */
export function spanIn(timeZone: string, fromMs: number, toMs: number): string {
  const [from, to] = [timeIn(timeZone, fromMs), timeIn(timeZone, toMs)]
  const begin = `${from.day} ${secondsOf(from.time)}`
  const end = from.day === to.day ? secondsOf(to.time) : `${to.day} ${secondsOf(to.time)}`
  return `${begin}${begin === `${to.day} ${end}` ? '' : ` – ${end}`} (${timeZone})`
}

function secondsOf(time: string): string {
  return time.slice(0, 8)
}

const unitNames = {
  en: { d: 'd', h: 'h', m: 'm', s: 's', ms: 'ms' },
  zh: { d: ' 天', h: ' 小时', m: ' 分钟', s: ' 秒', ms: ' 毫秒' },
} as const

/** `4s`, `12m`, `1h 5m`, `2d 3h`, or `1 小时 5 分钟`: the two largest units. */
export function lengthInWords(ms: number, language: 'en' | 'zh' = 'en'): string {
  const names = unitNames[language]
  if (ms > 0 && ms < 1_000) return `${Math.round(ms)}${names.ms}`
  const seconds = Math.max(0, Math.round(ms / 1_000))
  const counts = [
    [Math.floor(seconds / 86_400), names.d],
    [Math.floor(seconds / 3_600) % 24, names.h],
    [Math.floor(seconds / 60) % 60, names.m],
    [seconds % 60, names.s],
  ] as const
  const first = counts.findIndex(([count]) => count > 0)
  if (first < 0) return `0${names.s}`
  return counts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count}${unit}`)
    .join(' ')
}
