/** Protobuf by hand, for messages that no encoder would write. */

export function varint(value: number | bigint): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Buffer.from(bytes)
}

/** A field of a length and bytes: a text, bytes or an embedded message of the given parts. */
export function field(number: number, ...parts: (string | Uint8Array)[]): Buffer {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

export function number(fieldNumber: number, value: number | bigint): Buffer {
  return Buffer.concat([varint(fieldNumber * 8), varint(value)])
}

export function fixed32(fieldNumber: number, value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return Buffer.concat([varint(fieldNumber * 8 + 5), bytes])
}

export function fixed64(fieldNumber: number, value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return Buffer.concat([varint(fieldNumber * 8 + 1), bytes])
}

export function attribute(key: string, ...value: Uint8Array[]): Buffer {
  return Buffer.concat([field(1, key), ...value.map((part) => field(2, part))])
}
