import type { Context, TextMapGetter, TextMapSetter } from '@opentelemetry/api'
import { extractContext, injectContext } from '../api/registered-api.ts'
import { rootContext } from '../context/request-context.ts'
import { guard } from '../process/report.ts'
import { areMany } from './relation.ts'

/** A header of a message by its name, as the library hands it out; undefined when there is none. */
export type HeaderReader = (name: string) => unknown

/** Headers that a message is sent with, by name. */
export type SentHeaders = { readonly [name: string]: string }

/**
 * The most of one header that is read. W3C Baggage has 8,192 bytes, all others are shorter.
 * https://www.w3.org/TR/baggage/#limits
 */
const maxHeaderBytes = 8_192
/** Of a header that came more often than that none is read. */
const maxValues = 32
/** Beside those of the propagators: what only Clew reads. */
const ownHeader = 'clew'
/** They say nothing without the traceparent that they came with. */
const companions: readonly string[] = ['tracestate', ownHeader]

/**
 * What is sent with a message that is made in `context`, as the registered propagator writes it: `traceparent`, `tracestate`,
 * `baggage` or others. Of more than a hundred messages in one call it says how many they are. Empty without a propagator.
 */
export function headersOf(context: Context, together: number): SentHeaders {
  const headers: Record<string, string> = {}
  injectContext(context, headers, setHeader)
  if (areMany(together) && headers.traceparent !== undefined)
    headers[ownHeader] = JSON.stringify({ messages: together })
  return headers
}

const setHeader: TextMapSetter<Record<string, string>> = {
  set: (headers, name, value) => {
    headers[name] = value
  },
}

/**
 * Those of the headers that a message lacks: what it has was set by the application, and stays. A message with a traceparent
 * of its own has the trace that its maker chose.
 */
export function headersToAdd(headers: SentHeaders, has: (name: string) => boolean): SentHeaders {
  const isTraced = has('traceparent')
  const missing: Record<string, string> = {}
  for (const name in headers) {
    if (has(name) || (isTraced && companions.includes(name))) continue
    missing[name] = headers[name]!
  }
  return missing
}

/**
 * The context of the maker of a message: its span as a remote one, and its baggage; the root context when the headers say nothing that can be read.
 * They come from anybody: text, bytes or several of them, of any length. Never throws.
 */
export function contextOfHeaders(read: HeaderReader): Context {
  return guard('reading headers', () => extractContext(rootContext, read, getter), rootContext)
}

const getter: TextMapGetter<HeaderReader> = {
  // No propagator of the conventions asks for it, and of a message from anybody nothing is listed.
  keys: () => [],
  get: (read, name) => textsOf(read(name)),
}

/** With how many others the message was sent, itself among them. */
export function togetherOf(read: HeaderReader): number {
  const text = textsOf(read(ownHeader))
  const [, count] = (typeof text === 'string' && /^\{"messages":(\d{1,9})\}$/.exec(text)) || []
  return count === undefined ? 1 : Number(count)
}

function textsOf(value: unknown): string | string[] | undefined {
  if (!Array.isArray(value)) return textOf(value)
  if (value.length === 1) return textOf(value[0])
  if (value.length > maxValues) return undefined
  const texts = value.map(textOf).filter((text) => text !== undefined)
  return texts.reduce((sum, { length }) => sum + length, 0) > maxHeaderBytes ? undefined : texts
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.length > maxHeaderBytes ? undefined : value
  if (!(value instanceof Uint8Array) || value.byteLength > maxHeaderBytes) return undefined
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8')
}
