const { Writable } = require('node:stream')
const winston = require('winston')

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() })

/** JSON lines with a timestamp, written to a stream. */
exports.createLogger = (stream = nowhere()) =>
  winston.createLogger({
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  })
