import { expect, test } from 'vitest'
import { arrivals, sendLeft, startJournaling } from './journal-rig.ts'
import { createRandom } from './random.ts'
import { newDirectory, receive } from './receivers.ts'

const seed = Number(process.env.KILL_SEED ?? Date.now() % 1e9)
const kills = Number(process.env.KILLS ?? 20)

type Sum = { accepted: number; lost: number; twice: number; unexcused: number }

/** Kills a process that logs at a random time, and counts what came of the records whose log call had returned. */
async function killOnce(random: () => number): Promise<Sum> {
  const receiver = await receive()
  const directory = newDirectory()
  const hangs = random() < 0.2
  receiver.behave(hangs ? 'hang' : { delayMs: random() * 60 })
  const process = await startJournaling(receiver, directory, { SEED: String(Math.floor(random() * 1e9)) })
  await new Promise((resolve) => setTimeout(resolve, random() * 500))
  const accepted = await process.kill()
  receiver.behave('accept')
  if (hangs) receiver.clear()
  await sendLeft(receiver, directory)
  const requests = arrivals(receiver)
  const before = requests.filter(({ by }) => by === 'killed').map(({ numbers }) => numbers)
  const after = requests.filter(({ by }) => by === 'next').flatMap(({ numbers }) => numbers)
  const known = new Set([...before.flat(), ...after])
  const inDoubt = new Set(before.at(-1))
  const first = new Set(before.flat())
  const twice = after.filter((number) => first.has(number))
  return {
    accepted,
    lost: Array.from({ length: accepted }, (_, number) => number).filter((number) => !known.has(number))
      .length,
    twice: twice.length,
    unexcused: twice.filter((number) => !inDoubt.has(number)).length,
  }
}

test(`of ${kills} processes that are killed at random (seed ${seed}) no record is lost whose log call had returned, and only those of a request without an answer come twice`, async () => {
  const random = createRandom(seed)
  const sum: Sum = { accepted: 0, lost: 0, twice: 0, unexcused: 0 }
  for (let kill = 0; kill < kills; kill++) {
    const one = await killOnce(random)
    for (const key of Object.keys(sum) as (keyof Sum)[]) sum[key] += one[key]
  }
  console.log(JSON.stringify({ kills, seed, ...sum }))
  expect({ ...sum, accepted: sum.accepted > 0, twice: 0 }).toEqual({
    ...{ accepted: true, lost: 0, twice: 0, unexcused: 0 },
  })
}, 1_200_000)
