import { createMcpHandler } from '@modelcontextprotocol/server'
import { createServer } from './create-server.ts'
import type { Offer } from './tool.ts'

/** A POST whose sender may call, with all of its body. */
export type McpCall = { headers: Readonly<Record<string, string>>; body: string }

/** The whole answer; a stream of events is over when it comes. */
export type McpReply = { status: number; type: string; body: string }

/** Answers a call, whatever it is; `signal` aborts when nobody waits any more. */
export type McpAnswer = (call: McpCall, signal: AbortSignal) => Promise<McpReply>

/** Of a client of 2025 that sends several messages at once. */
const mostMessages = 20

/**
 * Makes what answers `POST /mcp`. No session is kept: a client of 2026 needs none, and one of 2025 that gets no id at `initialize`
 * sends none. https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#session-management
 */
export function createMcpAnswer(offer: Offer): McpAnswer {
  const handler = createMcpHandler(() => createServer(offer), { keepAliveMs: 0 })
  return async ({ headers, body }, signal) => {
    const message = parseJson(body)
    const refusal = refusalOf(message)
    if (refusal !== undefined) return refusal
    const request = new Request('http://desk/mcp', { method: 'POST', headers, body, signal })
    const response = await handler.fetch(request, message === undefined ? {} : { parsedBody: message })
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? '',
      body: await response.text(),
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What would have no end, or too many answers. */
function refusalOf(message: unknown): McpReply | undefined {
  if (Array.isArray(message) && message.length > mostMessages)
    return failure(400, null, -32_600, `${message.length} messages at once; send at most ${mostMessages}`)
  const { method, id } = (message ?? {}) as { method?: unknown; id?: unknown }
  if (method !== 'subscriptions/listen') return undefined
  const ownId = typeof id === 'string' || typeof id === 'number' ? id : null
  return failure(404, ownId, -32_601, 'nothing here changes that one could listen to; call tools/list again')
}

function failure(status: number, id: string | number | null, code: number, message: string): McpReply {
  const body = JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } })
  return { status, type: 'application/json', body }
}
