import { EventEmitter } from 'node:events'
import { PassThrough } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createIntake, type Intake } from './body.ts'

type Holder = EventEmitter & { destroyed: boolean }

const holder = (): Holder => Object.assign(new EventEmitter(), { destroyed: false })

function read(intake: Intake, bytes: number, by: Holder, maxBytes = 1000): ReturnType<Intake['read']> {
  const stream = new PassThrough()
  stream.end(Buffer.alloc(bytes))
  return intake.read(stream, maxBytes, by)
}

test('bodies hold memory until they are answered, and beyond that senders are asked to come back', async () => {
  const intake = createIntake(1000)
  const [first, second] = [holder(), holder()]
  expect(await read(intake, 600, first)).toHaveLength(600)
  expect(await read(intake, 600, second)).toBe('busy')
  expect(await read(intake, 1001, holder())).toBe('too large')
  first.emit('close')
  second.emit('close')
  expect(await read(intake, 1000, holder())).toHaveLength(1000)
})

test('what a body unpacks to is held, too', async () => {
  const intake = createIntake(1000)
  const packed = gzipSync(Buffer.alloc(800))
  const first = holder()
  const unpack = (by: Holder) => intake.unpack(packed, 'gzip', 1000, by)
  expect(await unpack(first)).toEqual({ ok: Buffer.alloc(800) })
  expect(await unpack(holder())).toEqual({ failed: 'busy' })
  first.emit('close')
  expect(await unpack(holder())).toEqual({ ok: Buffer.alloc(800) })
})

test('what ended before its body was unpacked holds nothing', async () => {
  const intake = createIntake(1000)
  const packed = gzipSync(Buffer.alloc(800))
  const gone = holder()
  const unpacked = intake.unpack(packed, 'gzip', 1000, gone)
  gone.emit('close')
  await unpacked
  await intake.unpack(packed, 'gzip', 1000, Object.assign(holder(), { destroyed: true }))
  expect(await intake.unpack(packed, 'gzip', 1000, holder())).toEqual({ ok: Buffer.alloc(800) })
})

test('each of many bodies that are unpacked at once gets its own bytes', async () => {
  const intake = createIntake()
  const sizes = Array.from({ length: 50 }, (_, i) => i * 1000)
  const all = await Promise.all(
    sizes.map((size) => intake.unpack(gzipSync(Buffer.alloc(size)), 'gzip', 1e6, holder())),
  )
  expect(all.map((one) => ('ok' in one ? one.ok.length : one.failed))).toEqual(sizes)
})

test('a sender that goes away, and an encoding that is unknown or wrong', async () => {
  const intake = createIntake()
  const stream = new PassThrough()
  const gone = intake.read(stream, 10, holder())
  stream.destroy()
  expect(await gone).toBe('sender gone')
  expect([
    await intake.unpack(Buffer.from('x'), 'br', 10, holder()),
    await intake.unpack(Buffer.from('x'), 'gzip', 10, holder()),
    await intake.unpack(gzipSync(Buffer.alloc(11)), 'GZIP', 10, holder()),
  ]).toEqual([{ failed: 'unknown encoding' }, { failed: 'corrupt' }, { failed: 'too large' }])
})
