import { expect, test } from 'vitest'
import { beginLinks, closeLinks, isLinked, noteTrace } from './links.ts'

test('services are linked by a tenth of the traces of the quieter one', () => {
  const links = beginLinks()
  for (let i = 0; i < 300; i++) {
    noteTrace(links, `t${i}`, 'api')
    if (i % 5 === 0) noteTrace(links, `t${i}`, 'shop')
    if (i === 0) noteTrace(links, `t${i}`, 'mail')
    noteTrace(links, `m${i}`, 'mail')
  }
  expect(isLinked(links, 'api', 'shop')).toBe(true)
  expect(isLinked(links, 'shop', 'api')).toBe(true)
  expect(isLinked(links, 'api', 'mail')).toBe(false)
  expect(isLinked(links, 'shop', 'mail')).toBe(false)
})

test('of many traces the same few are noted in each service, so that links are seen and room is bounded', () => {
  const links = beginLinks()
  for (let minute = 0; minute < 40; minute++) {
    for (const service of ['api', 'shop'])
      for (let i = 0; i < 5000; i++)
        noteTrace(links, (minute * 5000 + i).toString(16).padStart(32, '0'), service)
    closeLinks(links, minute)
  }
  expect(links.bits).toBeGreaterThan(1)
  expect(links.recent.size + links.older.size).toBeLessThanOrEqual(4096)
  expect(isLinked(links, 'api', 'shop')).toBe(true)
})

test('ten thousand services in one trace or by twos take no more room than there is', () => {
  const links = beginLinks()
  for (let i = 0; i < 10_000; i++) {
    noteTrace(links, 'one', `s${i}`)
    noteTrace(links, `t${i % 1500}`, `s${i}`)
  }
  expect(links.shared.size).toBeLessThanOrEqual(5000 + 28)
})

test('what two services had in common hours ago links them no more', () => {
  const links = beginLinks()
  for (let i = 0; i < 100; i++) for (const service of ['api', 'shop']) noteTrace(links, `t${i}`, service)
  for (let minute = 0; minute < 8 * 60; minute++) closeLinks(links, minute)
  expect(isLinked(links, 'api', 'shop')).toBe(false)
})
