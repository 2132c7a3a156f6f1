import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const maxFiles = 100_000

/** `error`: why there is nothing to be read of it. */
export type FileToSend = { path: string; error?: string }

/**
 * The files that words name, in their order: of a folder those in it and in its folders, by name, but for hidden ones; `-` as it is. A
 * folder in a folder that cannot be read is one with an error. Rejects where what is named cannot be found.
 */
export async function listFiles(words: readonly string[]): Promise<FileToSend[]> {
  const files: FileToSend[] = []
  for (const word of words) {
    if (word === '-') files.push({ path: word })
    else if ((await look(word)).isDirectory()) await addNamedFolder(word, files)
    else files.push({ path: word })
  }
  return files
}

async function look(path: string): ReturnType<typeof stat> {
  try {
    return await stat(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${path}: ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`}`)
  }
}

async function addNamedFolder(folder: string, files: FileToSend[]): Promise<void> {
  const before = files.length
  await addFolder(folder, files)
  if (files.length === before)
    files.push({ path: folder, error: 'there is no file in it, but for hidden ones and links' })
}

async function addFolder(folder: string, files: FileToSend[]): Promise<void> {
  let entries: Dirent[]
  try {
    entries = await readdir(folder, { withFileTypes: true })
  } catch (error) {
    files.push({ path: folder, error: `it cannot be read (${(error as NodeJS.ErrnoException).code})` })
    return
  }
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    // Links are not followed: they may lead back.
    if (entry.isDirectory()) await addFolder(path, files)
    else if (entry.isFile()) files.push({ path })
    if (files.length > maxFiles)
      throw new Error(`${folder} has more than ${maxFiles} files; name some of its folders`)
  }
}
