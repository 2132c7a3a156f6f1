import { hasOwnTime, type JsonObject } from './plain-log.ts'

/** Whoever keeps lines of others in objects of their own: where the line is, and what of the object is worth keeping. */
const wrappers: readonly { line: string; mark: string; time: string; kept: readonly string[] }[] = [
  // https://docs.docker.com/engine/logging/drivers/json-file/
  { line: 'log', mark: 'stream', time: 'time', kept: ['stream', 'attrs'] },
  // `logcli --output=jsonl` of Loki
  { line: 'line', mark: 'labels', time: 'timestamp', kept: ['labels'] },
]

/** A log object inside of another one. */
export type Wrapped = { line: string; time: unknown; more: JsonObject }

/** The line that Docker or Loki have in an object with their own time of it; undefined where it is none of theirs. */
export function unwrapLine(log: JsonObject): Wrapped | undefined {
  for (const { line, mark, time, kept } of wrappers) {
    const text = log[line]
    if (typeof text !== 'string' || !Object.hasOwn(log, mark)) continue
    const more = Object.fromEntries(
      kept.filter((key) => log[key] !== undefined).map((key) => [key, log[key]]),
    )
    return { line: text.replace(/\r?\n$/, ''), time: log[time], more }
  }
  return undefined
}

/** The object of a wrapped line as if it had been written alone: with its own time, else with the wrapper's. */
export function mergeWrapped(inner: JsonObject, { time, more }: Omit<Wrapped, 'line'>): JsonObject {
  return { ...more, ...(hasOwnTime(inner) ? {} : { time }), ...inner }
}

/** A document of Elasticsearch or OpenSearch as it was indexed, of a hit or a dump. */
export function sourceOf(log: JsonObject): JsonObject {
  const source = log._source
  const isHit = Object.hasOwn(log, '_index') && typeof source === 'object' && source !== null
  return isHit ? (source as JsonObject) : log
}
