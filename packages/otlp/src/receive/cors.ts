import type { IncomingMessage, ServerResponse } from 'node:http'

/** The `origin` of a request, when it is one of `origins`. */
export function allowedOrigin(
  request: IncomingMessage,
  origins: readonly string[] | undefined,
): string | undefined {
  const { origin } = request.headers
  return origin !== undefined && origins?.includes(origin) ? origin : undefined
}

/** Names the one origin, never `*`: a page of another may not even learn what was answered. */
export function allowReading(response: ServerResponse, origin: string): void {
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', 'retry-after')
  response.setHeader('vary', 'origin')
}

/** A preflight carries no token, so it is answered before one is asked for. https://fetch.spec.whatwg.org/#cors-preflight-request */
export function isPreflight(request: IncomingMessage, origin: string | undefined): boolean {
  const { headers, method } = request
  return origin !== undefined && method === 'OPTIONS' && 'access-control-request-method' in headers
}

export function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-encoding, content-type, x-api-key',
    'access-control-max-age': '3600',
  })
  response.end()
}
