import { EventEmitter } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ROOT_CONTEXT as API_ROOT, createContextKey } from '@opentelemetry/api'
import { afterEach, expect, test } from 'vitest'
import {
  activeContext,
  bindToContext,
  createContextManager,
  enterContext,
  runInContext,
} from './context-manager.ts'
import { rootContext } from './request-context.ts'

const key = createContextKey('test')
const manager = createContextManager().enable()
const contextOf = (value: unknown) => rootContext.setValue(key, value)
const active = (): unknown => manager.active().getValue(key)

afterEach(() => {
  manager.disable()
})

test('without a context the root context is active', () => {
  expect([manager.active(), activeContext()]).toEqual([rootContext, rootContext])
})

test('with() gives `this`, the arguments and the result, and nests', () => {
  const self = {}
  const result = manager.with(
    contextOf('outer'),
    function (this: unknown, a: number, b: number) {
      const inner = manager.with(contextOf('inner'), active)
      return [this === self, a + b, inner, active()]
    },
    self,
    1,
    2,
  )
  expect([result, active()]).toEqual([[true, 3, 'inner', 'outer'], undefined])
})

test('with() passes an exception on and restores the context', () => {
  const error = new Error('mine')
  const thrown = (): unknown =>
    manager.with(contextOf('x'), () => {
      throw error
    })
  expect(thrown).toThrow(error)
  expect(active()).toBeUndefined()
})

test('a context of the API itself is as good as one of ours', () => {
  expect(manager.with(API_ROOT.setValue(key, 'api'), active)).toBe('api')
})

test('the context goes with promises, timers, immediates and microtasks, each its own', async () => {
  const seen = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      manager.with(contextOf(i), async () => {
        const values = [active()]
        await nextTurn()
        values.push(active())
        await new Promise<void>((resolve) => {
          setTimeout(() => {
            values.push(active())
            queueMicrotask(resolve)
          }, i % 3)
        })
        return [...values, active()].every((value) => value === i)
      }),
    ),
  )
  expect(new Set(seen)).toEqual(new Set([true]))
})

test('bind() of a function keeps `this`, arguments, result and length, and no later context enters it', () => {
  const bound = manager.bind(contextOf('bound'), function (this: unknown, a: number, b: number) {
    return [this, a, b, active()]
  })
  const self = {}
  const result = manager.with(contextOf('caller'), () => bound.call(self, 1, 2))
  expect([result, bound.length]).toEqual([[self, 1, 2, 'bound'], 2])
  expect(bindToContext(contextOf('x'), active)()).toBe('x')
})

test('bind() of an emitter binds each of its listeners, and does not show', () => {
  const emitter = new EventEmitter()
  const seen: unknown[] = []
  const listener = function (this: unknown, value: unknown): void {
    seen.push([this === emitter, value, active()])
  }
  emitter.on('before', listener)
  expect(manager.bind(contextOf('bound'), emitter)).toBe(emitter)
  emitter.once('after', listener)
  const heard = manager.with(contextOf('caller'), () => [
    emitter.emit('before', 1),
    emitter.emit('after', 2),
    emitter.emit('after', 3),
  ])
  emitter.off('before', listener)
  expect([heard, seen, emitter.listenerCount('before')]).toEqual([
    [true, true, false],
    [
      [true, 1, 'bound'],
      [true, 2, 'bound'],
    ],
    0,
  ])
  expect(Object.keys(emitter)).toEqual(Object.keys(new EventEmitter()))
})

test('bind() gives anything else back as it is', () => {
  const values = [1, 'text', null, undefined, { on: 1 }]
  expect(values.map((value) => manager.bind(contextOf('x'), value))).toEqual(values)
})

test('enterContext() holds for what follows and not for who called before', async () => {
  const inner = runInContext(contextOf('outer'), async () => {
    await nextTurn()
    enterContext(contextOf('entered'))
    const here = active()
    await nextTurn()
    return [here, active()]
  })
  expect([await inner, active()]).toEqual([['entered', 'entered'], undefined])
})
