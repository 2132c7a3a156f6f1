import winston from 'winston'

export function createLogger(module: string): winston.Logger {
  return winston.createLogger({
    level: 'debug',
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    defaultMeta: { module },
    transports: [new winston.transports.Console()],
  })
}
