export type HttpAnswer = { status: number; headers: Record<string, string>; body: Buffer }

/**
 * Reads one HTTP/1.1 answer from the bytes of a connection. Undefined while it is not complete; `ended` says that no
 * more will come. Interim (1xx) answers are passed over.
 */
export function parseHttpAnswer(bytes: Buffer, ended: boolean): HttpAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n')
  if (headEnd === -1) return undefined
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1])
  if (Number.isNaN(status)) return undefined
  const rest = bytes.subarray(headEnd + 4)
  if (status >= 100 && status < 200) return parseHttpAnswer(rest, ended)
  const headers = parseHeaders(lines)
  const body = readBody(rest, status, headers, ended)
  if (body === undefined) return undefined

  return { status, headers, body }
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return headers
}

function readBody(
  rest: Buffer,
  status: number,
  headers: Record<string, string>,
  ended: boolean,
): Buffer | undefined {
  if (status === 204 || status === 304) return Buffer.alloc(0)
  if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return readChunked(rest)
  const declared = headers['content-length']
  if (declared === undefined) return ended ? rest : undefined
  const length = Number(declared)
  return rest.length >= length ? rest.subarray(0, length) : undefined
}

function readChunked(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = []
  let at = 0
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16)
    if (Number.isNaN(size)) return undefined
    const start = lineEnd + 2
    if (size === 0) return bytes.indexOf('\r\n', start) === -1 ? undefined : Buffer.concat(pieces)
    if (start + size + 2 > bytes.length) return undefined
    pieces.push(bytes.subarray(start, start + size))
    at = start + size + 2
  }
}
