/** What stands in the place of a secret. */
export const redacted = '[redacted]'

/** The names of the patterns that are built in. */
export const redactPatternNames = ['card', 'token', 'email', 'phone', 'cn-id'] as const

/** What is recognized by its shape. */
export type RedactPattern = (typeof redactPatternNames)[number]

/** Why something was cut: a denied key, or a pattern. */
export type RedactedKind = 'key' | RedactPattern

/** What decides about each key and value that the encoder writes. It keeps no record, and never throws. */
export type Redactor = {
  /** False: it counts, and everything is sent. */
  readonly cuts: boolean
  /** Whether the value of `key` is denied, which is counted; `above` are the keys that lead to it. */
  denies(key: string, above: readonly string[], value: unknown): boolean
  /** The text without secrets. `key`: whose whole value it is. */
  text(text: string, key?: string): string
  /** Whether a number is one of a card or of a person. */
  isSecretNumber(value: number | bigint, key?: string): boolean
  /** Whether bytes are a text with a secret. */
  isSecretBytes(bytes: Uint8Array): boolean
  /** How much was cut, or would have been. */
  counts(): Readonly<Record<RedactedKind, number>>
}
