import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HttpRequest, httpRequestOf, SpanStatusCode } from '@clew/core'
import type { Context, Span } from '@opentelemetry/api'
import type { Exchange } from '../message-events.ts'

/** A request from its headers to the close of its response. */
export class ServerRequest implements HttpRequest, Exchange {
  readonly context: Context
  route: string | undefined
  readonly #method: string
  readonly #response: ServerResponse
  /** Absent for an ignored path, and after the end. */
  #span: Span | undefined

  constructor(context: Context, span: Span | undefined, method: string, response: ServerResponse) {
    this.context = context
    this.#span = span
    this.#method = method
    this.#response = response
  }

  closed(message: object): void {
    if (message === this.#response) this.#end()
    else this.#requestClosed((message as IncomingMessage).socket)
  }

  /** Ends the span; later calls do nothing. */
  #end(): void {
    const span = this.#span
    if (!span) return
    this.#span = undefined
    if (this.route !== undefined) {
      span.setAttribute('http.route', this.route)
      span.updateName(`${this.#method} ${this.route}`)
    }
    describeResponse(span, this.#response)
    span.end()
  }

  // The response tells when it is over, but one that waits behind another on a pipelined connection, which then
  // breaks, never does.
  #requestClosed(socket: IncomingMessage['socket']): void {
    if (!this.#span) return
    const { writableFinished, socket: assigned } = this.#response
    if (assigned || writableFinished) return
    if (socket.destroyed) this.#end()
    else socket.once('close', () => this.#end())
  }
}

/** By its `IncomingMessage`. */
export function serverRequestOf(request: object): ServerRequest | undefined {
  const entry = httpRequestOf(request)
  return entry instanceof ServerRequest ? entry : undefined
}

function describeResponse(span: Span, response: ServerResponse): void {
  const { statusCode, headersSent, writableFinished } = response
  if (headersSent) span.setAttribute('http.response.status_code', statusCode)
  if (headersSent && statusCode >= 500) {
    span.setAttribute('error.type', String(statusCode))
    span.setStatus({ code: SpanStatusCode.ERROR })
  } else if (!writableFinished) {
    // Mostly a client that went away: as with a 4xx, not this server's failure, so the status stays unset.
    span.setAttribute('error.type', 'aborted')
  }
}
