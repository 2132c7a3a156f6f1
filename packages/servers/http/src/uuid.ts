import { randomFillSync } from 'node:crypto'

const textLength = 36
/** So many become text at once; each is a part of that text, which it keeps in memory. */
const blockUuids = 16
const blockLength = blockUuids * textLength

const random = new Uint8Array(256 * 16)
const digits = Buffer.from('0123456789abcdef')
const block = Buffer.alloc(blockLength, '-')
let usedRandom = random.length
let text = ''
let used = blockLength

/**
 * A random UUID, version 4. Unlike those of node:crypto its text is in one piece: who reads that of eleven first has to put
 * them together, which costs more than all else.
 */
export function makeUuid(): string {
  if (used === blockLength) fillBlock()
  used += textLength
  return text.slice(used - textLength, used)
}

function fillBlock(): void {
  if (usedRandom === random.length) {
    randomFillSync(random)
    usedRandom = 0
  }
  for (let at = 0; at < blockLength; at += textLength, usedRandom += 16) {
    random[usedRandom + 6] = (random[usedRandom + 6]! & 0x0f) | 0x40
    random[usedRandom + 8] = (random[usedRandom + 8]! & 0x3f) | 0x80
    putHex(at, usedRandom, 4)
    putHex(at + 9, usedRandom + 4, 2)
    putHex(at + 14, usedRandom + 6, 2)
    putHex(at + 19, usedRandom + 8, 2)
    putHex(at + 24, usedRandom + 10, 6)
  }
  text = block.toString('latin1')
  used = 0
}

function putHex(at: number, from: number, count: number): void {
  for (let index = 0; index < count; index++) {
    const byte = random[from + index]!
    block[at + index * 2] = digits[byte >> 4]!
    block[at + index * 2 + 1] = digits[byte & 15]!
  }
}
