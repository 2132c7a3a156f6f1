import { resolve } from 'node:path'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

const key = '@clew/node: main script'

/**
 * The script that this process runs. When a worker thread loads its preloads, its own script is not yet in
 * process.argv and what is there may be an argument, so the main thread hands its script on to all threads.
 */
export function findMainScript(): string | undefined {
  if (!isMainThread) return getEnvironmentData(key) as string | undefined
  // With --eval the first argument stands where the script would be.
  const script = process.argv[1] && resolve(process.argv[1])
  if (script) setEnvironmentData(key, script)
  return script
}
