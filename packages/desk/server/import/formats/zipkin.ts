import { createHash } from 'node:crypto'
import type { Attributes, JsonObject, Span } from '@clew/otlp'
import { paddedId, type Sender, spanWith } from './found.ts'
import { isObject, listOf, microsOf, textOf } from './json-fields.ts'
import { attributesOfSpan, kindOfSpan } from './span-tags.ts'

/** https://zipkin.io/zipkin-api/ */
export function isZipkinSpan(value: JsonObject): boolean {
  if (typeof value.traceId !== 'string' || typeof value.id !== 'string') return false
  const marks = [
    'localEndpoint',
    'remoteEndpoint',
    'duration',
    'kind',
    'tags',
    'annotations',
    'parentId',
    'timestamp',
  ]
  return (
    marks.some((mark) => Object.hasOwn(value, mark)) &&
    !Object.hasOwn(value, 'message') &&
    !Object.hasOwn(value, 'msg')
  )
}

/** Of version 1: its tags have another name, and its annotations have endpoints. */
export function isZipkinV1(value: JsonObject): boolean {
  return (
    Array.isArray(value.binaryAnnotations) ||
    listOf(value.annotations).some((annotation) => isObject(annotation) && isObject(annotation.endpoint))
  )
}

/**
 * A span with its local endpoint as the resource, its annotations as events and its tags as attributes. The server's half of a span
 * that client and server share gets an id of its own, made of theirs, below the client's.
 */
export function readZipkinSpan(json: JsonObject): { span: Span; sender: Sender } {
  const { attributes, kind, status, scope, traceState } = attributesOfSpan(tagsOf(json))
  const spanId = paddedId(json.id, 16)
  const isShared = json.shared === true && spanId !== ''
  const start = microsOf(json.timestamp)
  const local = isObject(json.localEndpoint) ? json.localEndpoint : {}
  const span = spanWith({
    traceId: paddedId(json.traceId, 32),
    spanId: isShared ? ownHalf(spanId) : spanId,
    parentSpanId: isShared ? spanId : paddedId(json.parentId, 16),
    traceState,
    flags: json.debug === true ? 1 : 0,
    name: textOf(json.name),
    kind: kindOfSpan(json.kind) || kind,
    startTimeUnixNano: start,
    endTimeUnixNano: start + microsOf(json.duration),
    attributes: { ...attributes, ...endpointOf(json.remoteEndpoint, 'network.peer', 'peer.service') },
    events: listOf(json.annotations)
      .filter(isObject)
      .map(({ timestamp, value }) => ({
        timeUnixNano: microsOf(timestamp),
        name: textOf(value),
        attributes: {},
        droppedAttributesCount: 0,
      })),
    status,
  })
  return { span, sender: { resource: endpointOf(local, 'network.local', 'service.name'), scope } }
}

function tagsOf({ tags }: JsonObject): Attributes {
  return isObject(tags)
    ? Object.fromEntries(
        Object.entries(tags).map(([key, value]) => [key, typeof value === 'string' ? value : String(value)]),
      )
    : {}
}

function endpointOf(endpoint: unknown, prefix: string, nameKey: string): Attributes {
  if (!isObject(endpoint)) return {}
  const name = textOf(endpoint.serviceName)
  const address = textOf(endpoint.ipv4) || textOf(endpoint.ipv6)
  return {
    ...(name === '' ? {} : { [nameKey]: name }),
    ...(address === '' ? {} : { [`${prefix}.address`]: address }),
    ...(typeof endpoint.port === 'number' ? { [`${prefix}.port`]: endpoint.port } : {}),
  }
}

function ownHalf(spanId: string): string {
  return createHash('sha256').update(`shared ${spanId}`).digest('hex').slice(0, 16)
}
