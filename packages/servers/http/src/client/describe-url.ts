import type { Attributes } from '@opentelemetry/api'
import { parseHost } from '../host.ts'

/** The address attributes of a client span. `target` is a path with its query or, through a proxy, a whole URL. */
export function describeUrl(protocol: string, host: string, target: string): Attributes {
  const { address, port } = parseHost(host)
  return {
    'url.full': target.startsWith('/') ? `${protocol}//${host}${target}` : target,
    'server.address': address,
    'server.port': port ?? (protocol === 'https:' ? 443 : 80),
  }
}
