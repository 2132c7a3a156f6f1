const { Writable } = require('node:stream')

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

function createWinston(stream = nowhere()) {
  const winston = require('winston')
  return winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  })
}

/** pino, called as winston is. */
function createPino(stream = nowhere()) {
  const logger = require('pino')(stream)
  return { info: (message, meta) => logger.info(meta, message) }
}

/** JSON lines with a timestamp, written to a stream: winston's, or pino's where BENCHMARK_LOGGER says so. */
exports.createLogger = process.env.BENCHMARK_LOGGER === 'pino' ? createPino : createWinston
