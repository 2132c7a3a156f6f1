const { tracingChannel } = require('node:diagnostics_channel')

class OutOfStock extends Error {
  name = 'OutOfStock'
}

const releases = tracingChannel('stock-client:release')

/** `send` brings a message to the stock service and resolves with how many are left. */
class StockClient {
  constructor({ host, send }) {
    this.host = host
    this.send = send
  }

  async reserve(item, count) {
    const left = await this.send({ item, count })
    if (left < 0) throw new OutOfStock(`${item} is out of stock`)
    return { item, left }
  }

  release(item, count) {
    const message = { item, count, host: this.host }
    return releases.tracePromise(() => this.send({ item, count: -count }), message)
  }
}

module.exports = { OutOfStock, StockClient }
