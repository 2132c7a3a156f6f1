import {
  activeContext,
  onModuleLoad,
  runInContext,
  SpanKind,
  startOperation,
  stopAll,
  traceChannel,
  wrapMethod,
} from '@clew/core'

const library = { name: 'stock-client', versions: { from: '1.0.0', below: '2.0.0' } }

/** A span for each reservation and release of stock-client. */
export const stockClientInstrumentation = {
  name: 'stock-client',
  version: '1.0.0',
  library,
  seam: 'StockClient.prototype.reserve, stock-client:release',
  start: ({ tracer }) => {
    const reserving = (reserve) => traceReserve(tracer, reserve)
    const stops = [
      onModuleLoad(library, ({ StockClient: { prototype } }) =>
        wrapMethod('clew-stock-client', prototype, 'reserve', reserving),
      ),
      traceChannel(tracer, 'stock-client:release', (message) => describe('release', message)),
    ]
    return () => stopAll(stops)
  },
}

function traceReserve(tracer, reserve) {
  return async function (item, count) {
    const message = { item, count, host: this.host }
    const operation = startOperation(tracer, activeContext(), () => describe('reserve', message))
    try {
      const reserved = await runInContext(operation.context, () => reserve.call(this, item, count))
      operation.end()
      return reserved
    } catch (error) {
      operation.end(error)
      throw error
    }
  }
}

function describe(method, { item, count, host }) {
  const attributes = { 'server.address': host, 'stock.item': item, 'stock.count': count }
  return { name: `stock ${method}`, kind: SpanKind.CLIENT, attributes }
}
