import type { OptionSpecs } from '@clew/core'

/** By their numbers: RFC 5424 §6.2.1. Those of the system's own parts are not for services. */
export const facilities = {
  user: 1,
  daemon: 3,
  local0: 16,
  local1: 17,
  local2: 18,
  local3: 19,
  local4: 20,
  local5: 21,
  local6: 22,
  local7: 23,
} as const

/** As `CLEW_SYSLOG_<OPTION>`, or below `syslog:` in clew.yaml. */
export const syslogOptions: OptionSpecs = {
  address: {
    kind: 'text',
    default: '',
    about:
      'The server: `udp://host:514`, `tcp://host:601`, `tls://host:6514` or `unix:/path` (a stream socket). Without one nothing is sent.',
  },
  facility: {
    kind: 'choice',
    values: Object.keys(facilities),
    default: 'user',
    about: 'The facility of all messages.',
  },
  maxMessageSize: {
    kind: 'text',
    default: '8KiB',
    about: 'What the server takes as one message; a longer one is cut, and says so.',
  },
  ca: {
    kind: 'text',
    default: '',
    about: "A PEM file of the authorities that the server is trusted by, else the system's.",
  },
  clientCertificate: {
    kind: 'text',
    default: '',
    about: 'A PEM file with the certificate of this client.',
  },
  clientKey: { kind: 'text', default: '', about: 'A PEM file with the key of that certificate.' },
}

/** The options, as they are configured. */
export type SyslogOptions = {
  readonly address: string
  readonly facility: keyof typeof facilities
  readonly maxMessageSize: string
  readonly ca: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** Where messages go. */
export type SyslogServer =
  | { readonly by: 'udp' | 'tcp' | 'tls'; readonly host: string; readonly port: number }
  | { readonly by: 'unix'; readonly path: string }

/** What the thread works with: the files were read. */
export type SyslogSettings = {
  readonly server: SyslogServer
  readonly tls: { ca?: string; cert?: string; key?: string }
  readonly facility: number
  readonly maxMessageBytes: number
}

const defaultPorts: Readonly<Record<string, number>> = { udp: 514, tcp: 601, tls: 6514 }

/** Undefined when it is none. */
export function parseServer(address: string): SyslogServer | undefined {
  const [, path] = /^unix:(?:\/\/)?(\/.+)$/.exec(address) ?? []
  if (path !== undefined) return { by: 'unix', path }
  const [, by, name = '', port] =
    /^(udp|tcp|tls):\/\/(\[[\da-f:.]+\]|[^\s:/@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(address) ?? []
  if (by === undefined || Number(port) > 65_535) return undefined
  const kind = by.toLowerCase() as 'udp' | 'tcp' | 'tls'
  return { by: kind, host: name.replace(/^\[|\]$/g, ''), port: Number(port ?? defaultPorts[kind]) }
}
