import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostNames, isAllowedHost, isLoopback } from './guard.ts'
import { closeServer, listenProblem, serverUrl } from './listen.ts'
import type { ListenSettingNames } from './receiver.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** What a process shows of itself over HTTP. */
export type OwnPages = {
  host: string
  /** 0: a free one. */
  port: number
  /** Answers whoever calls the server by a name of its own. */
  answer: Answer
  /** Sees the server before it listens. */
  prepare?: (server: Server) => void
  /** What the settings are called, for the line with which it rejects; without them it rejects with the error of the system. */
  names?: ListenSettingNames
}

/**
 * Listens for those who want to know how this process does: holds no process, and in a cluster no worker gets the requests of
 * another. On the loopback address a page that had its own name resolve to this machine is refused. Rejects when it cannot listen.
 */
export async function serveOwnPages({
  host,
  port,
  answer,
  prepare,
  names,
}: OwnPages): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(answeringOwnNames(host, answer))
  prepare?.(server)
  server.on('connection', (socket) => socket.unref())
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(names ? listenProblem(error, host, port, names) : error),
    )
    server.listen({ port, host, exclusive: true }, resolve)
    server.unref()
  })
  const { address, port: given } = server.address() as AddressInfo
  return { url: serverUrl(address, given, false), close: () => closeServer(server) }
}

function answeringOwnNames(host: string, answer: Answer): Answer {
  const names = isLoopback(host) ? hostNames(host) : undefined
  return (request, response) => {
    if (isAllowedHost(request.headers.host, names)) answer(request, response)
    else response.writeHead(403, { 'content-type': 'text/plain' }).end('not to be called by this name\n')
  }
}

/** Where a process shows what it does. */
export const statusPath = '/clew/status'

/** Whether a request is for {@link statusPath}. */
export function isForStatus({ url }: IncomingMessage): boolean {
  return url?.replace(/\?.*/s, '') === statusPath
}

/** Answers with what `read` gives, as JSON; with 404 where it gives nothing, and 405 to whoever wants to write. */
export function answerStatus(
  { method }: IncomingMessage,
  response: ServerResponse,
  read: () => object | undefined,
): void {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end()
    return
  }
  const status = read()
  const body = Buffer.from(`${JSON.stringify(status ?? { error: 'this process has no status' }, null, 2)}\n`)
  response.writeHead(status === undefined ? 404 : 200, {
    'content-type': 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  })
  response.end(method === 'HEAD' ? undefined : body)
}
