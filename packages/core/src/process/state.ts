const key = Symbol.for('@clew/core')
/** Goes up when a copy with the old form of one of the parts could not work with the new one. */
export const layout = 2

type SharedState = { readonly layout: number; readonly parts: Map<string, unknown> }
type Holder = { [key]?: SharedState }

const first = (globalThis as Holder)[key]

/** The layout of the copy that came first, when this one cannot share with it and keeps to itself. */
export const foreignLayout: number | undefined = first?.layout === layout ? undefined : first?.layout

const { parts } = first?.layout === layout ? first : createState()

function createState(): SharedState {
  const state = { layout, parts: new Map() }
  // Not enumerable and not writable: a second copy reads it, nobody replaces it.
  if (!first) Object.defineProperty(globalThis, key, { value: state })
  return state
}

/**
 * What must exist once in a process, whatever number of copies of this package are loaded: made by the first copy that
 * asks for the part of this name.
 */
export function sharedState<Part>(name: string, create: () => Part): Part {
  if (!parts.has(name)) parts.set(name, create())
  return parts.get(name) as Part
}
