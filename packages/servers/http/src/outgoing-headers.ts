import { type ClientRequest, validateHeaderValue } from 'node:http'

/** Reads and changes headers of a request that is not sent yet. Names are in lower case. */
export type HeaderAccess<Request> = {
  /** The value as a server reads it: those of a name that stands there twice in one. */
  get(request: Request, name: string): string | undefined
  delete(request: Request, name: string): void
  /** For a name that is not there. */
  add(request: Request, name: string, value: string): void
}

/** Of `http.request`, its headers given as an object. */
export const requestHeaders: HeaderAccess<ClientRequest> = {
  get: (request, name) => textOf(request.getHeader(name)),
  delete: (request, name) => request.removeHeader(name),
  add: (request, name, value) => void request.setHeader(name, value),
}

/** Name, value, name, value, as in `rawHeaders` and in the requests of undici. */
export function valueIn(list: readonly unknown[], name: string): string | undefined {
  let found: string | undefined
  for (let i = 0; i < list.length; i += 2) {
    if (!isNamed(list[i], name)) continue
    const value = textOf(list[i + 1])
    found = found === undefined ? value : `${found}, ${value}`
  }
  return found
}

/** The pairs of such a list that are not of this name. */
export function withoutName(list: readonly unknown[], name: string): unknown[] {
  return list.filter((_, i) => !isNamed(list[i - (i % 2)], name))
}

// The length first: undici's are buffers, each a text to make.
function isNamed(header: unknown, name: string): boolean {
  return (header as string | Buffer).length === name.length && String(header).toLowerCase() === name
}

/** A header's value as a server reads it, that of a list in one. */
export function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value.join(', ') : String(value)
}

/**
 * Of a block of headers as it goes over the wire, lines that end in CRLF, with the empty one at its end or, in undici 5,
 * without.
 */
export function valueInBlock(block: string, name: string): string | undefined {
  const found = block.split('\r\n').filter((line) => isLineOf(line, name))
  return found.length === 0 ? undefined : found.map((line) => line.slice(name.length + 1).trim()).join(', ')
}

export function blockWithout(block: string, name: string): string {
  return block
    .split('\r\n')
    .filter((line) => !isLineOf(line, name))
    .join('\r\n')
}

function isLineOf(line: string, name: string): boolean {
  return line[name.length] === ':' && line.slice(0, name.length).toLowerCase() === name
}

/** Of `http.request`, its headers given as an array: Node has made a block of them that waits for the first byte of the body. */
type WrittenRequest = { _header: string; _headerSent: boolean }

/** Whether the headers are a block that can be changed. https://github.com/nodejs/node/blob/v24.x/lib/_http_outgoing.js */
export function isWritten(request: object): request is WrittenRequest {
  const { _header: block, _headerSent: isSent } = request as Partial<WrittenRequest>
  return typeof block === 'string' && block.endsWith('\r\n\r\n') && isSent === false
}

export const writtenHeaders: HeaderAccess<WrittenRequest> = {
  get: ({ _header: block }, name) => valueInBlock(block, name),
  delete: (request, name) => {
    request._header = blockWithout(request._header, name)
  },
  add: (request, name, value) => {
    validateHeaderValue(name, value)
    request._header = `${request._header.slice(0, -2)}${name}: ${value}\r\n\r\n`
  },
}
