import { type SpanDescription, SpanKind } from '@clew/core'
import type { Attributes } from '@opentelemetry/api'
import type { Command, Connection } from './library.ts'

type Address = Pick<Connection, 'isCluster' | 'options' | 'condition'>

const defaultPort = 6379
const maxArguments = 32
const maxTextLength = 1_024
const endsOfTransaction = new Set(['multi', 'exec'])

/**
 * Name and attributes of one command's span. Of the arguments only keys are shown.
 * https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function describeCommand(command: Command, connection: Address): SpanDescription {
  return describeOperation(command.name.toUpperCase(), textOf(command), connection)
}

/** Name and attributes of a pipeline's or a transaction's span. */
export function describeBatch(commands: readonly Command[], connection: Address): SpanDescription {
  const isTransaction = commands[0]?.name.toLowerCase() === 'multi'
  const own = isTransaction
    ? commands.filter(({ name }) => !endsOfTransaction.has(name.toLowerCase()))
    : commands
  const names = new Set(own.map(({ name }) => name.toUpperCase()))
  const mode = isTransaction ? 'MULTI' : 'PIPELINE'
  const name = names.size === 1 ? `${mode} ${[...names][0]}` : mode
  const text = own.slice(0, maxArguments).map(textOf).join('; ')
  return describeOperation(name, text, connection, { 'db.operation.batch.size': own.length })
}

function describeOperation(
  name: string,
  text: string,
  connection: Address,
  more?: Attributes,
): SpanDescription {
  return {
    name,
    kind: SpanKind.CLIENT,
    attributes: {
      ...describeConnection(connection),
      'db.operation.name': name,
      ...more,
      'db.query.text': clip(text),
    },
    describeError,
  }
}

function describeConnection({ isCluster, options, condition }: Address): Attributes {
  // The nodes of a cluster answer; which one is known only after its redirections.
  if (isCluster) return { 'db.system.name': 'redis' }
  const { host = 'localhost', port = defaultPort, path, db = 0 } = options
  return {
    'db.system.name': 'redis',
    'db.namespace': String(condition?.select ?? db),
    ...(path ? { 'server.address': path } : { 'server.address': host, 'server.port': Number(port) }),
  }
}

function textOf(command: Command): string {
  const keys = new Set(command.getKeys().filter((key) => typeof key === 'string'))
  const shown = command.args.slice(0, maxArguments).map((arg) => (keys.has(arg as string) ? arg : '?'))
  return [command.name.toUpperCase(), ...shown].join(' ') + (command.args.length > maxArguments ? ' …' : '')
}

function clip(text: string): string {
  return text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text
}

// A server's error begins with its code, such as `WRONGTYPE`.
function describeError(error: unknown): Attributes | undefined {
  const { name, message } = error as { name?: unknown; message?: unknown }
  const code = name === 'ReplyError' ? /^[A-Z]+(?= |$)/.exec(String(message))?.[0] : undefined
  return code ? { 'error.type': code, 'db.response.status_code': code } : undefined
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
