import type { LogDetail, Shared, SharedChain, SpanDetail } from '../../api/index.ts'
import type { Answer } from '../api-client.ts'
import type { Records } from '../records.ts'

/** The records of a chain in a file, by the references that its columns have. */
export function fileRecords({ resources, scopes, spans, logs }: SharedChain): Records {
  const byRef = { spans: byIndex(spans), logs: byIndex(logs) }
  const whole = <Detail extends SpanDetail | LogDetail>(
    found: Shared<Detail> | undefined,
    ref: string,
  ): Answer<Detail> => {
    if (found === undefined) return { failure: { code: 'left-out', message: '' } }
    const resource = resources[found.resource] ?? {}
    const scope = scopes[found.scope] ?? { name: '', version: '', attributes: {} }
    return { value: { ...found, ref, resource, scope } as unknown as Detail }
  }
  return {
    isDesk: false,
    span: async (ref) => whole<SpanDetail>(byRef.spans.get(ref), ref),
    log: async (ref) => whole<LogDetail>(byRef.logs.get(ref), ref),
  }
}

function byIndex<T>(pairs: readonly [index: number, detail: T][]): ReadonlyMap<string, T> {
  return new Map(pairs.map(([index, detail]) => [String(index), detail]))
}
