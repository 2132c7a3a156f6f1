import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { packAll, publishedPackages } from '../packages.ts'
import { checkManifests } from '../release/manifests.ts'
import { checkSize } from '../release/size-budgets.ts'
import type { Problem } from './house.ts'

/** What is wrong with the packages as they would be published: in their manifests, and in what publint, "are the types wrong" and the budgets find. */
export async function checkPackages(): Promise<Problem[]> {
  const directory = mkdtempSync(join(tmpdir(), 'clew-packages-'))
  try {
    return [...checkManifests(), ...(await checkTarballs(packAll(directory)))]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The same of the tarballs alone, each by its package. */
export async function checkTarballs(tarballs: ReadonlyMap<string, string>): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const { name, directory: path } of publishedPackages()) {
    const tarball = readFileSync(tarballs.get(name)!)
    const messages = [
      ...(await lint(tarball)),
      ...(await findWrongTypes(tarball)),
      ...checkSize(name, tarball.length),
    ]
    problems.push(...messages.map((message) => ({ path: `${path}/package.json`, message })))
  }
  return problems
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
