import type { Endpoint } from '@clew/pipeline'

/** Where each signal goes, and the address as it may be shown. */
export type ForwardTarget = {
  protocol: Endpoint['protocol']
  url: string
  logs: string
  traces: string
}

const schemes: Record<string, { protocol: Endpoint['protocol']; web: string }> = {
  'http:': { protocol: 'http/protobuf', web: 'http:' },
  'https:': { protocol: 'http/protobuf', web: 'https:' },
  'grpc:': { protocol: 'grpc', web: 'http:' },
  'grpcs:': { protocol: 'grpc', web: 'https:' },
}

/**
 * Reads `http://host:4318`, `https://host/base/path`, `grpc://host:4317` or `grpcs://host`; HTTP gets `/v1/logs` and
 * `/v1/traces` behind its path. Throws with what to write instead.
 */
export function parseEndpoint(text: string): ForwardTarget {
  const url = URL.parse(text)
  const scheme = url === null ? undefined : schemes[url.protocol]
  if (url === null || scheme === undefined || url.hostname === '') {
    throw new Error(`--forward "${text}" is no address to send to; ${suggestion(text)}`)
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error(
      '--forward has a user or password in its address; write them as authorization=Basic%20… in CLEW_DESK_FORWARD_HEADERS',
    )
  }
  if (url.search !== '' || url.hash !== '') {
    throw new Error(`--forward "${text}" has more than a path; leave away what is behind "?" or "#"`)
  }
  const path = url.pathname.replace(/\/+$/, '')
  const origin = `${scheme.web}//${url.host}`
  const shown = `${url.protocol}//${url.host}${path}`
  if (scheme.protocol === 'grpc') return grpcTarget(text, path, origin, shown)
  if (/\/v1\/(logs|traces)$/.test(path)) {
    throw new Error(
      `--forward "${text}" is the address of one signal; leave /v1/… away, it is added for logs and for traces`,
    )
  }
  const base = `${origin}${path}`
  return { protocol: scheme.protocol, url: shown, logs: `${base}/v1/logs`, traces: `${base}/v1/traces` }
}

function grpcTarget(text: string, path: string, origin: string, url: string): ForwardTarget {
  if (path !== '')
    throw new Error(`--forward "${text}" has a path, but gRPC has none; write ${url.replace(path, '')}`)
  return { protocol: 'grpc', url, logs: origin, traces: origin }
}

function suggestion(text: string): string {
  const forms = 'write http://host:4318, https://host, grpc://host:4317 or grpcs://host'
  return text.includes('://') || text === '' ? forms : `write http://${text} or grpc://${text}`
}
