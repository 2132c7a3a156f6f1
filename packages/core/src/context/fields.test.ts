import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { setReporter } from '../process/report.ts'
import { activeContext, runInContext } from './context-manager.ts'
import { contextForWork, getFields, setFields, withFields } from './fields.ts'
import { recordScopeOf, rootContext } from './request-context.ts'

const attributes = (): unknown => recordScopeOf(activeContext())?.attributes

let undo = (): void => {}
afterEach(() => undo())

test('withFields adds to the fields around it, gives the result and takes them back', () => {
  const result = withFields({ tenant: 'acme', user_id: 1 }, () =>
    withFields({ user_id: 2 }, () => [getFields(), attributes()]),
  )
  const both = { tenant: 'acme', user_id: 2 }
  expect([result, getFields()]).toEqual([[both, both], {}])
})

test('withFields throws what its work throws', () => {
  const error = new Error('mine')
  expect(() =>
    withFields({ a: 1 }, () => {
      throw error
    }),
  ).toThrow(error)
})

test('a field that is set late, deep inside, is on every later record of the request, and of no other', async () => {
  const request = (id: number): Promise<unknown> =>
    runInContext(contextForWork(rootContext, { request_id: id }), async () => {
      const before = attributes()
      await nextTurn()
      await (async () => {
        await nextTurn()
        setFields({ user_id: id * 10 })
      })()
      return [before, attributes(), getFields()]
    })
  const expected = [1, 2, 3].map((id) => {
    const after = { request_id: id, user_id: id * 10 }
    return [{ request_id: id }, after, after]
  })
  expect(await Promise.all([1, 2, 3].map(request))).toEqual(expected)
})

test("a job's identity is on its records, is no field, and cannot be set over", () => {
  const identity = { 'messaging.destination.name': 'orders', attempt: 2 }
  const context = contextForWork(rootContext, { tenant: 'acme', attempt: 'first' }, identity)
  const seen = runInContext(context, () => {
    const first = attributes()
    setFields({ 'messaging.destination.name': 'mine', user_id: 7 })
    return [first, attributes(), withFields({ attempt: 9 }, attributes), getFields()]
  })
  const fields = { tenant: 'acme', attempt: 'first', 'messaging.destination.name': 'mine', user_id: 7 }
  expect(seen).toEqual([
    { tenant: 'acme', ...identity },
    { tenant: 'acme', user_id: 7, ...identity },
    { tenant: 'acme', user_id: 7, ...identity },
    fields,
  ])
})

test('work begins with its own fields, not with those around it', () => {
  const inside = withFields({ outer: true }, () =>
    runInContext(contextForWork(activeContext(), { inner: true }), getFields),
  )
  expect(inside).toEqual({ inner: true })
})

test('setFields outside of any request does nothing and says so', () => {
  const reports: string[] = []
  undo = setReporter((code, message) => reports.push(`${code}: ${message}`))
  setFields({ user_id: 1 })
  expect([getFields(), reports]).toEqual([
    {},
    ['CLEW_NO_SCOPE: setFields(user_id) outside of a request or job'],
  ])
})
