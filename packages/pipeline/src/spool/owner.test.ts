import { expect, test } from 'vitest'
import { formatOwner, isAlive, type Owner, parseOwner, thisOwner } from './owner.ts'

test('the name of a file tells its owner', () => {
  const owner: Owner = { pid: 4711, startTime: 123456, place: '0a1b2c3d' }
  expect(parseOwner(`${formatOwner(owner)}-0.1`)).toEqual(owner)
})

test.each(['', '12', '12-34-0a1b2c3d', '12-34-nowhere-0', 'left-12-34-0a1b2c3d-0'])(
  'the name "%s" has no owner',
  (name) => expect(parseOwner(name)).toBeUndefined(),
)

test('this process lives', () => {
  expect(isAlive(thisOwner())).toBe(true)
})

test.runIf(process.platform === 'linux')('a process that has the id of an ended one is not its owner', () => {
  const { startTime, ...owner } = thisOwner()
  expect(isAlive({ ...owner, startTime: startTime - 1 })).toBe(false)
})

test('nobody knows of a process elsewhere', () => {
  expect(isAlive({ ...thisOwner(), place: '00000000' })).toBeUndefined()
})
