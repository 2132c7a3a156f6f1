import { AsyncLocalStorage } from 'node:async_hooks'
import { writeSync } from 'node:fs'
import type { Context } from '@opentelemetry/api'
import { createHiddenSlot, type HiddenSlot } from './hidden-slot.ts'
import type { RecordSink } from './record/record.ts'
import { createReporter, type Reporter } from './reporter.ts'
import type { HttpRequest } from './seams/http-route.ts'

/** What must exist once in a process, whatever number of copies of this package are loaded. */
type CoreState = {
  readonly layout: 1
  readonly storage: AsyncLocalStorage<Context>
  sink: RecordSink | undefined
  reporter: Reporter
  /** Names of instrumentations that run now. */
  readonly running: Set<string>
  /** By the request object of the server that runs it. */
  readonly httpRequests: HiddenSlot<HttpRequest>
}

const KEY = Symbol.for('@clew/core')

type Holder = { [KEY]?: CoreState }

let cached: CoreState | undefined

export function coreState(): CoreState {
  cached ??= (globalThis as Holder)[KEY] ?? install()
  return cached
}

function install(): CoreState {
  const state: CoreState = {
    layout: 1,
    storage: new AsyncLocalStorage(),
    sink: undefined,
    reporter: createReporter({ now: Date.now, write: writeToStderr }),
    running: new Set(),
    httpRequests: createHiddenSlot(),
  }
  // Not enumerable and not writable: a second copy reads it, nobody replaces it.
  Object.defineProperty(globalThis, KEY, { value: state })
  return state
}

// Synchronous and without process.stderr, whose first use opens a stream that the application may never have wanted.
function writeToStderr(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // A closed or full stderr has no reader to tell.
  }
}
