import type { Search } from './tree.ts'

/** The words and phrases that a line was found by, each once: what a page highlights. Those under NOT are not among them. */
export function wordsOf(tree: Search): string[] {
  return [...new Set(collect(tree))]
}

function collect(tree: Search): string[] {
  if (tree.kind === 'text') return [tree.text]
  return tree.kind === 'all' || tree.kind === 'any' ? tree.parts.flatMap(collect) : []
}
