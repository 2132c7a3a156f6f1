import { failSpan, type SpanDescription, SpanKind } from '@clew/core'
import type { Attributes, Span } from '@opentelemetry/api'
import type { Command, Connection } from './library.ts'

type Address = Pick<Connection, 'isCluster' | 'options' | 'condition'>

const DEFAULT_PORT = 6379
const MAX_ARGUMENTS = 32
const MAX_TEXT_LENGTH = 1_024
const ENDS_OF_TRANSACTION = new Set(['multi', 'exec'])

/**
 * Name and attributes of one command's span. Of the arguments only keys are shown.
 * https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function describeCommand(command: Command, connection: Address): SpanDescription {
  const name = command.name.toUpperCase()
  return {
    name,
    kind: SpanKind.CLIENT,
    attributes: {
      ...describeConnection(connection),
      'db.operation.name': name,
      'db.query.text': clip(textOf(command)),
    },
  }
}

/** Name and attributes of a pipeline's or a transaction's span. */
export function describeBatch(commands: readonly Command[], connection: Address): SpanDescription {
  const isTransaction = commands[0]?.name.toLowerCase() === 'multi'
  const own = isTransaction
    ? commands.filter(({ name }) => !ENDS_OF_TRANSACTION.has(name.toLowerCase()))
    : commands
  const names = new Set(own.map(({ name }) => name.toUpperCase()))
  const mode = isTransaction ? 'MULTI' : 'PIPELINE'
  const name = names.size === 1 ? `${mode} ${[...names][0]}` : mode
  return {
    name,
    kind: SpanKind.CLIENT,
    attributes: {
      ...describeConnection(connection),
      'db.operation.name': name,
      'db.operation.batch.size': own.length,
      'db.query.text': clip(own.slice(0, MAX_ARGUMENTS).map(textOf).join('; ')),
    },
  }
}

function describeConnection({ isCluster, options, condition }: Address): Attributes {
  // The nodes of a cluster answer; which one is known only after its redirections.
  if (isCluster) return { 'db.system.name': 'redis' }
  const { host = 'localhost', port = DEFAULT_PORT, path, db = 0 } = options
  return {
    'db.system.name': 'redis',
    'db.namespace': String(condition?.select ?? db),
    ...(path ? { 'server.address': path } : { 'server.address': host, 'server.port': Number(port) }),
  }
}

function textOf(command: Command): string {
  const keys = new Set(command.getKeys().filter((key) => typeof key === 'string'))
  const shown = command.args.slice(0, MAX_ARGUMENTS).map((arg) => (keys.has(arg as string) ? arg : '?'))
  return [command.name.toUpperCase(), ...shown].join(' ') + (command.args.length > MAX_ARGUMENTS ? ' …' : '')
}

function clip(text: string): string {
  return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text
}

/** Marks a span as failed; a server's error begins with its code, such as `WRONGTYPE`. */
export function failCommand(span: Span, error: unknown): void {
  failSpan(span, error)
  const { name, message } = error as { name?: unknown; message?: unknown }
  const code = name === 'ReplyError' ? /^[A-Z]+(?= |$)/.exec(String(message))?.[0] : undefined
  if (code) span.setAttributes({ 'error.type': code, 'db.response.status_code': code })
}

/** The first error among the results of a batch, `[error, reply]` each; the reply of EXEC is a list of its own. */
export function firstError(results: unknown): unknown {
  if (!Array.isArray(results)) return undefined
  for (const result of results) {
    const [error, reply] = Array.isArray(result) ? result : []
    if (error) return error
    const inner = Array.isArray(reply) ? reply.find((item) => item instanceof Error) : undefined
    if (inner) return inner
  }
  return undefined
}
