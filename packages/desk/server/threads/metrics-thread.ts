import { parentPort } from 'node:worker_threads'
import { decodeMetricsRequest, isOtlpDecodeError, parseMetricsJson } from '@clew/otlp'
import { MetricStore } from '../metrics/metric-store.ts'
import { isStoreError } from '../schema/store-error.ts'
import type { FromMetrics, ToMetrics } from './thread.ts'

const port = parentPort!
const store = new MetricStore()

function answer(message: ToMetrics): object {
  if (message.kind === 'ask')
    return message.metric === undefined ? store.page() : store.series(message.metric)
  const { encoding, bytes } = message
  const request = encoding === 'json' ? parseMetricsJson(bytes) : decodeMetricsRequest(bytes)
  return { points: store.add(request, Date.now()) }
}

port.on('message', (message: ToMetrics) => {
  const say = (heard: FromMetrics): void => port.postMessage(heard)
  try {
    say({ kind: 'answer', id: message.id, value: answer(message) })
  } catch (error) {
    const code = isStoreError(error) ? error.code : isOtlpDecodeError(error) ? 'decode' : 'internal'
    say({ kind: 'failure', id: message.id, code, message: (error as Error).message })
  }
})
