import { type SpanDescription, SpanKind } from '@clew/core'
import { codeOfReply, describeServer, keysOfCommand, nameOfCommand, textOfCommand } from '@clew/core/redis'
import type { Attributes } from '@opentelemetry/api'

// What node-redis publishes, since 5.12: https://github.com/redis/node-redis/blob/master/docs/diagnostics-channel.md

type Connection = { database?: number; serverAddress?: string; serverPort?: number }
export type CommandMessage = Connection & {
  command: string
  /** With its values, as far as node-redis does not cut them: those of CONFIG SET, GETSET and PSETEX are there. */
  args: readonly unknown[]
  /** Of a command in a pipeline, which is published as a whole, too. */
  batchMode?: string
}
export type BatchMessage = Connection & { batchMode?: string; batchSize?: number }

/**
 * Name and attributes of one command's span. Of the arguments only keys are shown.
 * https://opentelemetry.io/docs/specs/semconv/database/redis/
 */
export function describeCommand(message: CommandMessage): SpanDescription | undefined {
  if (message.batchMode) return undefined
  const args = message.args.slice(1)
  const name = nameOfCommand(message.command)
  const attributes = attributesOf(name, message)
  attributes['db.query.text'] = textOfCommand(name, args, keysOfCommand(name, args))
  return { name, kind: SpanKind.CLIENT, attributes, describeError }
}

/** Name and attributes of a pipeline's or a transaction's span. */
export function describeBatch(message: BatchMessage): SpanDescription {
  const { batchMode: name = 'PIPELINE', batchSize } = message
  const attributes = attributesOf(name, message)
  if (batchSize !== undefined) attributes['db.operation.batch.size'] = batchSize
  return { name, kind: SpanKind.CLIENT, attributes, describeError }
}

function attributesOf(name: string, { database, serverAddress, serverPort }: Connection): Attributes {
  return {
    ...describeServer({ database, address: serverAddress, port: serverPort }),
    'db.operation.name': name,
  }
}

/** The classes of what the server says. */
const replies: ReadonlySet<string | undefined> = new Set(['ErrorReply', 'SimpleError', 'BlobError'])

// A server's error begins with its code, such as `WRONGTYPE`; one of the connection has the code of Node.
function describeError(error: unknown): Attributes | undefined {
  const { message, code } = error as { message?: unknown; code?: unknown }
  if (typeof code === 'string') return { 'error.type': code }
  const said = replies.has((error as object).constructor?.name) ? codeOfReply(message) : undefined
  return said ? { 'error.type': said, 'db.response.status_code': said } : undefined
}
