import { type KafkaRig, type Line, outcomeOf } from './kafka-rig.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Numbers from a seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
function randomOf(seed: number): (below: number) => number {
  let state = (seed * 2654435761 + 1) >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Records for four partitions, up to a minute out of order; a user's are all in one partition. */
function messagesOf(random: (below: number) => number, many: number): { partition: number; lines: Line[] }[] {
  return Array.from({ length: many }, () => {
    const partition = random(4)
    const lines = Array.from({ length: 1 + random(4) }, (): Line => {
      const user = `u${partition + 4 * random(25)}`
      return { unixMs: Date.now() - random(60_000), user, text: `payment_failed status=500 of ${user}` }
    })
    return { partition, lines }
  })
}

/**
 * Some processes judge what is sent meanwhile; again and again one is killed by SIGKILL and another one starts, or one joins. What
 * came out of it, and what comes of the same records in one process that nothing happens to.
 */
export async function crashRun(
  rig: KafkaRig,
  { seed, processes, kills }: { seed: number; processes: number; kills: number },
): Promise<{ got: object; wanted: object; records: number }> {
  const random = randomOf(seed)
  for (let i = 0; i < processes; i++) rig.start()
  let records = 0
  let isOver = false
  const sending = (async () => {
    while (!isOver) {
      const messages = messagesOf(random, 40)
      await rig.send(messages)
      records += messages.reduce((sum, { lines }) => sum + lines.length, 0)
      await pause(20)
    }
  })()
  for (let i = 0; i < kills; i++) {
    await pause(300 + random(1500))
    const victims = [...rig.children]
    await rig.kill(victims[random(victims.length)]!)
    rig.start()
    if (random(4) === 0 && rig.children.size < 8) rig.start()
  }
  isOver = true
  await sending
  await catchUp(rig)
  return { got: await outcomeOf(rig.store), wanted: await outcomeOf(await rig.reference()), records }
}

const patienceMs = 60_000

/** However slow a machine is: who stands still for a minute is stuck. */
async function catchUp(rig: KafkaRig): Promise<void> {
  let [before, movedMs] = ['', performance.now()]
  while (!(await rig.isCaughtUp())) {
    const now = String(await rig.stored())
    if (now !== before) [before, movedMs] = [now, performance.now()]
    if (performance.now() - movedMs > patienceMs)
      throw new Error(`nothing was judged for a minute:\n${await rig.describeWait()}`)
    await pause(100)
  }
}
