import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { activeContext, runInContext } from '../context/context-manager.ts'
import { contextWithFields } from '../context/fields.ts'
import { rootContext } from '../context/request-context.ts'
import { bindingCallbacks, emittingInRoot, runningInRoot } from './connection.ts'

const request = contextWithFields(rootContext, { request: 'one' })
const stranger = contextWithFields(rootContext, { request: 'another' })

type Done = (seen: unknown) => void

/** Tells its own context and calls back in that of a stranger. */
function connect(this: unknown, address: string, done: Done): unknown {
  runInContext(stranger, () => done([this, activeContext()]))
  return [this, address, activeContext()]
}

test.each([
  ['as it is', connect, request, stranger],
  ['with its callbacks bound', bindingCallbacks(connect), request, request],
  ['run in the root context', runningInRoot(connect), rootContext, request],
])('a method %s: its context, that of its callback, this and what it returns', (_, method, own, callback) => {
  const self = { method }
  let heard: unknown
  const returned = runInContext(request, () =>
    self.method('db:1', (seen) => {
      heard = [seen, activeContext()]
    }),
  )
  expect([returned, heard]).toEqual([
    [self, 'db:1', own],
    [[self, stranger], callback],
  ])
})

test('an emit in the root context: for all events, or for those that are named', () => {
  const heard: unknown[] = []
  const emitters = [undefined, new Set<unknown>(['error'])].map((events) => {
    const emitter = new EventEmitter()
    emitter.emit = emittingInRoot(emitter.emit, events)
    for (const name of ['error', 'row']) {
      emitter.on(name, (value) => heard.push([name, value, activeContext() === rootContext]))
    }
    return emitter
  })
  const returned = runInContext(request, () =>
    emitters.flatMap((emitter) => [emitter.emit('error', 1), emitter.emit('row', 2), emitter.emit('none')]),
  )
  expect([returned, heard]).toEqual([
    [true, true, false, true, true, false],
    [
      ['error', 1, true],
      ['row', 2, true],
      ['error', 1, true],
      ['row', 2, false],
    ],
  ])
})
