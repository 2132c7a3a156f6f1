import { formatTime, isoNano } from '../format.ts'

/** An instant in local time with milliseconds; the title has all nine digits. */
export function TimeText({ unixNano }: { unixNano: string }) {
  return (
    <time class="number" dateTime={isoNano(unixNano)} title={isoNano(unixNano)}>
      {formatTime(unixNano, Date.now())}
    </time>
  )
}
