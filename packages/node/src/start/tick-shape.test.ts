import { expect, test } from 'vitest'
import { keepTickShape } from './tick-shape.ts'

test('what is held is the object that Node made for a tick, and it holds nothing of the application', async () => {
  const kept = await keepTickShape()
  expect(kept).toMatchObject({ callback: expect.any(Function), args: undefined })
  expect(await keepTickShape()).toBe(kept)
})
