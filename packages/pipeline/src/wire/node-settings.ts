type Variables = Record<string, string>

/** What Node reads for a scheme, and for both the hosts without a proxy; the first that is set. */
const proxyNames = { plain: ['http_proxy', 'HTTP_PROXY'], tls: ['https_proxy', 'HTTPS_PROXY'] }
const exceptionNames = ['no_proxy', 'NO_PROXY']

/**
 * The variables by which Node's own requests find their proxy; undefined where they use none. Node must be told to, and
 * before 22.21 and 24.5 it knows of no such thing. https://nodejs.org/api/http.html#built-in-proxy-support
 */
export function readProxies(isPlain: boolean): Variables | undefined {
  if (!isTold('--use-env-proxy', 'NODE_USE_ENV_PROXY')) return undefined
  const proxies = pick(isPlain ? proxyNames.plain : proxyNames.tls)
  return Object.keys(proxies).length === 0 ? undefined : { ...proxies, ...pick(exceptionNames) }
}

/**
 * The environment in which a worker trusts the same receivers as this thread does now: what Node reads in it for each
 * thread or each connection. The rest (NODE_EXTRA_CA_CERTS, --use-openssl-ca) holds for the whole process.
 */
export function readTrust(): Variables {
  const usesSystemCa = isTold('--use-system-ca', 'NODE_USE_SYSTEM_CA')
  return { ...pick(['NODE_TLS_REJECT_UNAUTHORIZED']), ...(usesSystemCa && { NODE_USE_SYSTEM_CA: '1' }) }
}

function isTold(option: string, variable: string): boolean {
  const options = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(/\s+/)]
  return process.env[variable] === '1' || options.includes(option)
}

function pick(names: readonly string[]): Variables {
  const set = names.map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(set.filter((pair): pair is [string, string] => Boolean(pair[1])))
}
