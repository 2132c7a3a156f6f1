import { readFileSync } from 'node:fs'
import { startRedis } from './services.ts'
import { followTrails } from './trails/follow-trails.ts'

// Prints the files that a log call, a request, a job and an OTLP request pass, with their lines and what is called.
const redis = await startRedis()
try {
  for (const { name, files } of await followTrails(redis.url)) {
    console.log(`\n${name}: ${Object.keys(files).length} files`)
    for (const [path, functions] of Object.entries(files)) {
      const lines = readFileSync(path, 'utf8').split('\n').length - 1
      const named = functions.filter((one) => one !== '')
      console.log(
        `${String(lines).padStart(4)} ${path.replace('packages/', '')}: ${named.join(' ') || '(no name)'}`,
      )
    }
  }
} finally {
  await redis.stop()
}
