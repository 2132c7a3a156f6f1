export type Host = { address: string; port: number | undefined }

const maxKnown = 256
const known = new Map<string, Host>()

/** The parts of a `host[:port]`, such as the value of a Host header. An IPv6 address loses its brackets. */
export function parseHost(host: string): Host {
  const seen = known.get(host)
  if (seen) return seen
  // Few in an honest process; a client that invents names must not fill the memory.
  if (known.size >= maxKnown) known.clear()
  const parsed = splitHost(host)
  known.set(host, parsed)
  return parsed
}

function splitHost(host: string): Host {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(host)
  if (!match) return { address: host, port: undefined }
  const [, ipv6, name, port] = match
  return { address: ipv6 ?? name ?? '', port: port === undefined ? undefined : Number(port) }
}
