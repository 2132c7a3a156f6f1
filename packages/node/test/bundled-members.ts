import { cpSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

const members = join(import.meta.dirname, 'fixtures/members')
const late = join(import.meta.dirname, '../bundle')

/**
 * What cannot be in a bundle of one file: @platformatic/kafka reads a WebAssembly file that lies beside it, Nest requires what may
 * not be installed, and the server of http2 is a process of its own file.
 */
const left = ['platformatic-kafka', 'nest-express', 'nest-fastify', 'http2']

/** Whether the bundle has this member, which it then hands over. */
export function isBundled(member: string): boolean {
  return !left.includes(member)
}

/** Bundles an application of the members with all of its libraries into one file, in a folder where nothing is installed; resolves with the folder. */
export async function bundleMembers(entry = 'bundled.mjs'): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'clew-members-')))
  await build({
    ...{ absWorkingDir: members, entryPoints: [entry], outfile: join(folder, 'app.mjs') },
    ...{
      bundle: true,
      minifyIdentifiers: true,
      platform: 'node',
      target: 'node22',
      format: 'esm',
      logLevel: 'warning',
    },
    external: ['@clew/alert', '@nestjs/*', '@platformatic/kafka', 'pg-native'],
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
    },
  })
  for (const name of readdirSync(late))
    if (/^(?!index|register|chunk).*\.js$/.test(name)) cpSync(join(late, name), join(folder, name))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'members', version: '1.0.0' }))
  return folder
}
