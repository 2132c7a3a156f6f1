const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /ENOENT/,
    'Let the server make the socket (rsyslog: input(type="imptcp" path="…")), or set CLEW_SYSLOG_ADDRESS',
  ],
  [
    /EPROTOTYPE/,
    'Node.js writes to stream sockets only; /dev/log is none: give rsyslog one by imptcp, or use tcp://',
  ],
  [/EACCES|EPERM/, 'Let the user of this process write to the socket'],
  [/EMSGSIZE/, 'Lower CLEW_SYSLOG_MAX_MESSAGE_SIZE, or use tcp://'],
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/,
    'Start the server, or set CLEW_SYSLOG_ADDRESS',
  ],
  [/ALTNAME/, 'Set CLEW_SYSLOG_ADDRESS to a name that is in the certificate of the server'],
  [
    /alert|handshake/i,
    'Check CLEW_SYSLOG_CLIENT_CERTIFICATE and CLEW_SYSLOG_CLIENT_KEY: the server does not take them, or wants some',
  ],
  [
    /wrong version number|packet length too long|no TLS in/,
    'The server speaks no TLS there: write tcp://, or another port',
  ],
  [/certificate|self-signed|CERT_|unable to verify/i, 'Set CLEW_SYSLOG_CA to the authority of the server'],
]

/** What helps against a failure. */
export function remedyOf(failure: string): string {
  return (
    remedies.find(([failures]) => failures.test(failure))?.[1] ?? 'Check the server and CLEW_SYSLOG_ADDRESS'
  )
}
