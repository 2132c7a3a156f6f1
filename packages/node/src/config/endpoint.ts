import { isLoopback } from '@clew/otlp'
import type { Compression, Endpoint, Protocol } from '@clew/pipeline'
import { formatMistake, parseGrpcTarget, parseHttpAddress, readPem, signalAddress } from '@clew/settings'
import { defaultTimeoutMs, type OtlpSettings, otlpSettings, type Signal } from './otlp-settings.ts'
import type { Reader } from './reader.ts'
import type { Setting } from './setting.ts'

/** Reads a text file; throws when it cannot. */
export type ReadFile = (path: string) => string

/** The OTLP destination of a signal. https://opentelemetry.io/docs/specs/otel/protocol/exporter/ */
export function readEndpoint(reader: Reader, signal: Signal, readFile: ReadFile): Endpoint {
  const common = otlpSettings(undefined)
  const own = otlpSettings(signal)
  const either = <T>(pick: (settings: OtlpSettings) => Setting<T | undefined>): T | undefined =>
    reader.read(pick(own)) ?? reader.read(pick(common))
  const protocol = either((settings) => settings.protocol) ?? 'http/protobuf'
  const url = readUrl(reader, signal, protocol, own, common)
  const tls = url.startsWith('https:') ? readTls(reader, own, common, readFile) : undefined
  return {
    protocol,
    url,
    headers: { ...reader.read(common.headers), ...reader.read(own.headers) },
    compression: either((settings) => settings.compression) ?? usualCompression(url),
    timeoutMs: either((settings) => settings.timeoutMs) ?? defaultTimeoutMs,
    ...(tls && { tls }),
  }
}

/** Between two processes of one machine packing costs more than the bytes it saves. */
function usualCompression(url: string): Compression {
  return isLoopback(new URL(url).hostname) ? 'none' : 'gzip'
}

function readUrl(
  reader: Reader,
  signal: Signal,
  protocol: Protocol,
  own: OtlpSettings,
  common: OtlpSettings,
): string {
  const isGrpc = protocol === 'grpc'
  const isInsecure = isGrpc && (reader.read(own.insecure) ?? reader.read(common.insecure) ?? false)
  const parse = isGrpc ? parseGrpcTarget(isInsecure) : parseHttpAddress
  const fallback = `http://localhost:${isGrpc ? 4317 : 4318}`
  for (const setting of [own.endpoint, common.endpoint]) {
    const text = reader.read(setting)
    if (text === undefined) continue
    const { value: url, faults } = parse(text)
    if (url !== undefined && isGrpc) return withoutPath(url)
    if (url !== undefined) return setting === own.endpoint ? url.href : signalAddress(url, signal)
    const next = setting === own.endpoint && reader.isGiven(common.endpoint) ? common.endpoint.env : fallback
    const place = reader.placeOf(setting)
    for (const fault of faults) reader.report(`${formatMistake({ place, ...fault })}; in force: ${next}`)
  }
  return isGrpc ? fallback : signalAddress(new URL(fallback), signal)
}

/** gRPC has no path, but may have a user and a password. */
function withoutPath({ protocol, username, password, host }: URL): string {
  const user = username === '' && password === '' ? '' : `${username}:${password}@`
  return `${protocol}//${user}${host}`
}

function readTls(
  reader: Reader,
  own: OtlpSettings,
  common: OtlpSettings,
  readFile: ReadFile,
): Endpoint['tls'] | undefined {
  const pem = (name: 'certificate' | 'clientCertificate' | 'clientKey'): string | undefined => {
    const setting = reader.isGiven(own[name]) ? own[name] : common[name]
    return readPemOf(reader, setting, readFile)
  }
  const ca = pem('certificate')
  const cert = pem('clientCertificate')
  const key = pem('clientKey')
  if ((cert === undefined) !== (key === undefined)) {
    const missing = cert === undefined ? own.clientCertificate.env : own.clientKey.env
    reader.report(`${missing}: a client certificate needs its key and the other way round; in force: neither`)
  }
  const client = cert !== undefined && key !== undefined ? { cert, key } : undefined
  return ca === undefined && !client ? undefined : { ...(ca !== undefined && { ca }), ...client }
}

function readPemOf(
  reader: Reader,
  setting: Setting<string | undefined>,
  readFile: ReadFile,
): string | undefined {
  const path = reader.read(setting)
  const text = path === undefined ? undefined : readPem(path, readFile)
  if (typeof text !== 'object') return text
  const problem = formatMistake({ place: reader.placeOf(setting), ...text })
  reader.report(`${problem}; in force: ${setting.shown}`)
  return undefined
}
