import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const maxFiles = 100_000

/**
 * The files that words name, in their order: of a folder those in it and in its folders, by name, but for hidden ones; `-` as it is.
 * Rejects where one cannot be found.
 */
export async function listFiles(words: readonly string[]): Promise<string[]> {
  const files: string[] = []
  for (const word of words) {
    if (word === '-') files.push(word)
    else if ((await look(word)).isDirectory()) await addFolder(word, files)
    else files.push(word)
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

async function addFolder(folder: string, files: string[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    // Links are not followed: they may lead back.
    if (entry.isDirectory()) await addFolder(path, files)
    else if (entry.isFile()) files.push(path)
    if (files.length > maxFiles)
      throw new Error(`${folder} has more than ${maxFiles} files; name some of its folders`)
  }
}
