import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const directory = join(import.meta.dirname, '../../packages/desk')

/** What the package of the desk puts on a disk, and which packages of others come with it. */
export function packageFacts(): { unpackedBytes: number; foreign: string[] } {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const [packed] = JSON.parse(execFileSync('npm', words, { cwd: directory, encoding: 'utf8', stdio: 'pipe' }))
  const { dependencies = {} } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'))
  const foreign = Object.keys(dependencies).filter((name) => !name.startsWith('@clew/'))
  return { unpackedBytes: packed.unpackedSize, foreign }
}
