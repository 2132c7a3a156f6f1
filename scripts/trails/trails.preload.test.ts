import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Service, startRedis } from '../services.ts'
import { followTrails, type Trail } from './follow-trails.ts'

/** One trail of CONTRIBUTING.md: its rooms (folders, or one file) below `packages`, and how many files it may pass. */
type MappedTrail = { name: string; maxFiles: number; rooms: string[] }

const map = readMap(readFileSync('CONTRIBUTING.md', 'utf8'))

function readMap(text: string): MappedTrail[] {
  return text.split(/^### /m).flatMap((section) => {
    const [, name, maxFiles] = section.match(/^(.+): at most (\d+) files$/m) ?? []
    if (name === undefined) return []
    const rooms = [...section.matchAll(/^\d+\. `([^`]+)`/gm)].map(([, room]) => room!)
    return [{ name, maxFiles: Number(maxFiles), rooms }]
  })
}

let redis: Service
let trails: Trail[]
beforeAll(async () => {
  redis = await startRedis()
  trails = await followTrails(redis.url)
}, 120_000)
afterAll(() => redis.stop())

test('the map of CONTRIBUTING.md has the trails that are followed', () => {
  expect(map.map(({ name }) => name)).toEqual(trails.map(({ name }) => name))
})

test.each(map)('$name passes the rooms of the map, in its order, and no more files', (mapped) => {
  const files = Object.keys(trails.find(({ name }) => name === mapped.name)!.files)
  const passed = files.map((file) => roomOf(mapped, file) ?? `${file}, which is in no room of the map`)
  expect([...new Set(passed)]).toEqual(mapped.rooms)
  expect(mapped.rooms.length).toSatisfy((count: number) => count >= 5 && count <= 10)
  const remedy = `a longer way: shorten it, or raise the number in CONTRIBUTING.md\n${files.join('\n')}`
  expect(files.length, remedy).toBeLessThanOrEqual(mapped.maxFiles)
})

function roomOf({ rooms }: MappedTrail, file: string): string | undefined {
  return rooms.find((room) => `${file}/`.startsWith(`packages/${room}/`))
}
