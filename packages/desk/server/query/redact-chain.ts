import { createRedactor, type Redactor, redactFields, redactPatternNames, redactValue } from '@clew/otlp'
import { spanFacts } from '@clew/otlp/text'
import type { ChainData, Fields, LogDetail, SpanDetail } from '../../api/index.ts'
import { rowFieldsLength } from './chain.ts'
import { rowTextLength } from './chain-parts.ts'
import { fieldsOf } from './log-rows.ts'

/**
 * Takes secrets out of a chain and its details, by the default list of keys and all patterns. The rows are made again
 * of the clean records, so that no secret is missed because a row has only its beginning.
 */
export type ChainRedactor = {
  /** Of the span at this index; its row is changed, too. */
  span(index: number, detail: SpanDetail): SpanDetail
  log(index: number, detail: LogDetail): LogDetail
  /** How many secrets were cut. */
  count(): number
}

/** `data` is changed: who sent at once, the rest with each record. */
export function createChainRedactor(data: ChainData): ChainRedactor {
  const redactor = createRedactor({ keys: [], patterns: redactPatternNames, cuts: true })
  // Rows say again what the records said: that is not counted twice.
  const rows = createRedactor({ keys: [], patterns: redactPatternNames, cuts: true })
  cleanResources(data, rows)
  const facts = new Map(data.spans.facts.map((pair) => [pair[0], pair]))
  const firstEvent = firstEvents(data)
  const names = new Map<string, number>()
  const nameOf = (text: string): number => {
    const known = names.get(text) ?? data.texts.push(text) - 1
    names.set(text, known)
    return known
  }
  return {
    span(index, detail) {
      const clean = cleanSpan(redactor, detail)
      data.spans.name[index] = nameOf(clean.name)
      const pair = facts.get(index)
      if (pair) pair[1] = spanFacts(clean.attributes, clean.statusMessage) ?? {}
      const first = firstEvent.get(index) ?? 0
      clean.events.forEach(({ name, attributes }, at) => {
        data.events.name[first + at] = nameOf(name)
        const message = attributes['exception.message']
        data.events.text[first + at] = typeof message === 'string' ? message.slice(0, rowTextLength) : ''
      })
      return clean
    },
    log(index, detail) {
      const clean = cleanLog(redactor, detail)
      data.logs.text[index] = clean.text.slice(0, rowTextLength)
      if (data.logs.fields[index] !== '')
        data.logs.fields[index] = fieldsOf(JSON.stringify(clean.attributes), rowFieldsLength)
      return clean
    },
    count: () => Object.values(redactor.counts()).reduce((sum, count) => sum + count, 0),
  }
}

function firstEvents({ events }: ChainData): ReadonlyMap<number, number> {
  const first = new Map<number, number>()
  events.span.forEach((span, event) => {
    if (!first.has(span)) first.set(span, event)
  })
  return first
}

function cleanResources(data: ChainData, redactor: Redactor): void {
  data.resources = data.resources.map(({ service, instance, host }) => ({
    service: redactor.text(service, redactor.verdict('service.name')),
    instance: redactor.text(instance, redactor.verdict('service.instance.id')),
    host: redactor.text(host, redactor.verdict('host.name')),
  }))
}

function cleanSpan(redactor: Redactor, span: SpanDetail): SpanDetail {
  const text = (given: string): string => redactor.text(given)
  const fields = (given: Fields): Fields => redactFields(redactor, given)
  return {
    ...span,
    name: text(span.name),
    statusMessage: text(span.statusMessage),
    traceState: text(span.traceState),
    attributes: fields(span.attributes),
    events: span.events.map((event) => ({
      ...event,
      name: text(event.name),
      attributes: fields(event.attributes),
    })),
    links: span.links.map((link) => ({ ...link, attributes: fields(link.attributes) })),
    resource: fields(span.resource),
    scope: cleanScope(redactor, span.scope),
  }
}

function cleanScope(redactor: Redactor, { name, version, attributes }: SpanDetail['scope']) {
  return {
    name: redactor.text(name),
    version: redactor.text(version),
    attributes: redactFields(redactor, attributes),
  }
}

function cleanLog(redactor: Redactor, log: LogDetail): LogDetail {
  const body = redactValue(redactor, log.body)
  const attributes = redactFields(redactor, log.attributes)
  return {
    ...log,
    body,
    text: (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, log.text.length),
    fields: fieldsOf(JSON.stringify(attributes), rowFieldsLength),
    severityText: redactor.text(log.severityText),
    service: redactor.text(log.service, redactor.verdict('service.name')),
    eventName: redactor.text(log.eventName),
    attributes,
    resource: redactFields(redactor, log.resource),
    scope: cleanScope(redactor, log.scope),
    // Its number means nothing elsewhere.
    pattern: 0,
  }
}
