import type { SettingNames } from '../pipeline.ts'

type Remedies = readonly [RegExp, (names: SettingNames) => string][]

/** What usually helps when no answer came: the first that fits. */
const ofConnections: Remedies = [
  [
    /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/,
    ({ endpoint }) => `Start the receiver or set ${endpoint}`,
  ],
  [/has expired/i, () => 'Renew the certificate of the receiver'],
  [/not yet valid/i, () => 'Check the clock, and the certificate of the receiver'],
  [
    /does not match certificate|ALTNAME/i,
    ({ endpoint }) => `Set ${endpoint} to a name that is in the certificate of the receiver`,
  ],
  [
    /wrong version number|packet length too long|HTTP_REQUEST/i,
    ({ endpoint }) => `The receiver speaks no TLS there: write http:// in ${endpoint}`,
  ],
  [
    /alert (certificate required|bad certificate|unknown ca|handshake failure)/i,
    () => 'Check the certificate of the client: the receiver does not take it, or wants one',
  ],
  [
    /certificate|self-signed|CERT_|unable to verify/i,
    ({ certificate }) => `Set ${certificate} to the CA of the receiver`,
  ],
]

/** The same for answers. What a receiver says beside its status may be anything, and is asked only where it says more. */
const ofAnswers: Remedies = [
  [
    /^HTTP 400 .*to an HTTPS (server|port)/i,
    ({ endpoint }) => `The receiver speaks TLS there: write https:// in ${endpoint}`,
  ],
  [
    /^(HTTP 403|gRPC PERMISSION_DENIED) this \w+ is not to be called as /,
    ({ endpoint }) =>
      `Let the receiver allow that name (--allowed-hosts), or set ${endpoint} to one that it has`,
  ],
  [
    /^(HTTP 40[13]|gRPC (UNAUTHENTICATED|PERMISSION_DENIED))\b/,
    ({ headers }) => `Check the credentials in ${headers}`,
  ],
  [
    /^(HTTP 40[45]|gRPC UNIMPLEMENTED)\b/,
    ({ endpoint, protocol }) => `Check the path of ${endpoint} and ${protocol}`,
  ],
  [
    /^HTTP 407\b/,
    () => 'A proxy on the way wants a user and a password: NODE_USE_ENV_PROXY=1 has Node read HTTP_PROXY',
  ],
  [/^HTTP 415\b/, ({ protocol }) => `Set ${protocol} to what the receiver takes`],
  [/^(HTTP 400|gRPC INVALID_ARGUMENT)\b/, () => 'Check that the address is an OTLP receiver of this signal'],
  [/^HTTP 3\d\d\b/, ({ endpoint }) => `Redirects are not followed: set ${endpoint} to the final address`],
]

/** What usually helps against a failure: that of a connection, or an answer as `HTTP 401 who are you`. */
export function remedyOf(failure: string, names: SettingNames): string {
  const remedies = /^(HTTP|gRPC) /.test(failure) ? ofAnswers : ofConnections
  const [, say] = remedies.find(([failures]) => failures.test(failure)) ?? []
  return say?.(names) ?? `Check the receiver and ${names.endpoint}`
}

/** What helps where requests may go through a proxy, of which Node's variables tell; undefined: what helps without one. */
export function remedyOfProxy(
  failure: string,
  variables: Readonly<Record<string, string>>,
): string | undefined {
  const proxy = Object.keys(variables).find((name) => !/^no_/i.test(name))
  if (/the variable of the proxy/.test(failure)) return `Write ${proxy} as http://host:port`
  if (/^HTTP 407\b|tunnel .* 407\b/.test(failure)) return `Check the user and the password in ${proxy}`
  if (/proxy tunnel|establish tunnel/.test(failure))
    return `Check the proxy in ${proxy}, or name the receiver in NO_PROXY`
  // Whether NO_PROXY names the receiver is Node's to know.
  if (/^(connect|getaddrinfo|read|write|socket|Parse Error|no answer|Client network)/.test(failure))
    return `Check the receiver and the proxy in ${proxy}, or name the receiver in NO_PROXY`
  return undefined
}
