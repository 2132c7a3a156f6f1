import { readFileSync } from 'node:fs'
import type { Exporter } from '@clew/pipeline'
import { formatMistake, parseBytes, printableValue, readKafkaSecurity } from '@clew/settings'
import { remedyOf } from './failures.ts'
import { facilities, parseServer, type SyslogOptions, type SyslogSettings, syslogOptions } from './options.ts'

const maxDelayMs = 250

/** What every server takes: RFC 5424 §6.1. */
const leastMessageBytes = 480

const nothingIsSent = 'in force: nothing is sent to syslog'

/**
 * Log records to a syslog server, by RFC 5424. `CLEW_SYSLOG_ADDRESS`, or `syslog.address` in clew.yaml, starts it. Its connection
 * is a thread's of its own.
 */
export const syslogExporter: Exporter = {
  name: 'syslog',
  options: syslogOptions,
  open(given, { createThreadSender, say }) {
    const { address, facility, maxMessageSize, ...pemFiles } = given as SyslogOptions
    if (address === '') return undefined
    const server = parseServer(address)
    if (server === undefined)
      return `CLEW_SYSLOG_ADDRESS: ${printableValue(address)} is no syslog server; write udp://host:514, tcp://host:601, tls://host:6514 or unix:/path; ${nothingIsSent}`
    const { value: maxMessageBytes, faults } = parseBytes(maxMessageSize)
    const sizePlace = 'CLEW_SYSLOG_MAX_MESSAGE_SIZE'
    if (maxMessageBytes === undefined)
      return `${faults.map((fault) => formatMistake({ place: sizePlace, ...fault })).join('; ')}; ${nothingIsSent}`
    if (maxMessageBytes < leastMessageBytes)
      return `${sizePlace}: ${maxMessageSize} is too small; write 480 or more; ${nothingIsSent}`
    const { ca, clientCertificate, clientKey } = pemFiles
    // TLS of a client is the same thing there.
    const { security, mistakes } = readKafkaSecurity(
      { tls: false, ca, clientCertificate, clientKey, user: '', password: '', mechanism: 'plain' },
      (option) => `CLEW_SYSLOG_${option.replace(/[A-Z]/g, '_$&').toUpperCase()}`,
      (path) => readFileSync(path, 'utf8'),
    )
    for (const mistake of mistakes) say('CLEW_CONFIG', `${formatMistake(mistake)}; in force: it is left out`)
    const data: SyslogSettings = {
      ...{ server, maxMessageBytes, facility: facilities[facility] },
      tls: security.tls ?? {},
    }
    return {
      name: 'syslog',
      shownAs: `syslog ${address}`,
      identity: [address, clientCertificate],
      maxDelayMs,
      createSender: () =>
        createThreadSender({
          file: new URL('./syslog-thread.js', import.meta.url),
          data,
          receiver: { signal: 'logs', url: '', headers: {}, remedyOf },
          say,
        }),
    }
  },
}
