import type { OptionSpecs } from '@clew/core'
import { type KafkaSecurity, type KafkaSecurityOptions, kafkaMechanisms } from '@clew/settings'

/** As `CLEW_KAFKA_<OPTION>`, or below `kafka:` in clew.yaml. */
export const kafkaOptions: OptionSpecs = {
  brokers: {
    kind: 'list',
    default: [],
    about: 'Brokers to begin with, `host:port,host:port`. Without any nothing is sent.',
  },
  topic: { kind: 'text', default: 'log_raw', about: 'The topic. It must be there.' },
  format: {
    kind: 'choice',
    values: ['otlp_proto', 'json'],
    default: 'otlp_proto',
    about:
      'otlp_proto: an ExportLogsServiceRequest for each trace of a batch; json: a flat object for each record.',
  },
  compression: {
    kind: 'choice',
    values: ['gzip', 'none', 'zstd', 'lz4', 'snappy'],
    default: 'gzip',
    about: 'With kafkajs gzip or none.',
  },
  clientId: { kind: 'text', default: 'clew', about: 'How brokers call this client.' },
  tls: { kind: 'boolean', default: false, about: 'Whether brokers speak TLS.' },
  ca: {
    kind: 'text',
    default: '',
    about: "A PEM file of the authorities that brokers are trusted by, else the system's. Means TLS.",
  },
  clientCertificate: {
    kind: 'text',
    default: '',
    about: 'A PEM file with the certificate of this client. Means TLS.',
  },
  clientKey: { kind: 'text', default: '', about: 'A PEM file with the key of that certificate.' },
  user: { kind: 'text', default: '', about: 'The user for SASL; without one there is none.' },
  password: { kind: 'text', default: '', about: 'The password of the user.' },
  mechanism: {
    kind: 'choice',
    values: kafkaMechanisms,
    default: 'plain',
    about: 'How the password is shown to brokers.',
  },
}

/** The options, as they are configured. */
export type KafkaOptions = KafkaSecurityOptions & {
  readonly brokers: readonly string[]
  readonly topic: string
  readonly format: 'otlp_proto' | 'json'
  readonly compression: 'gzip' | 'none' | 'zstd' | 'lz4' | 'snappy'
  readonly clientId: string
}

/** What the thread works with: the files were read. */
export type KafkaSettings = Pick<
  KafkaOptions,
  'brokers' | 'topic' | 'format' | 'compression' | 'clientId'
> & {
  readonly security: KafkaSecurity
}
