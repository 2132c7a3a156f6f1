import { idOf } from './identity.ts'
import { isBlank } from './scan/character.ts'
import { scanTemplate } from './scan/scan-line.ts'
import { createTokens, type Tokens, tail, value } from './scan/tokens.ts'

/** The lines of one template. Its arrays are as in `Tokens`, with positions in its text. */
export type Group = {
  id: number
  count: number
  text: string
  glueHashes: Int32Array
  starts: Int32Array
  ends: Int32Array
  hashes: Int32Array
  fixed: Uint8Array
  isForgotten: boolean
  /** Neighbours by last use. */
  older: Group | undefined
  newer: Group | undefined
}

const tokensOfText = createTokens()
const none = new Int32Array()
const noTokens = {
  glueHashes: none,
  starts: none,
  ends: none,
  hashes: none,
  fixed: new Uint8Array(),
}

/** `id`: one that it had before; by default that of its text. */
export function createGroup(text: string, count: number, id?: number): Group {
  const group = { id: 0, count, text, ...noTokens, isForgotten: false, older: undefined, newer: undefined }
  setText(group, text)
  if (id !== undefined) group.id = id
  return group
}

/** Lets go of what it holds, as a cache may hold on to it. */
export function emptyGroup(group: Group): void {
  Object.assign(group, noTokens, { text: '', isForgotten: true })
}

/** The template of a line that is the only one of its kind. */
export function textOf(line: string, tokens: Tokens): string {
  let text = ''
  for (let at = 0; at < tokens.count; at++) {
    text += glueOf(line, tokens, at)
    text += tokens.hashes[at] === value ? '<*>' : line.slice(tokens.starts[at], tokens.ends[at])
  }
  return text
}

/** Whether the template's text fits the line as it is. */
export function accepts(group: Group, line: string, tokens: Tokens): boolean {
  const { hashes, glueHashes } = group
  if (hashes.length !== tokens.count) return false
  for (let at = 0; at < hashes.length; at++) {
    const hash = hashes[at]!
    const hasSameGlue = glueHashes[at] === tokens.glueHashes[at]
    if (hash === value) {
      if (tokens.hashes[at] === tail) return false
      if (!hasSameGlue && !glueOf(line, tokens, at).startsWith(ownGlue(group, at))) return false
    } else if (hash !== tokens.hashes[at] || !hasSameGlue || !hasSameWord(group, line, tokens, at))
      return false
  }
  return true
}

/** Makes the template so general that it fits the line too, which `similarity` found to be close. */
export function widen(group: Group, line: string, tokens: Tokens): void {
  let text = ''
  for (let at = 0; at < tokens.count; at++) {
    const hash = group.hashes[at]!
    const own = ownGlue(group, at)
    if (hash !== value && hash === tokens.hashes[at] && hasSameWord(group, line, tokens, at)) {
      text += own + group.text.slice(group.starts[at], group.ends[at])
    } else text += `${commonStart(own, glueOf(line, tokens, at))}<*>`
  }
  setText(group, text)
}

/** The line's text is held by a slice of it, so what is kept is copied. */
function setText(group: Group, text: string): void {
  const copy = ` ${text}`.slice(1)
  scanTemplate(copy, tokensOfText)
  const { count } = tokensOfText
  group.text = copy
  group.glueHashes = tokensOfText.glueHashes.slice(0, count)
  group.starts = tokensOfText.starts.slice(0, count)
  group.ends = tokensOfText.ends.slice(0, count)
  group.hashes = tokensOfText.hashes.slice(0, count)
  group.fixed = tokensOfText.fixed.slice(0, count)
  group.id = idOf(group, count)
}

/** Whether widening can make the template fit the line: as many words, and the same between them where one is a word. */
export function isAlike(group: Group, words: Pick<Tokens, 'hashes' | 'glueHashes'>, count: number): boolean {
  const { hashes, glueHashes } = group
  if (hashes.length !== count) return false
  for (let at = 0; at < count; at++) {
    const [own, other] = [hashes[at]!, words.hashes[at]!]
    if (own !== other && (own === tail || other === tail)) return false
    if ((own !== value || other !== value) && glueHashes[at] !== words.glueHashes[at]) return false
  }
  return true
}

/** Whether it has the words of the other one, where it has no value. */
export function covers(group: Group, other: Group): boolean {
  const { hashes } = group
  for (let at = 0; at < hashes.length; at++)
    if (hashes[at] !== value && hashes[at] !== other.hashes[at]) return false
  return isAlike(group, other, other.hashes.length)
}

/** Hashes can be made to collide by whoever writes the line, so equal ones are no proof. */
function hasSameWord({ text, starts, ends }: Group, line: string, tokens: Tokens, at: number): boolean {
  const own = starts[at]!
  const start = tokens.starts[at]!
  const length = ends[at]! - own
  if (tokens.ends[at]! - start !== length) return false
  for (let i = 0; i < length; i++) if (text.charCodeAt(own + i) !== line.charCodeAt(start + i)) return false
  return true
}

function ownGlue({ text, starts, ends }: Group, at: number): string {
  return text.slice(at === 0 ? 0 : ends[at - 1], starts[at])
}

/** As it stands in a template: each run of blanks is one. */
function glueOf(line: string, tokens: Tokens, at: number): string {
  let glue = ''
  const end = tokens.starts[at]!
  for (let i = tokens.glueStarts[at]!; i < end; i++) {
    const code = line.charCodeAt(i)
    if (!isBlank(code)) glue += line[i]
    else if (i + 1 < end ? !isBlank(line.charCodeAt(i + 1)) : tokens.hashes[at] !== tail) glue += ' '
  }
  return glue
}

function commonStart(one: string, other: string): string {
  let at = 0
  while (at < one.length && one[at] === other[at]) at++
  return one.slice(0, at)
}
