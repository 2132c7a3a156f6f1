/** What stands in the place of a secret. */
export const redacted = '[redacted]'

/** The names of the patterns that are built in. */
export const redactPatternNames = ['card', 'token', 'email', 'phone', 'cn-id'] as const

/** What is recognized by its shape. */
export type RedactPattern = (typeof redactPatternNames)[number]

/** Why something was cut: `key` for a denied one, or the name of a pattern. */
export type RedactedKind = 'key' | RedactPattern | (string & {})

/** A secret in a text, from `start` to before `end`. */
export type Cut = { kind: RedactedKind; start: number; end: number }

/** What is known of a key, without the keys above it and its value. */
export type KeyVerdict = {
  /** Whether `denies()` is to be asked. */
  mayBeDenied: boolean
  /** Whether there is a secret in itself: it may be made of data. */
  mayBeSecret: boolean
  /** Names a thing by a number, as `order_id` does, which then is no card and no phone. */
  isId: boolean
  /** Its last value that was seen to have no secret: records repeat their values. */
  lastClean: string
}

/** What decides about each key and value that the encoder writes. It keeps no record, and never throws. */
export type Redactor = {
  /** False: it counts, and everything is sent. */
  readonly cuts: boolean
  /** Looked up: records repeat their keys. */
  verdict(key: string): KeyVerdict
  /** Whether the value of `key` is denied, which is counted; `above` are the keys that lead to it. */
  denies(key: string, above: readonly string[], value: unknown): boolean
  /** The text without secrets. `of` is its key, if it is the whole value of one. */
  text(text: string, of?: KeyVerdict): string
  /** Whether a number is one of a card or of a person. */
  isSecretNumber(value: number | bigint, isId?: boolean): boolean
  /** Whether bytes are a text with a secret. */
  isSecretBytes(bytes: Uint8Array): boolean
  /** How much was cut, or would have been, by kind. */
  counts(): Readonly<Record<string, number>>
}
