import { afterEach, expect, test } from 'vitest'
import { setReporter } from '../process/report.ts'
import { wrapMethod } from './wrap-method.ts'

class Base {
  greet(name: string): string {
    return `hello ${name}`
  }
}
class Derived extends Base {}

let undo = (): void => {}
afterEach(() => undo())

type Greet = Base['greet']
const shout = (original: Greet): Greet =>
  function (this: Base, name) {
    return original.call(this, name).toUpperCase()
  }

test('the wrapper is called in place of the method, and stop gives the very method back', () => {
  const before = Object.getOwnPropertyDescriptor(Base.prototype, 'greet')
  const stop = wrapMethod('owner', Base.prototype, 'greet', shout)
  expect(new Base().greet('ann')).toBe('HELLO ANN')
  stop()
  stop()
  expect([new Base().greet('ann'), Object.getOwnPropertyDescriptor(Base.prototype, 'greet')]).toEqual([
    'hello ann',
    before,
  ])
})

test('the wrapper has the name, length, own properties and enumerability of the method', () => {
  const target = {
    greet: Object.assign(
      function greet(name: string) {
        return name
      },
      { own: 1, [Symbol.for('tag')]: 2 },
    ),
  }
  const stop = wrapMethod(
    'owner',
    target,
    'greet',
    (original) => Object.assign(() => original('x'), {}) as never,
  )
  const { greet } = target
  expect([greet.name, greet.length, greet.own, Object.keys(target), greet('y')]).toEqual([
    'greet',
    1,
    1,
    ['greet'],
    'x',
  ])
  stop()
})

test('an inherited method is wrapped for the derived class only, and stop leaves no trace of it', () => {
  const stop = wrapMethod('owner', Derived.prototype, 'greet', shout)
  expect([new Derived().greet('a'), new Base().greet('a')]).toEqual(['HELLO A', 'hello a'])
  stop()
  expect([new Derived().greet('a'), Object.hasOwn(Derived.prototype, 'greet')]).toEqual(['hello a', false])
})

test('one owner wraps once, also below the wrapper of another; another owner wraps again', () => {
  const target = new Base()
  const calls: string[] = []
  const count =
    (who: string) =>
    (original: Greet): Greet =>
    (name) => {
      calls.push(who)
      return original.call(target, name)
    }
  const stops = ['a', 'b', 'a', 'b'].map((owner) => wrapMethod(owner, target, 'greet', count(owner)))
  target.greet('ann')
  for (const stop of stops.reverse()) stop()
  target.greet('ann')
  expect(calls).toEqual(['b', 'a'])
})

test('stop leaves a method alone that somebody has wrapped again', () => {
  const target = new Base()
  const stop = wrapMethod('owner', target, 'greet', shout)
  const ours = target.greet
  const theirs: Greet = (name) => `${ours.call(target, name)}!`
  target.greet = theirs
  stop()
  expect([target.greet === theirs, target.greet('ann')]).toEqual([true, 'HELLO ANN!'])
})

test('a missing method is reported and left alone', () => {
  const reports: string[] = []
  undo = setReporter((code, message) => reports.push(`${code}: ${message}`))
  const target = {} as Base
  wrapMethod('owner', target, 'greet', shout)()
  expect([reports, Reflect.ownKeys(target)]).toEqual([
    ['CLEW_PATCH_MISSING: owner: no method greet to attach to'],
    [],
  ])
})
