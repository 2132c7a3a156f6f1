import type { Value } from '../model.ts'
import { parsePriority, parseSeverity } from '../severity.ts'
import { findLogfmt } from './logfmt.ts'
import { findPlainLog, type JsonObject, type PlainLog } from './plain-log.ts'
import { parseTime } from './plain-time.ts'
import { mergeWrapped, unwrapLine, type Wrapped } from './plain-wrapped.ts'

/** What the head of a line says, and the rest, which is its message. */
type Head = {
  unixNano: bigint
  rest: string
  level?: { number: number; text: string } | undefined
  service?: string | undefined
  attributes?: { [key: string]: Value }
}

/**
 * Reads a log object, also one in which Docker or Loki keep the line of somebody else. Undefined: it has no time, no level and no
 * message. `nowMs` as in `readPlainLog`. Never throws.
 */
export function readLogObject(log: JsonObject, nowMs: number): PlainLog | undefined {
  const wrapped = unwrapLine(log)
  return wrapped === undefined ? findPlainLog(log, nowMs) : readWrapped(wrapped, nowMs)
}

function readWrapped(wrapped: Wrapped, nowMs: number): PlainLog {
  const inner = parseObject(wrapped.line)
  const log = inner && findPlainLog(mergeWrapped(inner, wrapped), nowMs)
  if (log) return log
  const time = parseTime(wrapped.time)
  const line =
    readTextLine(wrapped.line, nowMs) ?? bareLine(wrapped.line, time ?? BigInt(nowMs) * 1_000_000n, nowMs)
  Object.assign(line.record.attributes, wrapped.more)
  return line
}

/**
 * Reads a line of text that says when it was written: with a date before it, of syslog, of an access log, of Kubernetes, or in
 * logfmt. What stands behind the date is the body, the level in it its severity. Undefined: it has no time. Never throws.
 */
export function readTextLine(text: string, nowMs: number): PlainLog | undefined {
  const logfmt = findLogfmt(text)
  if (logfmt !== undefined) return findPlainLog(logfmt, nowMs)
  for (const read of heads) {
    const head = read(text, nowMs)
    if (head !== undefined) return lineOf(head, nowMs)
  }
  const [, time, stream, , rest] = /^(\S{20,40}) (stdout|stderr) ([FP]) (.*)$/s.exec(text) ?? []
  // https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
  if (rest !== undefined && parseTime(time) !== undefined)
    return readWrapped({ line: rest, time, more: { stream } }, nowMs)
  const leading = leadingTime(text)
  return leading && lineOf(leading, nowMs)
}

function lineOf({ unixNano, rest, level, service, attributes }: Head, nowMs: number): PlainLog {
  const line = bareLine(rest, unixNano, nowMs)
  if (level !== undefined) {
    line.record.severityNumber = level.number
    line.record.severityText = level.text
  }
  Object.assign(line.record.attributes, attributes)
  return { ...line, service: service ?? line.service }
}

function bareLine(body: string, timeUnixNano: bigint, nowMs: number): PlainLog {
  const level = levelIn(body)
  const record = {
    timeUnixNano,
    observedTimeUnixNano: BigInt(nowMs) * 1_000_000n,
    severityNumber: level?.number ?? 0,
    severityText: level?.text ?? '',
    body,
    ...{ attributes: {}, droppedAttributesCount: 0, flags: 0, traceId: '', spanId: '', eventName: '' },
  }
  return { service: 'imported', record }
}

/** A name of a level near the beginning: in capitals, alone in brackets, as `[error]` or `[core:error]`, or before a colon. */
const levelInCapitals =
  /(?<![\w.-])(TRACE|DEBUG|INFO|NOTICE|SUCCESS|WARN|WARNING|ERR|ERROR|CRIT|CRITICAL|SEVERE|ALERT|EMERG|PANIC|FATAL)(?![\w.-])/
const levelMarked =
  /(?:^|\[(?:\w+:)?)(silly|trace|verbose|debug|http|info|notice|warn|warning|error|crit|alert|emerg|fatal)[\]:]/i
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const colours = /\u001B\[[\d;]*m/g

function levelIn(text: string): { number: number; text: string } | undefined {
  const head = text.slice(0, 100).replace(colours, '')
  const [, word] = levelInCapitals.exec(head) ?? levelMarked.exec(head) ?? []
  return parseSeverity(word)
}

const leadingPattern =
  /^[[(]?(\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:\s?(?:Z|UTC|[+-]\d\d:?\d\d))?)[\])]?(?=[\s\]|:,;-]|$)[\s|:,;-]*/

function leadingTime(text: string): Head | undefined {
  const found = leadingPattern.exec(text)
  const unixNano = parseTime(found?.[1])
  return unixNano === undefined ? undefined : { unixNano, rest: text.slice(found![0].length) }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const monthOf = (name: string): string => String(months.indexOf(name) + 1).padStart(2, '0')

const heads: readonly ((text: string, nowMs: number) => Head | undefined)[] = [
  readSyslog5424,
  readSyslog3164,
  readAccess,
  readApacheError,
  readKlog,
]

/** https://datatracker.ietf.org/doc/html/rfc5424#section-6 */
function readSyslog5424(text: string): Head | undefined {
  const found =
    /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|(?:\[(?:[^\]\\]|\\.)*\])+)(?: \uFEFF?(.*))?$/s.exec(text)
  if (found === null) return undefined
  const [, priority, time, host, app, pid, id, data, rest = ''] = found
  const unixNano = parseTime(time)
  if (unixNano === undefined) return undefined
  const more = { 'syslog.procid': pid, 'syslog.msgid': id, 'syslog.structured_data': data }
  return syslogHead({ unixNano, rest, priority, host, app, more })
}

/** As most daemons write it, without a year: https://datatracker.ietf.org/doc/html/rfc3164#section-4.1 */
function readSyslog3164(text: string, nowMs: number): Head | undefined {
  const found =
    /^(?:<(\d{1,3})>)?([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\S+) ([^\s:[]+)(?:\[(\d+)\])?: ?(.*)$/s.exec(
      text,
    )
  if (found === null) return undefined
  const [, priority, month, day, clock, host, app, pid, rest = ''] = found
  const unixNano = withYear(`${monthOf(month!)}-${day!.trim().padStart(2, '0')}T${clock}Z`, nowMs)
  if (unixNano === undefined) return undefined
  return syslogHead({ unixNano, rest, priority, host, app, more: { 'syslog.procid': pid } })
}

type Syslog = {
  unixNano: bigint
  rest: string
  priority: string | undefined
  host: string | undefined
  app: string | undefined
  more: { [key: string]: string | undefined }
}

function syslogHead({ unixNano, rest, priority, host, app, more }: Syslog): Head {
  const known = Object.entries({ 'host.name': host, ...more }).filter(([, value]) => value && value !== '-')
  const facility = priority === undefined ? {} : { 'syslog.facility': Number(priority) >> 3 }
  const level = priority === undefined ? levelIn(rest) : parsePriority(Number(priority) & 7)
  const attributes = { ...(Object.fromEntries(known) as { [key: string]: string }), ...facility }
  return { unixNano, rest, level, service: app === '-' ? undefined : app, attributes }
}

/** The last year in which that moment had come. */
function withYear(date: string, nowMs: number): bigint | undefined {
  const year = new Date(nowMs).getUTCFullYear()
  const latest = BigInt(nowMs + 24 * 3_600_000) * 1_000_000n
  return [year, year - 1]
    .map((one) => parseTime(`${one}-${date}`))
    .find((time) => time !== undefined && time <= latest)
}

/** Of nginx, Apache and many others: https://httpd.apache.org/docs/current/logs.html#common */
function readAccess(text: string): Head | undefined {
  const found =
    /^(\S+) \S+ \S+ \[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\] "([A-Z]+) ([^" ]+)[^"]*" (\d{3}) (\d+|-)/.exec(
      text,
    )
  if (found === null) return undefined
  const [, client, day, month, year, clock, zone, method, path, status, bytes] = found
  const unixNano = parseTime(`${year}-${monthOf(month!)}-${day}T${clock}${zone}`)
  if (unixNano === undefined) return undefined
  const attributes = {
    'client.address': client!,
    'http.request.method': method!,
    'url.path': path!,
    'http.response.status_code': Number(status),
    ...(bytes === '-' ? {} : { 'http.response.body.size': Number(bytes) }),
  }
  return { unixNano, rest: text, attributes, level: { number: 0, text: '' } }
}

function readApacheError(text: string): Head | undefined {
  const found = /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d(?:\.\d+)?) (\d{4})\] (.*)$/s.exec(
    text,
  )
  if (found === null) return undefined
  const [, month, day, clock, year, rest = ''] = found
  const unixNano = parseTime(`${year}-${monthOf(month!)}-${day!.trim().padStart(2, '0')}T${clock}Z`)
  return unixNano === undefined ? undefined : { unixNano, rest }
}

/** Of Kubernetes' own programs, without a year: https://pkg.go.dev/k8s.io/klog/v2 */
function readKlog(text: string, nowMs: number): Head | undefined {
  const found = /^([IWEF])(\d\d)(\d\d) (\d\d:\d\d:\d\d\.\d{6}) +\d+ (\S+:\d+\].*)$/s.exec(text)
  if (found === null) return undefined
  const [, letter, month, day, clock, rest = ''] = found
  const unixNano = withYear(`${month}-${day}T${clock}Z`, nowMs)
  const level = parseSeverity({ I: 'info', W: 'warning', E: 'error', F: 'fatal' }[letter!])
  return unixNano === undefined ? undefined : { unixNano, rest, level }
}

function parseObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    return undefined
  }
}
