const { once } = require('node:events')

/** Tells the benchmark something. */
exports.tell = (message) => process.send(message)

/** Tells the benchmark something and waits for its answer. */
exports.ask = async (message) => {
  process.send(message)
  const [answer] = await once(process, 'message')
  return answer
}
