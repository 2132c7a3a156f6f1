import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packAll, publishedPackages } from '../packages.ts'
import type { Problem } from './house.ts'

/** What publint and "are the types wrong" find in the packages as they would be published. */
export async function checkPackages(): Promise<Problem[]> {
  const directory = mkdtempSync(join(tmpdir(), 'clew-packages-'))
  try {
    const problems: Problem[] = []
    const tarballs = packAll(directory)
    for (const { name, directory: path } of publishedPackages()) {
      const tarball = readFileSync(tarballs.get(name)!)
      const messages = [...(await lint(tarball)), ...(await findWrongTypes(tarball))]
      problems.push(...messages.map((message) => ({ path: `${path}/package.json`, message })))
    }
    return problems
  } finally {
    rmSync(directory, { recursive: true })
  }
}

async function lint(tarball: Buffer<ArrayBuffer>): Promise<string[]> {
  const bytes = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.length)
  const { messages, pkg } = await publint({ strict: true, pack: { tarball: bytes } })
  return messages.map((one) => `publint: ${formatMessage(one, pkg, { color: false })}`)
}

/** Problems of the two ways to resolve that an ESM-only package promises. */
async function findWrongTypes(tarball: Buffer): Promise<string[]> {
  const { types, ...analysis } = await checkPackage(createPackageFromTarballData(tarball))
  if (types === false || !('problems' in analysis)) return []
  return Object.values(analysis.entrypoints).flatMap(({ subpath, resolutions }) => {
    const seen = [resolutions['node16-esm'], resolutions.bundler].flatMap((one) => one.visibleProblems ?? [])
    return [...new Set(seen)].map(
      (index) => `types of "${subpath}": ${analysis.problems[index]!.kind}; ${explained}`,
    )
  })
}

const explained = 'see https://github.com/arethetypeswrong/arethetypeswrong.github.io/tree/main/docs/problems'
