/**
 * Reads percent-encoded `name=value,name=value`, as OTEL_EXPORTER_OTLP_HEADERS has it; names become lower case.
 * Throws with all faults together; they never show a value, which may be a secret.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 */
export function parseHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {}
  const faults: string[] = []
  for (const [at, pair] of text.split(',').entries()) {
    if (pair.trim() === '') continue
    const header = parsePair(pair, at + 1)
    if (typeof header === 'string') faults.push(header)
    else headers[header.name] = header.value
  }
  if (faults.length > 0) throw new Error(`CLEW_DESK_FORWARD_HEADERS: ${faults.join('; ')}`)
  return headers
}

/** A text says what is wrong. */
function parsePair(pair: string, place: number): { name: string; value: string } | string {
  const at = pair.indexOf('=')
  const name = pair.slice(0, Math.max(0, at)).trim().toLowerCase()
  // RFC 9110, section 5.6.2
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) return `pair ${place} has no name of a header; write name=value`
  const value = decode(pair.slice(at + 1).trim())
  if (value === undefined) return `the value of "${name}" is not percent-encoded; write % as %25`
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a header must not contain
  if (/[\u0000-\u0008\u000a-\u001f\u007f]|[^\u0000-\u00ff]/.test(value)) {
    return `the value of "${name}" has characters that no header can have; write ASCII`
  }
  return { name, value }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
