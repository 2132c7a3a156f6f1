import { createContext } from 'preact'
import { readStored, store } from './stored.ts'

/** How many colours of services there are: `--service-0` and on. */
export const serviceColours = 12
/** Prime to the number of colours, so that a search for a free one comes by all. */
const step = 5
/** As many services as the reader's browser remembers the colours of. */
const mostRemembered = 400

/** One of the colours; where there are more services than colours, those of one colour have different signs, 0 for none. */
export type ServiceLook = { colour: number; sign: number }
export type LookOf = (name: string) => ServiceLook

/** Colours of services by name, those that were seen first first. */
const remembered = new Map<string, number>(readRemembered())

/** The look of a service in lists, where any number of services may stand: the same on every page. */
export function serviceLook(name: string): ServiceLook {
  return { colour: remember([name])[0]!, sign: 0 }
}

/** As a CSS value. */
export function colourValue({ colour }: ServiceLook): string {
  return `var(--service-${colour})`
}

/**
 * The looks of the services of one view: no two are the same. Each has the colour that it has in lists, unless one that
 * was seen before it has it here already.
 */
export function looksIn(names: Iterable<string>): LookOf {
  const distinct = [...new Set(names)]
  remember(distinct)
  const ranks = new Map([...remembered.keys()].map((name, rank) => [name, rank]))
  const rankOf = (name: string) => ranks.get(name) ?? ranks.size
  const looks = new Map<string, ServiceLook>()
  const taken = new Set<number>()
  for (const name of distinct.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const first = remembered.get(name) ?? preferred(name)
    const place = firstFree(first, (one) => !taken.has(one))
    taken.add(place)
    looks.set(name, { colour: place % serviceColours, sign: Math.floor(place / serviceColours) })
  }
  return (name) => looks.get(name) ?? serviceLook(name)
}

/** What draws the services of the view around it. */
export const ServiceLooks = createContext<LookOf>(serviceLook)

/** The first that is free of every colour once, then every colour with the next sign, and so on. */
function firstFree(first: number, isFree: (place: number) => boolean): number {
  for (let at = 0; ; at++) {
    const sign = Math.floor(at / serviceColours)
    const place = sign * serviceColours + ((first + at * step) % serviceColours)
    if (isFree(place)) return place
  }
}

/** The colours of services; one that is new gets the one that fewest have. */
function remember(names: readonly string[]): number[] {
  const before = remembered.size
  const colours = names.map((name) => {
    const colour = remembered.get(name) ?? leastUsed(preferred(name))
    if (!remembered.has(name) && remembered.size < mostRemembered) remembered.set(name, colour)
    return colour
  })
  if (remembered.size > before) store('services', JSON.stringify([...remembered]))
  return colours
}

function leastUsed(first: number): number {
  const uses = new Array<number>(serviceColours).fill(0)
  for (const colour of remembered.values()) uses[colour]!++
  const least = Math.min(...uses)
  return firstFree(first, (colour) => uses[colour] === least)
}

function readRemembered(): [string, number][] {
  try {
    const stored: unknown = JSON.parse(readStored('services') ?? '[]')
    return Array.isArray(stored) ? stored.filter(isColourOf).slice(0, mostRemembered) : []
  } catch {
    return []
  }
}

function isColourOf(entry: unknown): entry is [string, number] {
  if (!Array.isArray(entry) || typeof entry[0] !== 'string') return false
  return Number.isInteger(entry[1]) && entry[1] >= 0 && entry[1] < serviceColours
}

/** FNV-1a. */
function preferred(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return ((value ^ (value >>> 15)) >>> 0) % serviceColours
}
