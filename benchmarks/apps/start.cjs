/** Starts an application that writes a record by winston and answers HTTP, and tells what it has cost when it has been up for a while. */
exports.start = (require) => {
  const { createServer } = require('node:http')
  const { Writable } = require('node:stream')
  const winston = require('winston')
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() })
  const logger = winston.createLogger({ transports: [new winston.transports.Stream({ stream })] })
  const server = createServer((_request, response) => response.end('hello world'))
  server.listen(0, '127.0.0.1', () => {
    logger.info('listening', server.address())
    // Lets in what a preload puts off.
    setTimeout(() => {
      const { user, system } = process.cpuUsage()
      process.send({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1e6 })
    }, 50)
  })
}
