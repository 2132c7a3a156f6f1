import { startDesk } from '@clew/desk'
import {
  hugeTrace,
  linkedTraces,
  lostSpans,
  repeatedQueries,
  type Sample,
  sendSample,
  skewedClock,
} from '../sample-traffic.ts'

export type SampleDesk = {
  url: string
  /** Trace ids. `failed` is the chain with an error in it. */
  ids: Record<'repeated' | 'linked' | 'failed' | 'skewed', string>
  /** Sends a sample that happens now; its trace id. */
  send(sample: Sample): Promise<string>
  sendHuge(): Promise<string>
  close(): Promise<void>
}

/** A desk as `clew desk --memory` starts it, with the built page and, unless it is to be `empty`, chains of the last minute. */
export async function startSampleDesk({ empty = false } = {}): Promise<SampleDesk> {
  const problems: string[] = []
  const desk = await startDesk({
    directory: undefined,
    maxBytes: 512 * 1024 * 1024,
    maxAgeMs: undefined,
    port: 0,
    grpcPort: null,
    report: (message) => problems.push(message),
  })
  const sendAgo = (sample: Sample, agoMs: number) => sendSample(desk.url, sample, Date.now() - agoMs)
  const put = async (sample: Sample, agoMs: number) => (empty ? '' : sendAgo(sample, agoMs))
  const ids = {
    repeated: await put(repeatedQueries(), 50_000),
    linked: await put(linkedTraces(), 40_000),
    failed: await put(lostSpans(), 30_000),
    skewed: await put(skewedClock(), 20_000),
  }
  return {
    url: desk.url,
    ids,
    send: (sample) => sendAgo(sample, 0),
    sendHuge: () => sendAgo(hugeTrace(10_000, 20_000), 10_000),
    async close() {
      await desk.close()
      if (problems.length > 0) throw new Error(`the desk reported:\n${problems.join('\n')}`)
    },
  }
}
