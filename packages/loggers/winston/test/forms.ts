import type { RecordedLog } from '@clew/testing'
import type winston from 'winston'

/** One way to call a logger with winston's JSON and timestamp formats, and the record that must come of it. */
export type Form = {
  name: string
  log: (logger: winston.Logger, error: Error) => void
  record: (error: Error) => Partial<RecordedLog>
}

const splat = Symbol.for('splat')

class Dated {
  message = 'of a class'
  at = new Date(0)
}

export const forms: Form[] = [
  { name: "info('text')", log: (l) => l.info('hi'), record: () => ({ body: 'hi' }) },
  { name: 'info()', log: (l) => void Reflect.apply(l.info, l, []), record: () => ({ body: '' }) },
  {
    name: "warn('text')",
    log: (l) => l.warn('careful'),
    record: () => ({ body: 'careful', severityNumber: 13, severityText: 'warn' }),
  },
  {
    name: "http('text')",
    log: (l) => l.http('GET /'),
    record: () => ({ body: 'GET /', severityNumber: 7, severityText: 'http' }),
  },
  { name: 'info(number)', log: (l) => l.info(42), record: () => ({ body: 42 }) },
  { name: "log('info', 'text')", log: (l) => l.log('info', 'hi'), record: () => ({ body: 'hi' }) },
  {
    name: "info('text', meta)",
    log: (l) => l.info('hi', { a: 1, nested: { b: [2] } }),
    record: () => ({ body: 'hi', attributes: { a: 1, nested: { b: [2] } } }),
  },
  {
    name: 'info(object with a message)',
    log: (l) => l.info({ message: 'hi', a: 1 }),
    record: () => ({ body: 'hi', attributes: { a: 1 } }),
  },
  {
    name: 'info(object without a message)',
    log: (l) => l.info({ a: 1 }),
    record: () => ({ body: { a: 1 } }),
  },
  {
    name: 'log({ level, message })',
    log: (l) => l.log({ level: 'info', message: 'hi', a: 1 }),
    record: () => ({ body: 'hi', attributes: { a: 1 } }),
  },
  {
    name: "log('info', object)",
    log: (l) => l.log('info', { a: 1 }),
    record: () => ({ body: undefined, attributes: { a: 1 } }),
  },
  {
    name: 'write({ level, message })',
    log: (l) => void l.write({ level: 'info', message: 'hi', a: 1 }),
    record: () => ({ body: 'hi', attributes: { a: 1 } }),
  },
  {
    name: 'info(an instance of a class)',
    log: (l) => l.info(new Dated()),
    record: () => ({ body: 'of a class', attributes: { at: new Date(0) } }),
  },
  {
    name: 'info(an object without a prototype)',
    log: (l) => l.info(Object.assign(Object.create(null), { message: 'bare' })),
    record: () => ({ body: 'bare' }),
  },
  {
    name: "info('text', { message })",
    log: (l) => l.info('n', { message: 'x' }),
    record: () => ({ body: 'n x' }),
  },
  {
    name: "info('%s', value) without splat()",
    log: (l) => l.info('splat %s', 'abc'),
    record: () => ({ body: 'splat %s' }),
  },
  {
    name: "info('text', { trace_id }) of the user's own",
    log: (l) => l.info('hi', { trace_id: 'mine', span_id: 'too' }),
    record: () => ({ body: 'hi', attributes: { trace_id: 'mine', span_id: 'too' } }),
  },
  {
    name: "info('text', { timestamp }) of the user's own",
    log: (l) => l.info('hi', { timestamp: 'yesterday' }),
    record: () => ({ body: 'hi', attributes: { timestamp: 'yesterday' } }),
  },
  {
    name: 'error(error)',
    log: (l, error) => l.error(error),
    record: (error) => ({ body: 'boom', exception: error, attributes: { code: 'E_ARG' } }),
  },
  {
    name: "log('error', error)",
    log: (l, error) => l.log('error', error),
    record: (error) => ({ body: 'boom', exception: error, attributes: { code: 'E_ARG' } }),
  },
  {
    name: "error('text', error)",
    log: (l, error) => l.error('failed', error),
    record: (error) => ({ body: 'failed boom', exception: error, attributes: { code: 'E_ARG' } }),
  },
  {
    name: "error('text', { err })",
    log: (l, err) => l.error('failed', { err }),
    record: (error) => ({ body: 'failed', exception: error, attributes: { err: error } }),
  },
  {
    name: "error('text', { error })",
    log: (l, error) => l.error('failed', { error }),
    record: (error) => ({ body: 'failed', exception: error, attributes: { error } }),
  },
  {
    name: "error('text', meta, error)",
    log: (l, error) => l.error('failed', { a: 1 }, error),
    record: (error) => ({ body: 'failed', exception: error, attributes: { a: 1 } }),
  },
  {
    name: 'log({ level, message: error })',
    log: (l, error) => l.log({ level: 'error', message: error as never }),
    record: (error) => ({ body: 'boom', exception: error }),
  },
  {
    name: 'log({ level, message, [SPLAT] })',
    log: (l, error) => l.log({ level: 'error', message: 'failed', [splat]: [error] } as never),
    record: (error) => ({ body: 'failed', exception: error }),
  },
  {
    name: 'error({ message, stack }) of an error told in text',
    log: (l, { message, stack }) => l.error({ message, stack }),
    record: ({ message, stack }) => ({ body: 'boom', exception: { name: 'RangeError', message, stack } }),
  },
  {
    name: "child.error('text', error)",
    log: (l, error) => l.child({ c: 1 }).error('failed', error),
    record: (error) => ({ body: 'failed boom', exception: error, attributes: { c: 1, code: 'E_ARG' } }),
  },
  {
    name: 'child of child.error(error)',
    log: (l, error) => l.child({ c: 1 }).child({ d: 2 }).error(error),
    record: (error) => ({ body: 'boom', exception: error, attributes: { c: 1, d: 2, code: 'E_ARG' } }),
  },
  {
    name: 'child.info with a key of the child',
    log: (l) => l.child({ a: 'child', c: 1 }).info('hi', { a: 'call' }),
    record: () => ({ body: 'hi', attributes: { a: 'call', c: 1 } }),
  },
  {
    name: 'startTimer().done(entry)',
    log: (l) => {
      const timer = l.startTimer()
      const { now } = Date
      Date.now = () => Number(timer.start)
      timer.done({ message: 'done', level: 'info' })
      Date.now = now
    },
    record: () => ({ body: 'done', attributes: { durationMs: 0 } }),
  },
]
