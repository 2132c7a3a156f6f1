import { AsyncLocalStorage } from 'node:async_hooks'
import { writeSync } from 'node:fs'
import type { Context } from '@opentelemetry/api'
import { createHiddenSlot, type HiddenSlot } from './hidden-slot.ts'
import type { RecordSink } from './record/record.ts'
import { createReporter, type Reporter } from './reporter.ts'
import type { HttpRequest } from './seams/http-route.ts'
import type { ModuleListeners } from './seams/on-module-load.ts'

/** What must exist once in a process, whatever number of copies of this package are loaded. */
type CoreState = {
  readonly layout: number
  readonly storage: AsyncLocalStorage<Context>
  sink: RecordSink | undefined
  reporter: Reporter
  /** Names of instrumentations that run now. */
  readonly running: Set<string>
  /** By the request object of the server that runs it. */
  readonly httpRequests: HiddenSlot<HttpRequest>
  readonly moduleListeners: ModuleListeners
}

const key = Symbol.for('@clew/core')
/** Goes up when a copy with the old form of CoreState could not work with the new one. */
const layout = 1

type Holder = { [key]?: CoreState }

let cached: CoreState | undefined

export function coreState(): CoreState {
  cached ??= joinState()
  return cached
}

function joinState(): CoreState {
  const known = (globalThis as Holder)[key]
  if (known?.layout === layout) return known
  const state = createState()
  if (known)
    state.reporter('CLEW_SECOND_CORE', `this copy has layout ${layout}, the first one ${known.layout}`)
  // Not enumerable and not writable: a second copy reads it, nobody replaces it.
  else Object.defineProperty(globalThis, key, { value: state })
  return state
}

function createState(): CoreState {
  return {
    layout: layout,
    storage: new AsyncLocalStorage(),
    sink: undefined,
    reporter: createReporter({ now: Date.now, write: writeToStderr }),
    running: new Set(),
    httpRequests: createHiddenSlot(),
    moduleListeners: { byPackage: new Map(), isHooked: false },
  }
}

// Synchronous and without process.stderr, whose first use opens a stream that the application may never have wanted.
function writeToStderr(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // A closed or full stderr has no reader to tell.
  }
}
