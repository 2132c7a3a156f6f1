import type { Change, EarlyWarning, Precedent } from '../alert.ts'
import { figure, likely, measured, often, percentOf } from '../detect/plain-words.ts'
import { timeIn } from './times.ts'

/** What builds up, in words: each but the first a sentence of its own. */
export type WarningWords = {
  /** Where, and how sure. */
  head(warning: EarlyWarning): string
  change(change: Change, timeZone: string): string
  more(count: number): string
  precedent(precedent: Precedent): string
}

const shownChanges = 3

/** What changed, and what followed it before: what a message tells of a warning besides its head. */
export function warningFacts(warning: EarlyWarning, words: WarningWords, timeZone: string): string[] {
  const { changes, found, precedent } = warning
  const shown = changes.slice(0, shownChanges)
  const rest = found - shown.length
  return [
    ...shown.map((change) => words.change(change, timeZone)),
    ...(rest > 0 ? [words.more(rest)] : []),
    ...(precedent ? [words.precedent(precedent)] : []),
  ]
}

/** What builds up, in each language: `warningWords.en.head(warning)`. Texts of the log in it are as they came. */
export const warningWords: { readonly en: WarningWords; readonly zh: WarningWords } = {
  en: {
    head: ({ services, sure }) =>
      `something builds up${services.length > 1 ? `, also in ${services.slice(1, 4).join(', ')}` : ''}; ${likely(sure)}`,
    change(change, timeZone) {
      const what = { template: `"${change.name}"`, level: `lines of level ${change.name}` }
      return `${englishOf(change, what[change.of as 'template'] ?? `${change.of} ${change.name}`)}, since ${since(change, timeZone)}`
    },
    more: (count) => `${count} more ${count === 1 ? 'change' : 'changes'}`,
    precedent: ({ times, failures, failure, minutesLater }) =>
      failures === 0
        ? `it began like this ${often(times)} before, and nothing came of it`
        : `it began like this ${often(times)} before; "${failure}" followed ${often(failures)}, about ${minutesLater} min later`,
  },
  zh: {
    head: ({ services, sure }) =>
      `有异常正在积累${services.length > 1 ? `，另涉及 ${services.slice(1, 4).join('、')}` : ''}；可信度 ${percentOf(sure)}`,
    change(change, timeZone) {
      const kinds = { template: '', level: '级别 ', span: 'span ', queue: '队列 ', service: '服务 ' }
      const name = change.of === 'template' ? `“${change.name}”` : kinds[change.of] + change.name
      return `${since(change, timeZone)} 起，${chineseOf(change, name)}`
    },
    more: (count) => `另有 ${count} 处变化`,
    precedent: ({ times, failures, failure, minutesLater }) =>
      failures === 0
        ? `此前出现过 ${times} 次同样的开端，均无后果`
        : `此前出现过 ${times} 次同样的开端，其中 ${failures} 次在约 ${minutesLater} 分钟后出现“${failure}”`,
  },
}

function englishOf(change: Change, what: string): string {
  const { kind, field, now, usual } = change
  switch (kind) {
    case 'new':
      return `${what} was never seen before and came ${figure(now)} times in 10 min`
    case 'silent':
      return `nothing of ${what} comes any more, usual are ${figure(usual)} in 10 min`
    case 'mix':
      return `the mix of lines changed: ${what} is ${figure(now)} % of them, usually ${figure(usual)} %`
    case 'more':
    case 'fewer':
      return `${what}: ${figure(now)} in 10 min, usual are ${figure(usual)}${timesOf(now, usual, ' (', ' times)')}`
    default:
      return `${field} of ${what} is ${measured(change, now)}, usual is ${measured(change, usual)}${timesOf(now, usual, ' (', ' times)')}`
  }
}

function chineseOf(change: Change, what: string): string {
  const { kind, field, now, usual } = change
  switch (kind) {
    case 'new':
      return `首次出现 ${what}，10 分钟内 ${figure(now)} 次`
    case 'silent':
      return `${what} 不再出现，平时 10 分钟内 ${figure(usual)} 次`
    case 'mix':
      return `日志构成改变：${what} 占 ${figure(now)} %，平时 ${figure(usual)} %`
    case 'more':
    case 'fewer':
      return `${what}：10 分钟内 ${figure(now)} 次，平时 ${figure(usual)} 次${timesOf(now, usual, '（', ' 倍）')}`
    default:
      return `${what} 的 ${field} 为 ${measured(change, now)}，平时 ${measured(change, usual)}${timesOf(now, usual, '（', ' 倍）')}`
  }
}

/** Where it is usual at all. */
function timesOf(now: number, usual: number, before: string, after: string): string {
  return usual >= 0.5 && now > 0 ? `${before}${figure(now / usual)}${after}` : ''
}

const since = ({ sinceUnixMs }: Change, timeZone: string): string =>
  timeIn(timeZone, sinceUnixMs).time.slice(0, 5)
