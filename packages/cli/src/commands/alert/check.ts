import { plural } from '../../output.ts'
import { readWords } from '../../read-words.ts'
import { countOf, loadRuleFile } from './rule-file.ts'

/** Exit code 1 when something is wrong. */
export async function checkRules(words: readonly string[]): Promise<number> {
  const { positionals } = readWords(words, { command: 'clew alert check', options: {}, most: 1 })
  const [path] = positionals
  const { file, mistakes } = loadRuleFile(path)
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`)
  const verdict = mistakes.length === 0 ? '' : `; ${plural(mistakes.length, 'mistake')}, the rest can be used`
  process.stdout.write(`${path}: ${countOf(file)}${verdict}\n`)
  return mistakes.length === 0 ? 0 : 1
}
