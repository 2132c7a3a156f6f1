import { safeText } from '@clew/otlp/text'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import { words } from '../i18n/words.ts'
import { type Failure, mayPass } from '../recovery.ts'
import { param, route, setParams } from '../url-state.ts'
import { Icon } from './icon.tsx'
import { timeRanges } from './time-range.tsx'

/** Characters from which on a heading may not fit into its place. */
const longTitle = 40

/** The heading of a page, which also names the browser's tab. `hidden`: only the tab and screen readers have it. */
export function Title({ children, hidden = false }: { children: string; hidden?: boolean }) {
  useEffect(() => {
    document.title = `${children} · Clew`
  }, [children])
  if (hidden) return <h1 class="unseen">{children}</h1>
  return (
    // With the focus a long one is there in full.
    <h1 class="title" title={children} tabIndex={children.length > longTitle ? 0 : undefined}>
      {children}
    </h1>
  )
}

/** Nothing to show: says so, and in `children` what to do. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

type ProblemProps = { failure: Failure; onRetry?: () => void; children?: ComponentChildren }

/** A failure with its remedy, and what the page does about it by itself. */
export function Problem({ failure, onRetry, children }: ProblemProps) {
  const { problem, retry } = words.value.shell
  const { unreachable, unreadable, unauthorized } = problem
  const own = { unreachable, unreadable, unauthorized }[failure.code]
  return (
    <div class="problem" role="alert">
      <h2 class="severity-error">
        <Icon name="error" /> {problem.title}
      </h2>
      <p>{own ?? safeText(failure.message)}</p>
      {onRetry && mayPass(failure) && <p class="muted">{problem.again}</p>}
      {failure.code === 'timeout' && onRetry && <ShorterTimes />}
      {onRetry && (
        <button type="button" onClick={onRetry}>
          {retry}
        </button>
      )}
      {children}
    </div>
  )
}

/** What can be looked through in time: less. */
function ShorterTimes() {
  const { shorter } = words.value.shell.problem
  const isKnown = ['chains', 'logs', 'patterns', 'services'].includes(route.value.page)
  const times = timeRanges.slice(0, shorterThan(param('from').value))
  if (!isKnown || times.length === 0) return null
  return (
    <div class="shorter-times">
      <span>{shorter}</span>
      {times.map((from) => (
        <button key={from} type="button" onClick={() => setParams({ from, to: undefined }, 'push')}>
          {words.value.shell.range[from]}
        </button>
      ))}
    </div>
  )
}

/** How many of the times are shorter than one of them; all are shorter than what is none. */
function shorterThan(from: string): number {
  const at = (timeRanges as readonly string[]).indexOf(from)
  return at < 0 ? timeRanges.length : at
}
