import { classOf, digit, isBlank, letter } from './character.ts'
import { hashStart, hashStep } from './tokens.ts'
import { hexPairsEnd, isId } from './word.ts'

/** Longer lines have no shape; `scanLine` cuts none of those that have, and finds where each quote of them closes. */
export const longestShape = 256

const newline = 10
const hyphen = 45
const zero = 48
const smallA = 97

/** The shape that was read last; filled anew by each `readShape`. */
export type Shape = { length: number; hash: number; readonly codes: Uint16Array }

export function createShape(): Shape {
  return { length: 0, hash: 0, codes: new Uint16Array(longestShape) }
}

/**
 * A line with the parts of its words that are values as one sign each: `0` when they begin with a digit, else `a0`. Lines of
 * one shape have the same words and values. False when that cannot be told without a scan.
 */
export function readShape(line: string, shape: Shape): boolean {
  const limit = Math.min(line.length, longestShape)
  shape.length = 0
  shape.hash = hashStart
  let valueEnd = -1
  let at = 0
  while (at < limit) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (kind === letter || kind === digit) {
      if (kind === letter && hexPairsEnd(line, at) > 0) return false
      // What a hyphen joins to a value is part of it: the groups of a UUID.
      const isJoined = valueEnd === at - 1 && line.charCodeAt(valueEnd) === hyphen
      if (kind === digit || isJoined) {
        push(shape, zero)
        at = partEnd(line, at + 1, limit)
        valueEnd = at
      } else {
        const { length } = shape
        at = readPart(line, at, limit, shape)
        if (shape.length === length + 2 && shape.codes[length + 1] === zero) valueEnd = at
      }
    } else if (code === newline) break
    else {
      push(shape, code)
      at++
    }
  }
  const isWhole = at === line.length || (at < limit && line.charCodeAt(at) === newline)
  return isWhole && at > 0 && !isBlank(shape.codes[0]!)
}

/** What begins with a letter: as it is, unless it is an id. */
function readPart(line: string, start: number, limit: number, shape: Shape): number {
  const { length, codes } = shape
  let { hash } = shape
  let letters = 0
  let digits = 0
  let isHex = true
  let at = start
  for (; at < limit; at++) {
    const code = line.charCodeAt(at)
    const kind = classOf(code)
    if (kind === letter) {
      letters++
      if ((code | 32) > 102) isHex = false
    } else if (kind === digit) digits++
    else break
    codes[length + at - start] = code
    hash = hashStep(hash, code)
  }
  if (isId(letters, digits, isHex)) {
    push(shape, smallA)
    push(shape, zero)
  } else {
    shape.length = length + at - start
    shape.hash = hash
  }
  return at
}

function partEnd(line: string, from: number, limit: number): number {
  let at = from
  for (; at < limit; at++) {
    const kind = classOf(line.charCodeAt(at))
    if (kind !== digit && kind !== letter) break
  }
  return at
}

function push(shape: Shape, code: number): void {
  shape.codes[shape.length++] = code
  shape.hash = hashStep(shape.hash, code)
}
