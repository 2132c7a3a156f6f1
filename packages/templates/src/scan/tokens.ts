/** Only the beginning of a line decides; what lies behind either limit is one value. */
export const maxTokens = 128
export const maxCharacters = 2048

/** The hash of a value. */
export const value = 0
/** The hash of the end of a line that ends in punctuation. */
export const tail = 1
/** The hash of no glue. */
export const nothing = 0

/** FNV-1a over UTF-16 code units. */
export const hashStart: number = 0x811c9dc5 | 0

export function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193)
}

/** What `readWord` computes on its way. */
export function hashOf(text: string): number {
  let hash = hashStart
  for (let at = 0; at < text.length; at++) hash = hashStep(hash, text.charCodeAt(at))
  return hash
}

/**
 * A line as glue (blanks and punctuation) and words in turn, by position. Filled anew by each scan, so that scanning
 * allocates nothing.
 */
export type Tokens = {
  count: number
  /** A hash of all. */
  signature: number
  readonly glueStarts: Int32Array
  readonly glueHashes: Int32Array
  /** Where the glue ends. */
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** `value`, `tail` or the word's hash. */
  readonly hashes: Int32Array
  /** 1 where another word makes it another message. */
  readonly fixed: Uint8Array
}

export function createTokens(): Tokens {
  const numbers = (): Int32Array => new Int32Array(maxTokens + 1)
  return {
    count: 0,
    signature: 0,
    glueStarts: numbers(),
    glueHashes: numbers(),
    starts: numbers(),
    ends: numbers(),
    hashes: numbers(),
    fixed: new Uint8Array(maxTokens + 1),
  }
}

export function clearTokens(tokens: Tokens): void {
  tokens.count = 0
  tokens.signature = 0
}

export function endsInValue({ count, hashes }: Tokens): boolean {
  return count > 0 && hashes[count - 1] === value
}

export function pushToken(
  tokens: Tokens,
  glueStart: number,
  glueHash: number,
  start: number,
  end: number,
  hash: number,
  isFixed: boolean,
): void {
  const at = tokens.count++
  tokens.glueStarts[at] = glueStart
  tokens.glueHashes[at] = glueHash
  tokens.starts[at] = start
  tokens.ends[at] = end
  tokens.hashes[at] = hash
  tokens.fixed[at] = isFixed ? 1 : 0
  tokens.signature = Math.imul(tokens.signature ^ hash, 0x01000193) ^ Math.imul(glueHash, 0x9e3779b1)
}
