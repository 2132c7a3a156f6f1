import type { Attributes, Value } from './model.ts'

/** How a field that holds no message is written, by the names of the .proto files where they have one. */
export type Kind =
  | 'text'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'int32'
  | 'int64'
  | 'uint32'
  | 'fixed32'
  | 'fixed64'
  | 'value'
  | 'attributes'
  // Of metrics. Where the first two are undefined they are not written, but 0 is: one of them is there.
  | 'sfixed64'
  | 'double'
  | 'boolean'
  | 'counts'
  | 'bounds'
  | 'sint32'
  | 'varints'

const zero = (): number => 0
const noText = (): string => ''
const nothing = (): undefined => undefined

const kinds: Record<Kind, { wireType: number; empty(): unknown }> = {
  text: { wireType: 2, empty: noText },
  bytes: { wireType: 2, empty: () => new Uint8Array() },
  traceId: { wireType: 2, empty: noText },
  spanId: { wireType: 2, empty: noText },
  int32: { wireType: 0, empty: zero },
  int64: { wireType: 0, empty: zero },
  uint32: { wireType: 0, empty: zero },
  fixed32: { wireType: 5, empty: zero },
  fixed64: { wireType: 1, empty: () => 0n },
  value: { wireType: 2, empty: () => null },
  attributes: { wireType: 2, empty: emptyAttributes },
  sfixed64: { wireType: 1, empty: nothing },
  double: { wireType: 1, empty: nothing },
  boolean: { wireType: 0, empty: () => false },
  counts: { wireType: 2, empty: () => [] },
  bounds: { wireType: 2, empty: () => [] },
  sint32: { wireType: 0, empty: zero },
  varints: { wireType: 2, empty: () => [] },
}

/** One field: its name in JSON and in the model, its tag on the wire, and what is in it. */
export type Field = {
  name: string
  tag: number
  /** What an empty message has there; what is `zero` is not written. */
  empty(): unknown
  zero: unknown
} & ({ kind: Kind; message: undefined } | { kind: 'message' | 'messages'; message: Message<Values> })

/** What a message of any table holds, by the names of its fields. */
export type Values = { [name: string]: unknown }

/** A table of fields: `fields` in the order of JSON, `byNumber` in that of the wire. */
export type Message<T> = {
  fields: readonly Field[]
  byNumber: readonly Field[]
  byTag: readonly (Field | undefined)[]
  /** Where it is empty, a single one is left out of the wire, a list without one out of JSON. */
  optional: boolean
  /** A field of it is undefined until one comes: one of several that there may be. */
  choice: boolean
  empty(): T
  /** An object of its shape, of which every field is to be set: what is in it is shared. */
  blank(): Values
}

/** What a table says of a field of type `T`: its kind, the table of its message, or that in a list where it is repeated. */
type Content<T> = [Value] extends [T]
  ? 'value'
  : [T] extends [string]
    ? 'text' | 'traceId' | 'spanId'
    : [T] extends [bigint]
      ? 'fixed64'
      : [T] extends [number]
        ? 'int32' | 'uint32' | 'fixed32' | 'sint32'
        : [T] extends [number | bigint]
          ? 'int64'
          : [T] extends [Uint8Array]
            ? 'bytes'
            : [T] extends [boolean]
              ? 'boolean'
              : [T] extends [number | undefined]
                ? 'sfixed64' | 'double'
                : [T] extends [readonly number[]]
                  ? 'counts' | 'bounds' | 'varints'
                  : [Attributes] extends [T]
                    ? 'attributes'
                    : [T] extends [readonly (infer Item)[]]
                      ? readonly [Message<Item>]
                      : Message<Exclude<T, undefined>>

type Table<T> = { [Name in keyof T]: readonly [number: number, content: Content<T[Name]>] }

/** Makes a table when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Makes a message of the numbers and contents of its fields, which stand in the order of their JSON. */
export function message<T extends object>(table: Table<NoInfer<T>>): Message<T> {
  const entries: [string, readonly [number, AnyContent]][] = Object.entries(table)
  const fields = entries.map(([name, [number, content]]) => fieldOf(name, number, content))
  const byNumber = fields.toSorted((a, b) => a.tag - b.tag)
  const byTag = Array.from({ length: byNumber.at(-1)!.tag + 1 }, (_, tag) =>
    fields.find((field) => field.tag === tag),
  )
  const shape = Object.fromEntries(fields.map(({ name, zero }) => [name, zero]))
  const unshared = fields.filter(
    ({ kind }) => kind === 'attributes' || kind === 'message' || kind === 'messages',
  )
  // Spread takes four times as long once it has seen more than a few shapes (112 against 29 ns, Node 24).
  const blank = (): Values => Object.assign({}, shape)
  const empty = (): Values => {
    const values = blank()
    for (const { name, empty } of unshared) values[name] = empty()
    return values
  }
  return { fields, byNumber, byTag, optional: false, choice: false, empty: empty as () => T, blank }
}

type AnyContent = Kind | Message<Values> | readonly [Message<Values>]

function fieldOf(name: string, number: number, content: AnyContent): Field {
  if (typeof content === 'string') {
    const { wireType, empty } = kinds[content]
    return { name, tag: number * 8 + wireType, empty, zero: empty(), kind: content, message: undefined }
  }
  const of = { name, tag: number * 8 + 2, zero: undefined }
  return 'fields' in content
    ? { ...of, empty: content.choice ? nothing : content.empty, kind: 'message', message: content }
    : { ...of, empty: () => [], kind: 'messages', message: content[0] }
}

/** The same, of a message that is left out where it is empty. */
export function optional<T extends object>(table: Table<NoInfer<T>>): Message<T> {
  return { ...message<T>(table), optional: true }
}

/** The same, of a message that is one of several. */
export function choice<T extends object>(table: Table<NoInfer<T>>): Message<T> {
  return { ...message<T>(table), choice: true }
}

// Objects made by a function with a null-prototype `prototype` have no inherited names (`__proto__`,
// `constructor`), and unlike those of `Object.create(null)` V8 keeps them in their fast form.
const attributesClass = function attributes() {} as unknown as { new (): Attributes; prototype: object }
attributesClass.prototype = Object.create(null) as object

/** An object for names that come from outside: it inherits nothing, so `__proto__` is a name like any other. */
export function emptyAttributes(): Attributes {
  return new attributesClass()
}
