import type { Compression, Protocol } from '@clew/pipeline'
import { type Pairs, parseChoice, parseHeaders, parseText } from '@clew/settings'
import { optional, parseOtelBoolean, parseTimeout, type Setting } from './setting.ts'

export const defaultTimeoutMs = 10_000

export type Signal = 'traces' | 'logs' | 'metrics'

/** The settings of OTLP, for all signals or for one. */
export type OtlpSettings = {
  endpoint: Setting<string | undefined>
  protocol: Setting<Protocol | undefined>
  headers: Setting<Pairs | undefined>
  compression: Setting<Compression | undefined>
  timeoutMs: Setting<number | undefined>
  certificate: Setting<string | undefined>
  clientCertificate: Setting<string | undefined>
  clientKey: Setting<string | undefined>
  insecure: Setting<boolean | undefined>
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#configuration-options */
export function otlpSettings(signal: Signal | undefined): OtlpSettings {
  const prefix = `OTEL_EXPORTER_OTLP${signal ? `_${signal.toUpperCase()}` : ''}`
  const room = signal ?? 'otlp'
  return { ...requestSettings(prefix, room, signal), ...tlsSettings(prefix, room) }
}

type TlsName = 'certificate' | 'clientCertificate' | 'clientKey' | 'insecure'

function requestSettings(
  prefix: string,
  room: string,
  signal: Signal | undefined,
): Omit<OtlpSettings, TlsName> {
  return {
    endpoint: optional({
      env: `${prefix}_ENDPOINT`,
      yaml: `${room}.endpoint`,
      parse: parseText,
      shown: signal ? 'the common one' : 'http://localhost:4318, for gRPC http://localhost:4317',
      about: signal
        ? 'The whole address for this signal, used as it is.'
        : 'The address of the receiver. For HTTP, /v1/traces, /v1/logs and /v1/metrics are added to it.',
    }),
    protocol: optional<Protocol>({
      env: `${prefix}_PROTOCOL`,
      yaml: `${room}.protocol`,
      parse: parseChoice(['http/protobuf', 'http/json', 'grpc']),
      shown: 'http/protobuf',
      about: 'http/protobuf, http/json or grpc.',
    }),
    headers: optional({
      env: `${prefix}_HEADERS`,
      yaml: `${room}.headers`,
      parse: parseHeaders,
      about: 'Headers of each request, `name=value,name=value`, percent-encoded; a map in clew.yaml.',
    }),
    compression: optional<Compression>({
      env: `${prefix}_COMPRESSION`,
      yaml: `${room}.compression`,
      parse: parseChoice(['gzip', 'zstd', 'none']),
      shown: 'gzip, to this machine none',
      about: 'gzip, zstd or none.',
    }),
    timeoutMs: optional({
      env: `${prefix}_TIMEOUT`,
      yaml: `${room}.timeout`,
      parse: parseTimeout,
      shown: `${defaultTimeoutMs / 1000}s`,
      about: 'How long one request may take; 0 is without end.',
    }),
  }
}

function tlsSettings(prefix: string, room: string): Pick<OtlpSettings, TlsName> {
  return {
    certificate: optional({
      env: `${prefix}_CERTIFICATE`,
      yaml: `${room}.certificate`,
      parse: parseText,
      shown: "the system's",
      about: 'A PEM file of the authorities that the receiver is trusted by.',
    }),
    clientCertificate: optional({
      env: `${prefix}_CLIENT_CERTIFICATE`,
      yaml: `${room}.clientCertificate`,
      parse: parseText,
      about: 'A PEM file with the certificate of this client.',
    }),
    clientKey: optional({
      env: `${prefix}_CLIENT_KEY`,
      yaml: `${room}.clientKey`,
      parse: parseText,
      about: 'A PEM file with the key of that certificate.',
    }),
    insecure: optional({
      env: `${prefix}_INSECURE`,
      yaml: `${room}.insecure`,
      parse: parseOtelBoolean,
      shown: 'false',
      about: 'gRPC without TLS where the endpoint has no scheme.',
    }),
  }
}
