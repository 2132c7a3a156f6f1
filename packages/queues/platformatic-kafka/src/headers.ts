import { createHiddenSlot } from '@clew/core'
import type { HeaderReader, SentHeaders } from '@clew/core/messaging'
import { headersToAdd } from '@clew/core/messaging'
import type { Headers, MessageLike, MessageToSend, Serializers } from './library.ts'

/** As what a name or a value of a header is handed to a producer: its serializers take the one or the other. */
type Form = 'text' | 'bytes'
export type HeaderForms = { readonly name: Form; readonly value: Form }

const sample = 'traceparent'

/** The forms that the serializers of a producer take; undefined when they take neither. */
export function formsOf({ headerKey, headerValue }: Serializers): HeaderForms | undefined {
  const [name, value] = [formOf(headerKey), formOf(headerValue)]
  return name && value && { name, value }
}

function formOf(serializer: Serializers['headerKey']): Form | undefined {
  // Without one, bytes go as they are.
  if (!serializer) return 'bytes'
  if (makesBytes(serializer, sample)) return 'text'
  return makesBytes(serializer, Buffer.from(sample)) ? 'bytes' : undefined
}

function makesBytes(serializer: NonNullable<Serializers['headerKey']>, data: unknown): boolean {
  try {
    const made = serializer(data)
    return made instanceof Uint8Array && made.byteLength > 0
  } catch {
    return false
  }
}

/** A copy of a message with headers of ours beside its own, in the shape that they have; the message itself if it lacks none. */
export function messageToSend(message: MessageToSend, ours: SentHeaders, forms: HeaderForms): MessageToSend {
  const { topic, key, value, partition, timestamp, metadata, headers = new Map() } = message
  if (typeof headers !== 'object' || headers === null) return message
  const names = namesOf(headers)
  const missing = Object.entries(headersToAdd(ours, (name) => names.has(name)))
  if (missing.length === 0) return message
  const copy: Record<string, unknown> = { ...message, topic, headers: withMore(headers, missing, forms) }
  for (const [name, field] of Object.entries({ key, value, partition, timestamp, metadata })) {
    if (field !== undefined) copy[name] = field
  }
  return copy as MessageToSend
}

function withMore(headers: Headers, more: [name: string, value: string][], forms: HeaderForms): Headers {
  const values = more.map(([name, text]) => [name, inForm(text, forms.value)] as const)
  if (!(headers instanceof Map)) return { ...headers, ...Object.fromEntries(values) }
  return new Map([...headers, ...values.map(([name, value]) => [inForm(name, forms.name), value] as const)])
}

function inForm(text: string, form: Form): unknown {
  return form === 'text' ? text : Buffer.from(text)
}

function namesOf(headers: Headers): ReadonlySet<unknown> {
  return new Set(headers instanceof Map ? [...headers.keys()].map(nameOf) : Object.keys(headers))
}

const longestName = 64

// A name that is longer is none that we look for.
function nameOf(name: unknown): unknown {
  if (!(name instanceof Uint8Array) || name.byteLength > longestName) return name
  return Buffer.from(name.buffer, name.byteOffset, name.byteLength).toString('utf8')
}

/** Reads the headers of a message that was received, whatever its deserializers have made of their names. */
export function headersOf({ headerEntries, headers }: MessageLike): HeaderReader {
  const entries = headerEntries ?? headers ?? []
  return (name) => {
    const values: unknown[] = []
    for (const [given, value] of entries) if (nameOf(given) === name) values.push(value)
    return values.length > 1 ? values : values[0]
  }
}

const forms = createHiddenSlot<{ readonly forms: HeaderForms | undefined }>()

/** The same, found once for each producer. */
export function formsOfProducer(producer: object, read: () => Serializers): HeaderForms | undefined {
  const known = forms.get(producer)
  if (known) return known.forms
  const found = { forms: formsOf(read()) }
  forms.set(producer, found)
  return found.forms
}
