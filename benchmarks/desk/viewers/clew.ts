import type { DeskStatus } from '../../../packages/desk/api/index.ts'
import { askApi } from '../ask-api.ts'
import { startDeskProcess } from '../desk-process.ts'
import type { Viewer } from './viewer.ts'

const selector = '.rows-body > [role=row]'

/** The desk with all that is sent to it: no size ends it. */
export async function startClew(): Promise<Viewer> {
  const { url, cpuSeconds, rssBytes, stop } = await startDeskProcess(['--max-size', '64GB'])
  return {
    ...{ otlp: url, url, cpuSeconds, rssBytes, stop },
    async stored() {
      const { logs, spans } = (await askApi<DeskStatus>(url, '/api/status')).answer.store
      return logs + spans
    },
    list: { path: '/chains', selector },
    chain: (traceId) => ({ path: `/t/${traceId}`, selector }),
    chainApi: (traceId) => ({ path: `/api/chains/${traceId}` }),
  }
}
