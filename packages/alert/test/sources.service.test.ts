import { Readable } from 'node:stream'
import { Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { createEngine } from '../src/engine/engine.ts'
import { readRules } from '../src/rules/read-rules.ts'
import { type Consumption, consumeSource } from '../src/run/consume-source.ts'
import { createRunner } from '../src/run/runner.ts'
import { linesSource } from '../src/sources/lines-source.ts'
import { otlpSource } from '../src/sources/otlp-source.ts'
import { redisSource } from '../src/sources/redis-source.ts'
import type { Source } from '../src/sources/source.ts'
import { createMemoryStore } from '../src/store/memory-store.ts'
import { createRedisStore } from '../src/store/redis-store.ts'
import type { AlertStore } from '../src/store/store.ts'
import { encode, outcomeOf, rule } from './kafka-rig.ts'
import { fresh } from './stores.ts'

function consume(source: Source, store: AlertStore, report: (line: string) => void = () => {}): Consumption {
  const { rules } = readRules([rule], String, [])
  const runner = createRunner(createEngine(rules), store)
  const consumption = consumeSource({ source, runner, rules, report, now: () => performance.now() })
  onTestFinished(() => consumption.close())
  return consumption
}

const line = (user: string, unixMs = Date.now()) => ({ unixMs, user, text: `payment_failed of ${user}` })

test('lines of a stream are judged to its end, and those that are no records are said', async () => {
  const store = createMemoryStore(Date.now)
  const said: string[] = []
  const texts = [...Array.from({ length: 5 }, () => encode([line('u1')]).toString()), 'no json', '']
  const chunks = Readable.from([Buffer.from(texts.join('\n'))])
  await consume(linesSource({ chunks, name: 'stdin', report: () => {}, now: Date.now }), store).ended
  expect(await outcomeOf(store)).toMatchObject({ counts: { below: 4, fired: 1 } })
  const again = Readable.from([Buffer.from('no json\n')])
  await consume(
    linesSource({ chunks: again, name: 'stdin', report: (text) => said.push(text), now: Date.now }),
    store,
  ).ended
  expect(said).toEqual([expect.stringMatching(/^stdin: 1 lines are no records, the first is line 1 \(/)])
})

test('a request of OTLP is answered when what came of it is stored', async () => {
  const store = createMemoryStore(Date.now)
  const url = await new Promise<string>((onListen) => {
    consume(otlpSource({ port: 0, now: Date.now, onListen }), store)
  })
  const body = encode(Array.from({ length: 5 }, () => line('u1')))
  const headers = { 'content-type': 'application/x-protobuf' }
  const { status } = await fetch(`${url}/v1/logs`, { method: 'POST', headers, body: new Uint8Array(body) })
  expect([status, (await outcomeOf(store)).counts]).toEqual([200, { below: 4, fired: 1 }])
})

test('processes that share streams of Redis count each entry once, whoever of them reads', async () => {
  const redis = new Redis(process.env.REDIS_URL!)
  const { prefix, keys } = fresh()
  onTestFinished(async () => {
    await redis.del('', ...(await redis.keys(keys)))
    await redis.quit()
  })
  const streams = [`{${prefix}}:a`, `{${prefix}}:b`]
  const send = ([command, ...words]: string[]) => redis.call(command!, ...words)
  const store = createRedisStore(redis, { prefix })
  const start = () => {
    const source = redisSource({
      ...{ send, streams, group: prefix, begin: 'earliest', report: () => {}, now: Date.now },
    })
    return consume(source, createRedisStore(redis, { prefix }))
  }
  const add = async (stream: string, many: number) => {
    for (let i = 0; i < many; i++) {
      const { unixMs, text } = line('u1')
      if (i % 2 === 0) await redis.xadd(stream, '*', 'log', encode([line('u1')]).toString())
      else await redis.xadd(stream, '*', 'ts', unixMs, 'level', 'error', 'message', text, 'user', 'u1')
    }
  }
  const counted = async () => {
    const { counts } = await store.explain(0)
    return [...(counts.get('r')?.values() ?? [])].reduce((sum, count) => sum + count, 0)
  }
  const [first] = [start(), start()]
  await add(streams[0]!, 700)
  await add(streams[1]!, 1500)
  await expect.poll(counted, { timeout: 60_000 }).toBe(2200)
  await first.close()
  await first.ended
  await add(streams[0]!, 100)
  // What the first had not done yet is the other's ten seconds later.
  await expect.poll(counted, { timeout: 60_000 }).toBe(2300)
})
