import { setTimeout as pause } from 'node:timers/promises'
import { isListOf, isText, withFields } from '../desk-answer.ts'
import { askJson, type DeskAddress } from '../desk-client.ts'

const lookEveryMs = 500
const isChains = withFields({ chains: isListOf(withFields({ traceId: isText })) })

/**
 * The page of the first chain that begins after `fromMs`, of the service alone where it is given. Undefined when `signal` comes
 * first. Never rejects: a desk that is away may be back.
 */
export async function firstChain(
  desk: DeskAddress,
  { fromMs, service }: { fromMs: number; service: string | undefined },
  signal: AbortSignal,
): Promise<string | undefined> {
  const query = new URLSearchParams({ from: String(fromMs), limit: '1', order: 'recent' })
  if (service !== undefined) query.set('q', `service:${JSON.stringify(service)}`)
  while (!signal.aborted) {
    try {
      const { chains } = await askJson<{ chains: { traceId: string }[] }>(
        ...([desk, `/api/chains?${query}`, isChains, { signal }] as const),
      )
      const [first] = chains
      if (first !== undefined) return `${desk.url}/t/${encodeURIComponent(first.traceId)}`
      await pause(lookEveryMs, undefined, { signal, ref: false })
    } catch {
      if (!signal.aborted) await pause(lookEveryMs * 4, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  return undefined
}
