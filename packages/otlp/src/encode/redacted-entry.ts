import { redacted } from '../redact/redaction.ts'
import type { ByteWriter } from './byte-writer.ts'
import { maxNameLength } from './limits.ts'
import { cleanText, type KeyField, keyField } from './text.ts'

/** Whether a redactor takes the number, or BigInt, for a secret. */
export function isSecretNumber({ redactor }: ByteWriter, value: unknown, isId?: boolean): boolean {
  if (redactor === undefined || (typeof value !== 'number' && typeof value !== 'bigint')) return false
  return redactor.isSecretNumber(value, isId)
}

type Entry = { tag: number; field: KeyField; value: unknown; depth: number }
type WriteEntry = (writer: ByteWriter, tag: number, field: KeyField, value: unknown, depth: number) => void

/** Writes of an entry what the redactor leaves. A value that it has looked at is written without it. */
export function writeRedacted(writer: ByteWriter, entry: Entry, write: WriteEntry): void {
  const { tag, field, value, depth } = entry
  const { key } = field
  const { path, redactor } = writer
  if (redactor === undefined) return
  const verdict = redactor.verdict(key)
  const name = verdict.mayBeSecret ? keyField(cleanText(writer, key, maxNameLength)) : field
  const isDenied = verdict.mayBeDenied && redactor.denies(key, path, value)
  const type = typeof value
  let left = value
  if (isDenied) left = redactor.cuts ? redacted : value
  else if (typeof value === 'string') left = cleanText(writer, value, writer.maxLength, verdict)
  else if (isSecretNumber(writer, value, verdict.isId)) left = redacted
  // An object's own values are still to be looked at, and a function's name.
  const isDone = isDenied || type === 'string' || type === 'number' || type === 'bigint'
  if (isDone) writer.redactor = undefined
  else path.push(key)
  try {
    write(writer, tag, name, left, depth)
  } finally {
    if (isDone) writer.redactor = redactor
    else path.pop()
  }
}
