import { findPrinted, parseObject } from '@clew/core'
import { type Info, messageKey } from './winston-shapes.ts'

/** The JSON of printed lines, by entry: one with many objects that have a toJSON is parsed once. */
const parsed = new WeakMap<object, unknown>()

/**
 * What json(), simple() and their like have printed for the object at the end of `path`, which begins with a value of
 * the entry. Undefined where the line does not show it in its place.
 */
export function printedJson(entry: object, path: readonly object[]): unknown {
  return findPrinted(parsedLine(entry as Info), entry, path)
}

function parsedLine(entry: Info): unknown {
  if (!parsed.has(entry)) parsed.set(entry, parseLine(entry))
  return parsed.get(entry)
}

function parseLine({ [messageKey]: line, message }: Info): unknown {
  if (typeof line !== 'string' || !line.endsWith('}')) return undefined
  if (line.startsWith('{')) {
    const json = parseObject(line)
    // A message that is JSON itself may be all that is printed.
    return json?.message === message || typeof message !== 'string' ? json : undefined
  }
  return String(message).includes('{') ? undefined : parseObject(line.slice(line.indexOf('{')))
}
