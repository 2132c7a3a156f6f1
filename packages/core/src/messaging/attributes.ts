import type { Attributes } from '@opentelemetry/api'
import { SpanKind } from '../api/span.ts'
import type { Fields, FieldValue } from '../context/request-context.ts'
import type { SpanDescription } from '../seams/operation.ts'

// Messaging conventions are in development (semantic conventions 1.44, read 2026-11-29):
// https://opentelemetry.io/docs/specs/semconv/messaging/kafka/

/** On spans with a link to the maker: why they are not in its trace. */
export const relationReason = 'clew.relation.reason'
/** On spans of a batch: messages of which the trace is known, and not linked. */
export const linksLeftOut = 'clew.links.left_out'

/** What one call of a producer sends. */
export type Sending = {
  /** Without repetition. */
  readonly topics: readonly string[]
  readonly messages: number
  readonly clientId?: string | undefined
  readonly clusterId?: string | undefined
}

/** Where messages lie, and who takes them. */
export type MessagePlace = {
  readonly topic: string
  readonly partition?: number | undefined
  readonly group?: string | undefined
  readonly clientId?: string | undefined
  readonly clusterId?: string | undefined
}

type Offset = string | number | bigint | undefined

/** The span of one call of a producer. A destination is named when there is one alone. */
export function describeSending({ topics, messages, clientId, clusterId }: Sending): SpanDescription {
  const [topic] = topics.length === 1 ? topics : []
  const attributes: Attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'send',
    'messaging.operation.name': 'send',
  }
  if (topic !== undefined) attributes['messaging.destination.name'] = topic
  if (messages !== 1) attributes['messaging.batch.message_count'] = messages
  if (clientId !== undefined) attributes['messaging.client.id'] = clientId
  if (clusterId !== undefined) attributes['messaging.kafka.cluster.id'] = clusterId
  return { name: topic === undefined ? 'send' : `send ${topic}`, kind: SpanKind.PRODUCER, attributes }
}

/** Where what was sent lies now: known of one message, or of several in one partition. */
export function describeSent(
  places: readonly { readonly partition: number; readonly offset?: Offset }[],
  messages: number,
): Attributes {
  const [place] = places
  if (place === undefined || places.some(({ partition }) => partition !== place.partition)) return {}
  const attributes: Attributes = { 'messaging.destination.partition.id': String(place.partition) }
  const offset = messages === 1 ? offsetOf(place.offset) : undefined
  if (offset !== undefined) attributes['messaging.kafka.offset'] = offset
  return attributes
}

/** The span of the work on one message. */
export function describeMessage(
  place: MessagePlace,
  { offset, isTombstone }: { readonly offset: Offset; readonly isTombstone: boolean },
): SpanDescription {
  const description = describeProcessing(place)
  const { attributes } = description
  const known = offsetOf(offset)
  if (known !== undefined) attributes['messaging.kafka.offset'] = known
  if (isTombstone) attributes['messaging.kafka.message.tombstone'] = true
  return description
}

/** The span of the work on a batch. */
export function describeBatch(place: MessagePlace, messages: number): SpanDescription {
  const description = describeProcessing(place)
  description.attributes['messaging.batch.message_count'] = messages
  return description
}

function describeProcessing({
  topic,
  partition,
  group,
  clientId,
  clusterId,
}: MessagePlace): SpanDescription & { attributes: Attributes } {
  const attributes: Attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.type': 'process',
    'messaging.operation.name': 'process',
    'messaging.destination.name': topic,
  }
  if (partition !== undefined) attributes['messaging.destination.partition.id'] = String(partition)
  if (group !== undefined) attributes['messaging.consumer.group.name'] = group
  if (clientId !== undefined) attributes['messaging.client.id'] = clientId
  if (clusterId !== undefined) attributes['messaging.kafka.cluster.id'] = clusterId
  return { name: `process ${topic}`, kind: SpanKind.CONSUMER, attributes }
}

/** What every record carries that is written in the work on a message, or on a batch. */
export function identifyMessage({ topic, partition }: MessagePlace, offset?: Offset): Fields {
  const identity: Record<string, FieldValue> = { 'messaging.destination.name': topic }
  if (partition !== undefined) identity['messaging.destination.partition.id'] = String(partition)
  const known = offsetOf(offset)
  if (known !== undefined) identity['messaging.kafka.offset'] = known
  return identity
}

// An attribute is a number that JavaScript has exactly.
function offsetOf(offset: Offset): number | undefined {
  if (offset === undefined || offset === '') return undefined
  const number = Number(offset)
  return Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
