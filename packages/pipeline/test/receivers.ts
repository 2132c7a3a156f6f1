import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from '@clew/testing'
import { afterEach } from 'vitest'

/** What the test that runs has opened; closed when it is over, the newest first. */
export const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

export async function receive(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options)
  closers.push(() => receiver.close())
  return receiver
}

export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'clew-relay-'))
  closers.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}
