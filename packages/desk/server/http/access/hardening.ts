import type { IncomingMessage, ServerOptions, ServerResponse } from 'node:http'
import { importLimits } from '../../schema/limits.ts'

const securityHeaders: Record<string, string> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Goes on every answer, whatever it is. */
export function setSecurityHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value)
}

/** What a sender may take up: who is slow on purpose is cut off before it hurts others. */
export const serverLimits: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  /** Of a whole request; files to import are large, {@link limitTime} is for the others. */
  requestTimeout: importLimits.timeMs + 60_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 65_000,
}

const bodyTimeoutMs = 60_000

/** Ends a request whose body takes too long, unless it is a file to import, which has limits of its own. */
export function limitTime(request: IncomingMessage): void {
  if (request.url === '/api/import') return
  const timer = setTimeout(() => {
    if (!request.complete) request.socket.destroy()
  }, bodyTimeoutMs)
  timer.unref()
  request.once('close', () => clearTimeout(timer))
}
