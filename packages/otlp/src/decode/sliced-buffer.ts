/**
 * Buffer's own methods below `toString`, which every Node version has and @types/node does not. Decoding takes
 * 8 % less CPU per log record with them (0.98 against 1.06 µs, Node 24).
 * https://github.com/nodejs/node/blob/v24.x/lib/internal/buffer.js (addBufferPrototype)
 */
export type SlicedBuffer = Buffer & {
  utf8Slice(start: number, end: number): string
  hexSlice(start: number, end: number): string
}
