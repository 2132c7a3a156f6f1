import type { IncomingMessage, ServerResponse } from 'node:http'
import type { McpClient } from '../../threads/mcp-client.ts'
import { sendFailure } from '../reply/reply.ts'
import { readJsonText } from './read-body.ts'

export const mcpPath = '/mcp'

/** Of the protocol, and no more of what came: whose token it is and for which host was looked at before. */
const passedOn = [
  'content-type',
  'accept',
  'mcp-protocol-version',
  'mcp-session-id',
  'mcp-method',
  'mcp-name',
]

/** Makes what answers `POST /mcp`, for who may read. https://modelcontextprotocol.io/specification/2026-07-28 */
export function createMcpListener(
  client: Pick<McpClient, 'call'>,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    if (request.method !== 'POST')
      return sendFailure(response, {
        status: 405,
        code: 'method',
        message: 'use POST: the Model Context Protocol, without a stream of its own',
        headers: { allow: 'POST' },
      })
    const body = await readJsonText(request, response)
    if (body === undefined) return
    const headers = Object.fromEntries(
      Object.entries(request.headers).flatMap(([name, value]) =>
        passedOn.includes(name) && typeof value === 'string' ? [[name, value]] : [],
      ),
    )
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    // The guard has seen that this is a name of the desk.
    const page = `http://${request.headers.host}`
    const { status, type, body: answer } = await client.call({ page, headers, body }, gone.signal)
    if (response.destroyed) return
    response.writeHead(status, {
      ...(type === '' ? {} : { 'content-type': type }),
      'content-length': Buffer.byteLength(answer),
      'cache-control': 'no-store',
    })
    response.end(answer)
  }
}
