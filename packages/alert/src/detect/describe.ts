import { figure, likely, measured, often } from './plain-words.ts'
import type { Change, Warning } from './warning.ts'

/** A warning in plain English: a sentence a line, the lines that show it at the end. */
export function describeWarning(warning: Omit<Warning, 'text'>): string {
  const { services, changes, found, sure, lines, precedent, sinceUnixMs } = warning
  const others = services.length > 1 ? ` (with ${services.slice(1).join(', ')})` : ''
  const rest = found - Math.min(3, changes.length)
  return [
    `${services[0]}${others}: something builds up since ${timeOf(sinceUnixMs)}.`,
    ...changes.slice(0, 3).map((change) => `- ${describeChange(change)}`),
    ...(rest > 0 ? [`- ${rest} more ${rest === 1 ? 'change' : 'changes'} of the same kind`] : []),
    `This is ${likely(sure)}.`,
    ...(precedent ? [describePrecedent(precedent)] : []),
    ...lines.map(({ text, traceId }) => `> ${text}${traceId === '' ? '' : ` (trace ${traceId})`}`),
  ].join('\n')
}

function describeChange(change: Change): string {
  const { kind, of, name, field, now, usual, sinceUnixMs } = change
  const since = `since ${timeOf(sinceUnixMs)}`
  const what = of === 'template' ? `“${name}”` : of === 'level' ? `lines of level ${name}` : `${of} ${name}`
  switch (kind) {
    case 'new':
      return `${what} was never seen before and came ${figure(now)} times in ten minutes, ${since}`
    case 'silent':
      return `nothing of ${what} comes any more, ${since}; usual are ${figure(usual)} in ten minutes`
    case 'mix':
      return `the mix of lines changed: “${name}” is ${figure(now)} % of them, usually ${figure(usual)} %, ${since}`
    case 'more':
    case 'fewer':
      return `${what}: ${figure(now)} in ten minutes, ${timesOf(now, usual)} the usual ${figure(usual)}, ${since}`
    default:
      return `${field} of ${what} is ${measured(change, now)}, ${kind} than the usual ${measured(change, usual)}, ${since}`
  }
}

function describePrecedent({
  times,
  failures,
  failure,
  minutesLater,
}: NonNullable<Warning['precedent']>): string {
  if (failures === 0) return `It began like this ${often(times)} before, and nothing came of it.`
  return `It began like this ${often(times)} before; “${failure}” followed ${often(failures)}, about ${minutesLater} minutes later.`
}

const timesOf = (now: number, usual: number): string =>
  usual < 0.5 ? 'far beyond' : `${figure(now / usual)} times`

const timeOf = (unixMs: number): string => `${new Date(unixMs).toISOString().slice(11, 16)} UTC`
