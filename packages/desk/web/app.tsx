import type { ComponentType } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { deskStatus } from './components/desk-status.tsx'
import { EmptyState, Problem, Title } from './components/page.tsx'
import { Shell } from './components/shell.tsx'
import { words } from './i18n/words.ts'
import { isTyping } from './keys.ts'
import { askAgainMs } from './recovery.ts'
import type { Route } from './url.ts'
import { route } from './url-state.ts'

type Page = Exclude<Route['page'], 'unknown'>

const pages: Record<Page, () => Promise<ComponentType>> = {
  chains: async () => (await import('./pages/chains/page.tsx')).ChainsPage,
  chain: async () => (await import('./pages/chain/page.tsx')).ChainPage,
  compare: async () => (await import('./pages/compare/page.tsx')).ComparePage,
  logs: async () => (await import('./pages/logs/page.tsx')).LogsPage,
  patterns: async () => (await import('./pages/patterns/page.tsx')).PatternsPage,
  services: async () => (await import('./pages/services/page.tsx')).ServicesPage,
  alerts: async () => (await import('./pages/alerts/page.tsx')).AlertsPage,
  series: async () => (await import('./pages/metrics/page.tsx')).MetricsPage,
  start: async () => (await import('./pages/start/page.tsx')).StartPage,
}

export function App() {
  const { page } = route.value
  return <Shell>{page === 'unknown' ? <Unknown /> : <Loaded key={page} page={page} />}</Shell>
}

/**
 * The other pages come once somebody is there, or after a while: they open while the desk is away, too. Through a slow line the
 * first one would wait for them.
 */
function loadOthers(): void {
  const load = () => {
    clearTimeout(timer)
    for (const sign of signsOfLife) removeEventListener(sign, load)
    for (const page of Object.values(pages)) page().catch(() => undefined)
  }
  const timer = setTimeout(load, unusedMs)
  for (const sign of signsOfLife) addEventListener(sign, load, { passive: true })
}

const signsOfLife = ['pointermove', 'pointerdown', 'keydown'] as const
const unusedMs = 30_000

let hasOthers = false

function Loaded({ page }: { page: Page }) {
  const [Content, setContent] = useState<ComponentType | 'lost'>()
  const [turn, setTurn] = useState(0)
  useEffect(() => {
    pages[page]().then(
      (component) => {
        setContent(() => component)
        if (!hasOthers) loadOthers()
        hasOthers = true
      },
      () => setContent('lost'),
    )
  }, [page, turn])
  useEffect(() => {
    if (Content !== 'lost') return
    const timer = setInterval(() => setTurn((before) => before + 1), askAgainMs)
    return () => clearInterval(timer)
  }, [Content])
  useFocusOnArrival(Content !== undefined)
  if (Content === undefined) return null
  return Content === 'lost' ? <PageLost /> : <Content />
}

let arrived = false

/**
 * A page that replaces another takes the focus, which would else be lost with the link that was clicked;
 * but not from where one types already.
 */
function useFocusOnArrival(ready: boolean): void {
  const done = useRef(false)
  useEffect(() => {
    if (!ready || done.current) return
    done.current = true
    if (arrived && !isTyping(document.activeElement)) document.getElementById('main')?.focus()
    arrived = true
  }, [ready])
}

/** Some browsers never ask again for a module that did not come: once the desk answers, the page is loaded anew. */
function useReload(): void {
  const answers = deskStatus.value?.value !== undefined
  useEffect(() => {
    // One that has only just been loaded would be loaded for ever.
    if (answers && performance.now() > freshMs) location.reload()
  }, [answers])
}

const freshMs = 10_000

function PageLost() {
  const { pageLost, reload } = words.value.shell.problem
  useReload()
  return (
    <Problem failure={{ code: 'page-lost', message: pageLost }}>
      <button type="button" onClick={() => location.reload()}>
        {reload}
      </button>
    </Problem>
  )
}

function Unknown() {
  const { title, back } = words.value.shell.unknown
  return (
    <>
      <Title hidden>{title}</Title>
      <EmptyState title={title}>
        <a href="/chains">{back}</a>
      </EmptyState>
    </>
  )
}
