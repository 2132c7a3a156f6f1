import { type Parse, type Parsed, quote, textOf, unusable, usable } from './parsed.ts'
import { printableAddress } from './printable-address.ts'
import { printableValue } from './printable-value.ts'

/** Where OTLP goes: with HTTP each signal has an address of its own, with gRPC both have one. */
export type OtlpAddress = {
  protocol: 'http/protobuf' | 'grpc'
  /** As it was given, without slashes at its end. */
  url: string
  /** `http:` or `https:`, as `traces`. */
  logs: string
  traces: string
}

const schemes: Readonly<Record<string, Pick<OtlpAddress, 'protocol'> & { web: string }>> = {
  'http:': { protocol: 'http/protobuf', web: 'http:' },
  'https:': { protocol: 'http/protobuf', web: 'https:' },
  'grpc:': { protocol: 'grpc', web: 'http:' },
  'grpcs:': { protocol: 'grpc', web: 'https:' },
}

/**
 * A receiver whose scheme tells the protocol: `http://host:4318`, `https://host/base/path`, `grpc://host:4317` or
 * `grpcs://host`; HTTP gets `/v1/logs` and `/v1/traces` behind its path. A user and a password are refused: they belong
 * into the headers, which are written in `headersPlace`.
 */
export function parseOtlpAddress(headersPlace: string): Parse<OtlpAddress> {
  return (raw) => {
    const text = textOf(raw)
    const url = URL.parse(text)
    const scheme = url && Object.hasOwn(schemes, url.protocol) ? schemes[url.protocol] : undefined
    if (!url || !scheme || url.hostname === '') {
      return unusable(`${shown(text)} is no address to send to`, `write ${formsOf(text)}`)
    }
    if (url.username !== '' || url.password !== '') {
      const remedy = `write them as authorization=Basic%20… in ${headersPlace}`
      return unusable(`${shown(text)} has a user or a password`, remedy)
    }
    if (url.search !== '' || url.hash !== '') {
      return unusable(`${shown(text)} has more than a path`, 'leave away what is behind "?" or "#"')
    }
    return scheme.protocol === 'grpc' ? grpcAddress(text, url, scheme.web) : httpAddress(text, url)
  }
}

function httpAddress(text: string, url: URL): Parsed<OtlpAddress> {
  if (/\/v1\/(logs|traces)\/*$/.test(url.pathname)) {
    const remedy = 'leave /v1/… away, it is added for logs and for traces'
    return unusable(`${shown(text)} is the address of one signal`, remedy)
  }
  return usable({
    protocol: 'http/protobuf',
    url: url.href.replace(/\/+$/, ''),
    logs: signalAddress(url, 'logs'),
    traces: signalAddress(url, 'traces'),
  })
}

function grpcAddress(text: string, { protocol, host, pathname }: URL, web: string): Parsed<OtlpAddress> {
  const url = `${protocol}//${host}`
  if (/[^/]/.test(pathname)) return unusable(`${shown(text)} has a path, but gRPC has none`, `write ${url}`)
  return usable({ protocol: 'grpc', url, logs: `${web}//${host}`, traces: `${web}//${host}` })
}

/** The address of a signal below that of a receiver of OTLP over HTTP, whose path and query stay. */
export function signalAddress(base: URL, signal: 'logs' | 'traces' | 'metrics'): string {
  const url = new URL(base)
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/${signal}`
  return url.href
}

function formsOf(text: string): string {
  return text.includes('://') || !looksLikeAddress(text)
    ? 'http://host:4318, https://host, grpc://host:4317 or grpcs://host'
    : `${printableAddress(`http://${text}`)} or ${printableAddress(`grpc://${text}`)}`
}

/** `http:` or `https:` with a host; path, query and a user are left in it. */
export const parseHttpAddress: Parse<URL> = (raw) => {
  const text = textOf(raw)
  const url = URL.parse(text)
  if (url && isWeb(url)) return usable(url)
  return text.includes('://')
    ? unusable(`${shown(text)} is no address of HTTP`, 'write "http://collector:4318" or "https://…"')
    : unusable(
        `${shown(text)} has no scheme`,
        looksLikeAddress(text)
          ? `write ${shown(`http://${text}`)} or ${shown(`https://${text}`)}`
          : 'write "http://collector:4318" or "https://…"',
      )
}

/** A target of gRPC, `http:` or `https:`. It may leave out the scheme; then `isInsecure` decides about TLS. */
export function parseGrpcTarget(isInsecure: boolean): Parse<URL> {
  return (raw) => {
    const text = textOf(raw)
    const url = URL.parse(text.includes('://') ? text : `${isInsecure ? 'http' : 'https'}://${text}`)
    return url && isWeb(url)
      ? usable(url)
      : unusable(
          `${shown(text)} is no target that can be reached`,
          'write "http://collector:4317" or "https://…"',
        )
  }
}

function isWeb(url: URL): boolean {
  return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== ''
}

/** With a scheme in small letters, or a name with a port or a dot: other text may be anything, also a secret. */
const addressLike =
  /^(?:[a-z][a-z\d+.-]{0,15}:\/\/\S*|(?:\*\*\*@)?(?:(?:[a-z][a-z\d-]*(?:\.[a-z\d-]+)*|\d+(?:\.\d+){3}|\[[\da-f:]+\]):\d{1,5}|[a-z][a-z-]*(?:\.[a-z-]+)+)(?:[/?#]\S*)?|\*\*\*@\S*)$/

function looksLikeAddress(text: string): boolean {
  return addressLike.test(printableAddress(text))
}

function shown(address: string): string {
  return looksLikeAddress(address) ? quote(printableAddress(address)) : printableValue(address)
}
