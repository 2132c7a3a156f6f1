type JsonObject = { readonly [key: string]: unknown }

/**
 * What a log object says of an error, by the names that OTLP has for it, and what is left of the fields that say it; undefined: nothing
 * is left.
 * https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-logs/
 */
export type PlainException = { attributes: { [key: string]: string }; rest: { [key: string]: unknown } }

type ErrorParts = { type?: string | undefined; message?: string | undefined; stack?: string | undefined }

/**
 * Where pino, bunyan, ECS, slog, log4j (`thrown`), monolog (`context.exception`), loguru and what Google Cloud wraps have an error
 * with a type, a message or a stack.
 */
const objectKeys = [
  ...['err', 'error', 'exception', 'thrown', 'jsonPayload.err', 'jsonPayload.error', 'jsonPayload.exception'],
  ...['record.exception', 'context.exception'],
]
const typeNames = ['type', 'name', 'class', 'kind']
const messageNames = ['message', 'msg', 'value']
const stackNames = ['stack', 'stack_trace', 'stacktrace', 'trace', 'extendedStackTrace']

/** An error, its message or its stack as one text: of Serilog, logback, structlog, zap, slog, logrus and zerolog. */
const errorKeys = [
  ...['@x', 'Exception', 'exception', 'error', 'err', 'jsonPayload.exception'],
  ...['jsonPayload.error', 'jsonPayload.err'],
]
/** A stack as one text: of winston, zap, logback and Python's logging. Where a line was written is one, too, without an error. */
const stackKeys = [
  ...['stack', 'stacktrace', 'stack_trace', 'exc_info', 'jsonPayload.stack_trace', 'jsonPayload.stack'],
]

/**
 * Finds the error of a log object. `valueAt` gives what is at a key of the three lists above. Undefined where there is none,
 * and where the line has OTLP's names already.
 */
export function findException(
  log: JsonObject,
  valueAt: (key: string) => unknown,
): PlainException | undefined {
  if (Object.hasOwn(log, 'exception.type') || Object.hasOwn(log, 'exception.message')) return undefined
  const rest: PlainException['rest'] = {}
  const parts = fromObject(log, valueAt, rest) ?? fromEcs(log, rest) ?? fromText(log, valueAt, rest)
  const stackKey = stackKeys.find((key) => textOf(valueAt(key)) !== undefined)
  const found = parts ?? (stackKey === undefined ? undefined : parseStack(valueAt(stackKey)))
  if (found === undefined) return undefined
  if (stackKey !== undefined && found.stack === undefined) found.stack = textOf(valueAt(stackKey))
  if (stackKey !== undefined && found.stack === valueAt(stackKey)) leave(log, stackKey, rest)
  const said = parseStack(found.stack)
  return { attributes: attributesOf({ ...said, ...defined(found) }), rest }
}

function fromObject(
  log: JsonObject,
  valueAt: (key: string) => unknown,
  rest: PlainException['rest'],
): ErrorParts | undefined {
  for (const key of objectKeys) {
    const value = valueAt(key)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue
    const used: string[] = []
    const take = (names: string[]): string | undefined => {
      const name = names.find((one) => Object.hasOwn(value, one) && stackText((value as JsonObject)[one]))
      if (name === undefined) return undefined
      used.push(name)
      return stackText((value as JsonObject)[name])
    }
    const parts = { message: take(messageNames), stack: take(stackNames), type: take(typeNames) }
    if (parts.message === undefined && parts.stack === undefined) continue
    const left = Object.entries(value).filter(([name]) => !used.includes(name))
    leave(log, key, rest, left.length > 0 ? Object.fromEntries(left) : undefined)
    return parts
  }
  return undefined
}

/** ECS with its names flat. */
function fromEcs(log: JsonObject, rest: PlainException['rest']): ErrorParts | undefined {
  const keys = { type: 'error.type', message: 'error.message', stack: 'error.stack_trace' }
  const [type, message, stack] = [log[keys.type], log[keys.message], log[keys.stack]].map(textOf)
  if (message === undefined && stack === undefined) return undefined
  for (const key of Object.values(keys)) leave(log, key, rest)
  return { type, message, stack }
}

function fromText(
  log: JsonObject,
  valueAt: (key: string) => unknown,
  rest: PlainException['rest'],
): ErrorParts | undefined {
  const key = errorKeys.find((one) => textOf(valueAt(one)) !== undefined)
  const text = key === undefined ? undefined : textOf(valueAt(key))
  if (key === undefined || text === undefined) return undefined
  leave(log, key, rest)
  const parsed = parseStack(text)
  if (parsed !== undefined) return { ...parsed, stack: text.includes('\n') ? text : undefined }
  const end = text.indexOf('\n')
  return end < 0 ? { message: text } : { message: text.slice(0, end), stack: text }
}

/** What is taken out of an object below stays in it: the object is one attribute. */
function leave(log: JsonObject, key: string, rest: PlainException['rest'], left?: unknown): void {
  if (Object.hasOwn(log, key)) rest[key] = left
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Of monolog the frames are a list. */
function stackText(value: unknown): string | undefined {
  const isFrames = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
  return isFrames ? value.join('\n') : textOf(value)
}

const firstFrame = /\n(?:[ \t]+at |[ \t]*---> )/
const header = /^([A-Za-z_$][\w$.]*)(?: \[[\w-]+\])?(?:: ([\s\S]*))?$/
const errorName = /(?:Error|Exception|Throwable)$/

/** The type and the message at the head of a stack of JavaScript, Java or .NET, and behind a traceback of Python. */
function parseStack(text: unknown): ErrorParts | undefined {
  if (typeof text !== 'string') return undefined
  const isTraceback = text.startsWith('Traceback (most recent call last)')
  const frame = text.search(firstFrame)
  const head = isTraceback ? behindFrames(text) : frame < 0 ? text : text.slice(0, frame)
  const [, type, message] = header.exec(head) ?? []
  if (type === undefined || !(isTraceback || frame > 0 || errorName.test(type))) return undefined
  return { type, message: message || undefined, stack: text }
}

function behindFrames(traceback: string): string {
  const lines = traceback.trimEnd().split('\n')
  const last = lines.findLastIndex((line) => /^[ \t]/.test(line))
  return lines.slice(last + 1).join('\n')
}

function defined(parts: ErrorParts): ErrorParts {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined))
}

function attributesOf({ type, message, stack }: ErrorParts): PlainException['attributes'] {
  return {
    ...(type !== undefined && { 'exception.type': type }),
    ...(message !== undefined && { 'exception.message': message }),
    ...(stack !== undefined && { 'exception.stacktrace': stack }),
  }
}
