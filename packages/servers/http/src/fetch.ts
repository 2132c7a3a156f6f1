import {
  activeContext,
  createHiddenSlot,
  type HiddenSlot,
  keptTraces,
  type Runtime,
  runInContext,
  type SpanDescription,
  type Stop,
  stopAll,
  subscribeChannel,
  wrapMethod,
} from '@clew/core'
import type { Context } from '@opentelemetry/api'
import { describeSent } from './attributes.ts'
import { type ClientSpan, startClientSpan } from './http-client.ts'
import type { options as specs } from './options.ts'
import { blockWithout, type HeaderAccess, valueIn, valueInBlock, withoutName } from './outgoing-headers.ts'
import { createUrlRedactor, type UrlRedactor } from './url.ts'

/** https://undici.nodejs.org/#/docs/api/DiagnosticsChannel */
type UndiciRequest = {
  origin: string | URL
  path: string
  method: string
  /** Name, value, name, value; in undici 5 one text. */
  headers: readonly unknown[] | string
  /** The protocol to upgrade to, such as `websocket`. */
  upgrade?: string | null
  addHeader(name: string, value: string): unknown
}

const undiciHeaders: HeaderAccess<UndiciRequest> = {
  get: ({ headers }, name) =>
    typeof headers === 'string' ? valueInBlock(headers, name) : valueIn(headers, name),
  delete: (request, name) => {
    const { headers } = request
    request.headers = typeof headers === 'string' ? blockWithout(headers, name) : withoutName(headers, name)
  },
  add: (request, name, value) => void request.addHeader(name, value),
}

/** A client span for each request by the global `fetch` and by the undici package: they share their channels. */
export function startFetch({ tracer, options }: Runtime<typeof specs>): Stop {
  const redact = createUrlRedactor(options.redactQuery)
  const spans = createHiddenSlot<ClientSpan>()
  const callers = keepCallers()
  const created = (request: UndiciRequest): void => {
    const caller = activeContext()
    callers.remember(request, caller)
    const span = startClientSpan(tracer, caller, () => describe(request, redact))
    if (!span) return
    spans.set(request, span)
    span.propagate(options.propagateFields, request, undiciHeaders)
  }
  const stops = [
    callers.stop,
    subscribeChannel<{ request: UndiciRequest }>('undici:request:create', ({ request }) => created(request)),
    subscribeChannel<{ request: object; response: { statusCode: number; headers: unknown } }>(
      'undici:request:headers',
      ({ request, response }) => {
        const span = spans.get(request)
        if (keptTraces() !== undefined) span?.takeMark(response.headers)
        span?.responded(response.statusCode)
      },
    ),
    subscribeChannel<{ request: object }>('undici:request:trailers', ({ request }) =>
      spans.get(request)?.end(),
    ),
    subscribeChannel<{ request: object; error: unknown }>('undici:request:error', ({ request, error }) =>
      spans.get(request)?.failed(error),
    ),
  ]
  return () => stopAll(stops)
}

function describe(request: UndiciRequest, redact: UrlRedactor): SpanDescription | undefined {
  const { method, origin, path: target } = request
  // An upgraded connection has no end that undici tells.
  if (request.upgrade || method === 'CONNECT') return undefined
  const { protocol, host } = typeof origin === 'string' ? new URL(origin) : origin
  return describeSent({ method, protocol, host, target }, redact)
}

type Callback = (this: object, ...args: unknown[]) => unknown

// By their names in undici 5 to 7 and in 8.
const callbackName =
  /^on(Connect|Headers|Data|Complete|Error|Upgrade|Request(Start|Upgrade)|Response(Start|Data|End|Error))$/

/**
 * Runs what undici calls back on a request in the context of its caller, which else is the context of whoever opened
 * the connection: the next hop of a redirect or a retry would be taken for another caller's request.
 */
function keepCallers(): { remember(request: object, caller: Context): void; stop: Stop } {
  const callers = createHiddenSlot<Context>()
  const wrapped = new Set<object>()
  const stops: Stop[] = []
  return {
    remember: (request, caller) => {
      callers.set(request, caller)
      // Each copy of undici has its own class, which only its requests lead to.
      const prototype = Object.getPrototypeOf(request) as object
      if (wrapped.has(prototype)) return
      wrapped.add(prototype)
      stops.push(...wrapCallbacks(prototype as Record<string, Callback>, callers))
    },
    stop: () => stopAll(stops),
  }
}

function wrapCallbacks(prototype: Record<string, Callback>, callers: HiddenSlot<Context>): Stop[] {
  const names = Object.getOwnPropertyNames(prototype).filter((name) => callbackName.test(name))
  return names.map((name) =>
    wrapMethod(
      'http',
      prototype,
      name,
      (callback) =>
        function (this: object, ...args) {
          const caller = callers.get(this)
          if (!caller || activeContext() === caller) return callback.apply(this, args)
          return runInContext(caller, () => callback.apply(this, args))
        },
    ),
  )
}
