import { accepts, createGroup, isAlike, widen } from './group.ts'
import type { Merge } from './merges.ts'
import type { Miner, Template } from './miner.ts'
import { scanTemplate } from './scan/scan-line.ts'
import { createTokens } from './scan/tokens.ts'

/** What a miner knows, for a later process or another one: `createMiner({ restore: templates, merges })`. */
export type TemplateState = { readonly templates: readonly Template[]; readonly merges: readonly Merge[] }

const version = 1
const noState: TemplateState = { templates: [], merges: [] }
/** No text of a miner is longer: a line's first 2,048 characters, each of them a mark. */
export const longestText = 8192

const tokens = createTokens()

/** What the miner knows now. */
export function stateOf(miner: Miner): TemplateState {
  return { templates: miner.export(), merges: miner.merges() }
}

/** As JSON, for `parseState`. */
export function printState({ templates, merges }: TemplateState): string {
  const rows = templates.map(({ id, text, count }) => [id, text, count])
  return JSON.stringify({ version, templates: rows, merges })
}

/**
 * Reads what `printState` wrote. Never throws: of what is damaged, or of another version, nothing is taken, and `problem`
 * says what is wrong with it.
 */
export function parseState(json: string): { state: TemplateState; problem: string | undefined } {
  const fail = (what: string): { state: TemplateState; problem: string } => ({
    state: noState,
    problem: `state of templates: ${what}; it begins anew`,
  })
  let parsed: unknown
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    return fail(`no JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  if (typeof parsed !== 'object' || parsed === null) return fail('no object')
  const found = parsed as { version?: unknown; templates?: unknown; merges?: unknown }
  if (found.version !== version)
    return fail(`version ${JSON.stringify(found.version)?.slice(0, 40)}, this one knows ${version}`)
  if (!Array.isArray(found.templates) || !Array.isArray(found.merges))
    return fail('templates or merges are no list')
  const badTemplate = found.templates.findIndex((row) => !isTemplateRow(row))
  if (badTemplate >= 0) return fail(`templates[${badTemplate}] is not [id, text, count]`)
  const badMerge = found.merges.findIndex((row) => !isMergeRow(row))
  if (badMerge >= 0) return fail(`merges[${badMerge}] is not [id, id]`)
  const rows = found.templates as [number, string, number][]
  const templates = rows.map(([id, text, count]) => ({ id, text, count }))
  return { state: { templates, merges: found.merges as Merge[] }, problem: undefined }
}

/**
 * What two processes know together; in which order and how often parts are joined makes no difference. Counts are summed, so
 * each process's state belongs in it once. The miner that takes it joins templates that only together show what varies.
 */
export function mergeStates(one: TemplateState, other: TemplateState): TemplateState {
  const templates = new Map<number, Template>()
  for (const template of [...one.templates, ...other.templates]) {
    const known = templates.get(template.id)
    templates.set(template.id, known === undefined ? template : joinTemplates(known, template))
  }
  const merges = new Map<number, number>()
  for (const [id, into] of [...one.merges, ...other.merges])
    merges.set(id, Math.min(into, merges.get(id) ?? into))
  return {
    templates: [...templates.values()].toSorted((a, b) => a.count - b.count || a.id - b.id),
    merges: [...merges].toSorted(([a], [b]) => a - b),
  }
}

/** Of one id: they differ in words that may vary. */
function joinTemplates(one: Template, other: Template): Template {
  const [first, second] = one.text < other.text ? [one.text, other.text] : [other.text, one.text]
  const group = createGroup(first, 0)
  scanTemplate(second, tokens)
  if (isAlike(group, tokens, tokens.count) && !accepts(group, second, tokens)) widen(group, second, tokens)
  return { id: one.id, text: group.text, count: one.count + other.count }
}

function isTemplateRow(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 3) return false
  const [id, text, count] = row as unknown[]
  return isWhole(id) && typeof text === 'string' && text.length <= longestText && isWhole(count)
}

function isMergeRow(row: unknown): boolean {
  return Array.isArray(row) && row.length === 2 && row.every(isWhole)
}

/** 48 bits. */
export function isId(value: unknown): value is number {
  return isWhole(value) && (value as number) < 2 ** 48
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
