/** Hours of some days of the week, by the clock of a place. */
export type WeekTime = {
  /** 0 is Sunday; empty: every day. */
  weekdays: readonly number[]
  /** Minutes since midnight. When `untilMinute` is not after it, the time goes on into the next day. */
  fromMinute: number
  /** 1440: until midnight. */
  untilMinute: number
  /** IANA name, such as `Asia/Shanghai`. */
  timeZone: string
}

const formats = new Map<string, Intl.DateTimeFormat>()
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/**
 * Whether a moment is within. It is asked of the wall clock there, so an hour that a change of clocks leaves out never is, and
 * one that comes twice is twice.
 */
export function isWithin({ weekdays, fromMinute, untilMinute, timeZone }: WeekTime, nowMs: number): boolean {
  const { weekday, minute } = wallClock(timeZone, nowMs)
  const isOn = (day: number): boolean => weekdays.length === 0 || weekdays.includes(day)
  if (fromMinute < untilMinute) return isOn(weekday) && fromMinute <= minute && minute < untilMinute
  // The night belongs to the day on which it began.
  return (isOn(weekday) && minute >= fromMinute) || (isOn((weekday + 6) % 7) && minute < untilMinute)
}

function wallClock(timeZone: string, nowMs: number): { weekday: number; minute: number } {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
    })
    formats.set(timeZone, format)
  }
  const parts = Object.fromEntries(format.formatToParts(nowMs).map(({ type, value }) => [type, value]))
  return { weekday: days.indexOf(parts.weekday!), minute: Number(parts.hour) * 60 + Number(parts.minute) }
}
