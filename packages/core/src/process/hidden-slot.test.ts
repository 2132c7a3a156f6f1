import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { createHiddenSlot } from './hidden-slot.ts'

test('a slot keeps one value per object, apart from other slots', () => {
  const [names, ages] = [createHiddenSlot<string>(), createHiddenSlot<number>()]
  const [first, second] = [{}, {}]
  names.set(first, 'a')
  names.set(first, 'b')
  ages.set(first, 1)
  expect([names.get(first), ages.get(first), names.get(second), ages.get(second)]).toEqual([
    'b',
    1,
    undefined,
    undefined,
  ])
})

test('the object does not show it', () => {
  const slot = createHiddenSlot<string>()
  const target = { own: 1 }
  slot.set(target, 'secret')
  expect([Reflect.ownKeys(target), inspect(target, { showHidden: true }), { ...target }]).toEqual([
    ['own'],
    '{ own: 1 }',
    { own: 1 },
  ])
  expect(slot.get({ ...target })).toBeUndefined()
  expect(slot.get(structuredClone(target))).toBeUndefined()
  expect(slot.get(Object.create(target))).toBeUndefined()
})

test('it is there for functions, instances and objects of another shape', () => {
  const slot = createHiddenSlot<number>()
  const targets = [() => {}, new Map(), [], Object.create(null), new Error('e')]
  targets.forEach((target, i) => {
    slot.set(target, i)
  })
  expect(targets.map((target) => slot.get(target))).toEqual([0, 1, 2, 3, 4])
})
