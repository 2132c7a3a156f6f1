import { setTimeout as delay } from 'node:timers/promises'

const patienceMs = 120_000

/** Asks again and again until it is so; rejects after two minutes. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = Date.now() + patienceMs
  while (!(await isTrue())) {
    if (Date.now() > endMs) throw new Error(`what was expected did not come within ${patienceMs / 1000} s`)
    await delay(100)
  }
}
