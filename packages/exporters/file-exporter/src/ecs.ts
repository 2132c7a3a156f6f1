import {
  type Attributes,
  bandOf,
  bodyText,
  isoTime,
  type LogRecord,
  plainJson,
  type Scope,
  type Value,
} from '@clew/otlp'

/** https://www.elastic.co/docs/reference/ecs */
const ecsVersion = '9.3.0'

type Field = { name: string; type: 'keyword' | 'long' }

const keyword = (name: string): Field => ({ name, type: 'keyword' })
const long = (name: string): Field => ({ name, type: 'long' })

/**
 * Attributes whose name is that of an ECS field with the same meaning, as far as logs of services have them:
 * https://www.elastic.co/docs/reference/ecs/ecs-otel-alignment-details
 */
const same: readonly Field[] = [
  ...['service.name', 'service.version', 'host.id', 'host.name', 'host.type', 'os.name', 'os.version'],
  ...['cloud.account.id', 'cloud.availability_zone', 'cloud.provider', 'cloud.region'],
  ...['container.id', 'container.name', 'container.image.name', 'faas.name', 'faas.version'],
  ...['process.command_line', 'process.title', 'process.working_directory'],
  ...['http.request.method', 'user_agent.name', 'user_agent.original', 'user_agent.version'],
  ...['url.domain', 'url.fragment', 'url.full', 'url.original', 'url.path', 'url.query', 'url.scheme'],
  ...['client.address', 'server.address', 'source.address', 'destination.address'],
  ...['network.transport', 'network.type', 'error.type', 'user.email', 'user.full_name', 'user.hash'],
  ...['user.id', 'user.name'],
]
  .map(keyword)
  .concat(
    ['http.response.status_code', 'process.pid', 'url.port', 'client.port', 'server.port'].map(long),
    ['source.port', 'destination.port'].map(long),
  )

/** Attributes that ECS has by another name: the same table, and what it lacks of exceptions, threads and code. */
const renamed: Readonly<Record<string, Field>> = {
  'cloud.platform': keyword('cloud.service.name'),
  'code.file.path': keyword('log.origin.file.name'),
  'code.function.name': keyword('log.origin.function'),
  'code.line.number': long('log.origin.file.line'),
  'container.runtime.name': keyword('container.runtime'),
  'deployment.environment.name': keyword('service.environment'),
  'exception.message': keyword('error.message'),
  'exception.stacktrace': keyword('error.stack_trace'),
  'exception.type': keyword('error.type'),
  'faas.invocation_id': keyword('faas.execution'),
  'host.arch': keyword('host.architecture'),
  'http.request.body.size': long('http.request.body.bytes'),
  'http.request.size': long('http.request.bytes'),
  'http.response.body.size': long('http.response.body.bytes'),
  'http.response.size': long('http.response.bytes'),
  'network.protocol.name': keyword('network.protocol'),
  'os.description': keyword('os.full'),
  'process.executable.path': keyword('process.executable'),
  'service.instance.id': keyword('service.node.name'),
  'thread.id': long('process.thread.id'),
  'thread.name': keyword('process.thread.name'),
}

const fieldsOfEcs: ReadonlyMap<string, Field> = new Map([
  ...same.map((field): [string, Field] => [field.name, field]),
  ...Object.entries(renamed),
])

/** What of attributes is fields, and what is labels. */
export type EcsFields = { fields: Record<string, string | number>; labels: Record<string, string> }

/**
 * Attributes by the names of the Elastic Common Schema. What ECS has no field for is a label: a text below a flat name, so that no
 * two services want another type of one field.
 */
export function ecsFields(attributes: Attributes): EcsFields {
  const fields: EcsFields['fields'] = {}
  const labels: EcsFields['labels'] = {}
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null) continue
    const field = fieldsOfEcs.get(key)
    const content = field && contentOf(field, value)
    if (content !== undefined) fields[field!.name] = content
    else labels[key.replaceAll('.', '_')] = bodyText(value)
  }
  return { fields, labels }
}

/** A record; its own attributes go over those of its resource. */
export function ecsLine(record: LogRecord, resource: EcsFields, scope: Scope): string {
  const { timeUnixNano, observedTimeUnixNano, severityNumber, severityText, body } = record
  const { traceId, spanId, eventName, attributes } = record
  const own = ecsFields(attributes)
  const labels = { ...resource.labels, ...own.labels }
  return plainJson({
    '@timestamp': isoTime(timeUnixNano || observedTimeUnixNano),
    'log.level': severityText || bandOf(severityNumber),
    message: bodyText(body),
    'ecs.version': ecsVersion,
    'trace.id': traceId || undefined,
    'span.id': spanId || undefined,
    'event.action': eventName || undefined,
    'log.logger': scope.name || undefined,
    ...resource.fields,
    ...own.fields,
    labels: Object.keys(labels).length === 0 ? undefined : labels,
  })
}

/** Undefined when it is no value of that field. */
function contentOf({ type }: Field, value: Value): string | number | undefined {
  if (type === 'long') return Number.isSafeInteger(value) ? (value as number) : undefined
  return typeof value === 'object' ? undefined : String(value)
}
