/** How far a JSON value has been read; offsets are of the bytes that are there. */
export type Scan = {
  at: number
  /** Of each open container, whether it is a list; the outermost first. */
  lists: boolean[]
  expected: 'value' | 'first-value' | 'key' | 'first-key' | 'colon' | 'comma'
  /** Where a text began that has not ended yet. */
  text: number | undefined
  isKey: boolean
  /** Whether it stands in a number or a name. */
  isScalar: boolean
  /** Of the containers that may have lists of records in them. */
  keys: (string | undefined)[]
  /** Whether elements of lists of records are told of, one by one, instead of the value as a whole. */
  isStreaming: boolean
  /** Whether there was such a list. */
  hasList: boolean
  hasStreamed: boolean
  elementStart: number | undefined
  /** The depth and key of the list whose elements are told of. */
  stream: { depth: number; key: string } | undefined
  problem: string | undefined
}

/** Lists that have records in them, by their keys in OTLP, Tempo and Jaeger. */
const recordLists = new Set([
  ...['resourceSpans', 'resourceLogs', 'resourceMetrics', 'resource_spans', 'resource_logs'],
  ...['batches', 'data', 'resource_metrics'],
])
/** Objects that may stand around them: of Tempo, and of Jaeger's API version 3. */
const envelopes = new Set(['trace', 'result'])

/** As much as JSON.parse takes; what of it is kept, the record says. */
const maxDepth = 1_000_000
const [quote, backslash, newline, comma, colon] = [34, 92, 10, 44, 58]
const [openBrace, closeBrace, openBracket, closeBracket] = [123, 125, 91, 93]

/** A list is told of element by element from its beginning. */
export function createScan(start: number, first: number): Scan {
  return {
    at: start,
    lists: [],
    expected: 'value',
    text: undefined,
    isKey: false,
    isScalar: false,
    keys: [],
    isStreaming: first === openBracket,
    hasList: false,
    hasStreamed: false,
    elementStart: undefined,
    stream: undefined,
    problem: undefined,
  }
}

/**
 * Reads on in a JSON value, as far as there are bytes: whether its brackets, texts and commas are where they may be. What its
 * scalars are, JSON.parse will see. `element` hears of each element of a list of records.
 */
export function scanValue(
  scan: Scan,
  data: Buffer,
  element: (from: number, to: number, key: string) => void,
): 'more' | 'done' | 'broken' {
  while (scan.at < data.length) {
    if (scan.text !== undefined) {
      if (!skipText(scan, data)) return scan.problem === undefined ? 'more' : 'broken'
    } else if (scan.isScalar) {
      skipScalar(scan, data)
      if (scan.isScalar) return 'more'
    } else if (data[scan.at]! <= 32) scan.at++
    else if (!step(scan, data[scan.at]!)) {
      scan.problem ??= `it is no JSON at ${quoted(data, scan.at)}`
      return 'broken'
    }
    const depth = scan.lists.length
    const { stream } = scan
    if (stream === undefined) {
      if (depth === 0 && scan.expected === 'comma') return 'done'
    } else if (depth === stream.depth && scan.elementStart !== undefined && scan.expected === 'comma') {
      const from = scan.elementStart
      scan.elementStart = undefined
      element(from, scan.at, stream.key)
    } else if (depth < stream.depth) scan.stream = stream.depth > 1 && scan.lists[0] ? outerStream : undefined
    if (depth === 0 && scan.expected === 'comma') return 'done'
  }
  return 'more'
}

const outerStream = { depth: 1, key: '' }

/** False: what comes may not stand there. */
function step(scan: Scan, byte: number): boolean {
  const { expected } = scan
  if (byte === closeBrace || byte === closeBracket) return close(scan, byte)
  if (expected === 'comma') {
    if (byte !== comma) return false
    scan.expected = scan.lists.at(-1) ? 'value' : 'key'
    scan.at++
    return true
  }
  if (expected === 'colon') {
    if (byte !== colon) return false
    scan.expected = 'value'
    scan.at++
    return true
  }
  if (expected === 'key' || expected === 'first-key') {
    if (byte !== quote) return false
    scan.isKey = true
    scan.text = scan.at++
    return true
  }
  return beginValue(scan, byte)
}

function beginValue(scan: Scan, byte: number): boolean {
  const isElement = scan.stream?.depth === scan.lists.length && scan.elementStart === undefined
  if (isElement && !isInnerList(scan, byte)) scan.elementStart = scan.at
  if (byte === openBrace || byte === openBracket) return open(scan, byte === openBracket)
  if (byte === quote) {
    scan.isKey = false
    scan.text = scan.at++
    return true
  }
  scan.isScalar = isPartOfScalar(byte)
  return scan.isScalar
}

/** A list of lists, as Zipkin has its traces. */
function isInnerList(scan: Scan, byte: number): boolean {
  return byte === openBracket && scan.stream?.depth === 1 && scan.lists.length === 1 && scan.stream.key === ''
}

function open(scan: Scan, isList: boolean): boolean {
  const depth = scan.lists.length
  if (depth === maxDepth) {
    scan.problem = `it is nested deeper than ${maxDepth} levels`
    return false
  }
  const isRecordList = isList && isListOfRecords(scan, depth)
  scan.lists.push(isList)
  scan.expected = isList ? 'first-value' : 'first-key'
  scan.at++
  if (isRecordList) scan.hasList = true
  if (isRecordList && scan.isStreaming) {
    scan.stream = { depth: depth + 1, key: scan.lists[0] ? '' : scan.keys[depth - 1]! }
    scan.hasStreamed = true
  }
  return true
}

function isListOfRecords(scan: Scan, depth: number): boolean {
  const { lists, keys, stream } = scan
  if (depth === 0) return true
  if (lists[0]) return depth === 1 && stream?.depth === 1 && scan.elementStart === undefined
  if (!recordLists.has(keys[depth - 1] ?? '')) return false
  return depth === 1 || (depth === 2 && envelopes.has(keys[0] ?? ''))
}

function close(scan: Scan, byte: number): boolean {
  const isList = scan.lists.at(-1)
  if (isList === undefined || isList !== (byte === closeBracket)) return false
  const isEmpty = scan.expected === 'first-value' || scan.expected === 'first-key'
  if (!isEmpty && scan.expected !== 'comma') return false
  scan.lists.pop()
  scan.expected = 'comma'
  scan.at++
  return true
}

/** True: the text has ended. */
function skipText(scan: Scan, data: Buffer): boolean {
  let { at } = scan
  for (; at < data.length; at++) {
    const byte = data[at]!
    if (byte === quote) break
    if (byte === backslash) {
      if (at + 1 === data.length) break
      at++
    } else if (byte === newline) {
      scan.problem = 'a text in it does not end in its line'
      return false
    }
  }
  if (at >= data.length || data[at] !== quote) {
    scan.at = at
    return false
  }
  const depth = scan.lists.length
  if (scan.isKey && depth <= 2) scan.keys[depth - 1] = shortKey(data, scan.text! + 1, at)
  scan.text = undefined
  scan.at = at + 1
  scan.expected = scan.isKey ? 'colon' : 'comma'
  return true
}

/** Where the beginning has gone already, it is too long to be one that matters. */
function shortKey(data: Buffer, from: number, to: number): string {
  return from >= 0 && to - from <= 20 ? data.toString('latin1', from, to) : ''
}

/** Without an end of the value, more has to come. */
function skipScalar(scan: Scan, data: Buffer): void {
  while (scan.at < data.length && isPartOfScalar(data[scan.at]!)) scan.at++
  if (scan.at === data.length) return
  scan.isScalar = false
  scan.expected = 'comma'
}

/** Letters, digits and signs of numbers, `true`, `false` and `null`. */
function isPartOfScalar(byte: number): boolean {
  if (byte >= 48 && byte <= 57) return true
  const letter = byte | 32
  return (letter >= 97 && letter <= 122) || byte === 43 || byte === 45 || byte === 46
}

function quoted(data: Buffer, at: number): string {
  return JSON.stringify(data.toString('utf8', at, Math.min(data.length, at + 20)))
}

/** Offsets are from now on of data whose first `by` bytes are gone. */
export function moveScan(scan: Scan, by: number): void {
  scan.at -= by
  if (scan.elementStart !== undefined) scan.elementStart -= by
  if (scan.text !== undefined) scan.text -= by
}
