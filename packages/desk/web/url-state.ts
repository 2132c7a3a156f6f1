import { batch, computed, type ReadonlySignal, signal } from '@preact/signals'
import { changeSearch, type Params, parseInstant, parsePath, type Route } from './url.ts'

/** `push` makes an entry for the browser's back button; `replace` does not, for what changes often. */
export type Step = 'push' | 'replace'

/** In a file the address of the view is what is behind its #: a browser lets nothing else of it change. */
let isFile = false

const path = signal(location.pathname)
const search = signal(location.search)
const params = computed(() => new URLSearchParams(search.value))
const known = new Map<string, ReadonlySignal<string>>()

export const route: ReadonlySignal<Route> = computed(() => parsePath(path.value))

/** A parameter of the address, "" when it is absent. Reading `.value` in a component follows it. */
export function param(name: string): ReadonlySignal<string> {
  const found = known.get(name) ?? computed(() => params.value.get(name) ?? '')
  known.set(name, found)
  return found
}

/** Changes some parameters and keeps the rest; undefined or "" removes one. */
export function setParams(changes: Params, step: Step): void {
  const changed = changeSearch(search.peek(), changes)
  if (changed !== search.peek()) go(path.peek() + changed, step)
}

/** The address of this page with some parameters changed, for a link. */
export function hrefHere(changes: Params): string {
  const changed = changeSearch(search.value, changes)
  return isFile ? `#${changed.slice(1)}` : changed
}

/** Goes to an address of this page, as a click on a link does. */
export function go(href: string, step: Step = 'push'): void {
  const address = isFile ? `#${href.slice(path.peek().length + 1)}` : href
  if (step === 'push') history.pushState(null, '', address)
  else history.replaceState(null, '', address)
  readAddress()
}

/** `from` and `to` of the address in unix milliseconds, for the API. */
export function timeBounds(nowMs: number): { from?: number; to?: number } {
  const from = parseInstant(param('from').value, nowMs)
  const to = parseInstant(param('to').value, nowMs)
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** Follows the browser's buttons and every plain click on a link of this page. Call once. */
export function followAddress(): void {
  if (location.pathname === '/') history.replaceState(null, '', `/chains${location.search}`)
  readAddress()
  addEventListener('popstate', readAddress)
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    if (!link || !isPlainClick(event) || !staysHere(link)) return
    event.preventDefault()
    go(link.href)
  })
}

/** Follows what is behind the # of a file that holds a chain. Call once, instead of {@link followAddress}. */
export function followFile(): void {
  isFile = true
  readAddress()
  addEventListener('popstate', readAddress)
}

function readAddress(): void {
  batch(() => {
    path.value = location.pathname
    search.value = isFile ? location.hash.replace('#', '?') : location.search
  })
}

function isPlainClick(event: MouseEvent): boolean {
  const modified = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
  return event.button === 0 && !modified && !event.defaultPrevented
}

function staysHere(link: HTMLAnchorElement): boolean {
  if (link.target || link.hasAttribute('download') || link.getAttribute('href')?.startsWith('#')) return false
  return link.origin === location.origin && parsePath(link.pathname).page !== 'unknown'
}
