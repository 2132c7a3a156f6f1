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
})
afterAll(() => redis.stop())

test('the map of CONTRIBUTING.md has the trails that are followed', () => {
  expect(map.map(({ name }) => name)).toEqual(trails.map(({ name }) => name))
})

test.each(map)('$name passes the rooms that the map names, no others, and no more files', (mapped) => {
  const files = Object.keys(trails.find(({ name }) => name === mapped.name)!.files)
  const isIn = (file: string, room: string): boolean => `${file}/`.startsWith(`packages/${room}/`)
  expect({
    filesOutside: files.filter((file) => !mapped.rooms.some((room) => isIn(file, room))),
    roomsNotPassed: mapped.rooms.filter((room) => !files.some((file) => isIn(file, room))),
    filesTooMany: Math.max(0, files.length - mapped.maxFiles),
    isReadable: mapped.rooms.length >= 5 && mapped.rooms.length <= 10,
  }).toEqual({ filesOutside: [], roomsNotPassed: [], filesTooMany: 0, isReadable: true })
})
