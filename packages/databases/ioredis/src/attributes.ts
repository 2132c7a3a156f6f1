import { type SpanDescription, SpanKind } from '@clew/core'
import {
  clipCommands,
  codeOfReply,
  describeServer,
  knownKeysOf,
  maxShownArguments,
  nameOfCommand,
  textOfCommand,
} from '@clew/core/redis'
import type { Attributes } from '@opentelemetry/api'
import type { Command, Connection } from './library.ts'

type Address = Pick<Connection, 'isCluster' | 'options' | 'condition'>

const defaultPort = 6379
const endsOfTransaction = new Set(['multi', 'exec'])

/**
 * Name and attributes of one command's span. Of the arguments only keys are shown.
 * https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function describeCommand(command: Command, connection: Address): SpanDescription {
  return describeOperation(nameOfCommand(command.name), textOf(command), connection)
}

/** Name and attributes of a pipeline's or a transaction's span. */
export function describeBatch(commands: readonly Command[], connection: Address): SpanDescription {
  const isTransaction = commands[0]?.name.toLowerCase() === 'multi'
  const own = isTransaction
    ? commands.filter(({ name }) => !endsOfTransaction.has(name.toLowerCase()))
    : commands
  const names = new Set(own.map(({ name }) => nameOfCommand(name)))
  const mode = isTransaction ? 'MULTI' : 'PIPELINE'
  const name = names.size === 1 ? `${mode} ${[...names][0]}` : mode
  const text = clipCommands(own.slice(0, maxShownArguments).map(textOf).join('; '))
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
      'db.query.text': text,
    },
    describeError,
  }
}

function describeConnection({ isCluster, options, condition }: Address): Readonly<Attributes> {
  // The nodes of a cluster answer; which one is known only after its redirections.
  if (isCluster) return describeServer({ database: undefined, address: undefined, port: undefined })
  const { host = 'localhost', port = defaultPort, path, db = 0 } = options
  const database = condition?.select ?? db
  return describeServer(
    path ? { database, address: path, port: undefined } : { database, address: host, port: Number(port) },
  )
}

function textOf(command: Command): string {
  const { name, args } = command
  return textOfCommand(name, args, knownKeysOf(name, args) ?? command.getKeys())
}

// A server's error begins with its code, such as `WRONGTYPE`.
function describeError(error: unknown): Attributes | undefined {
  const { name, message } = error as { name?: unknown; message?: unknown }
  const code = name === 'ReplyError' ? codeOfReply(message) : undefined
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
