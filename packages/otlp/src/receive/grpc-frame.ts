/** A message in gRPC's framing, or why there is none. */
export type Framed = { message: Buffer; compressed: boolean } | { failed: FrameFailure }

export type FrameFailure = 'incomplete' | 'none' | 'several' | 'bad flag' | 'too large'

export const prefixBytes = 5

/**
 * Takes the only message out of the body of a unary call: a flag byte, four bytes of length, the message.
 * https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 */
export function readFrame(body: Buffer, maxBytes: number): Framed {
  if (body.length === 0) return { failed: 'none' }
  if (body.length < prefixBytes) return { failed: 'incomplete' }
  const flag = body[0]!
  const end = prefixBytes + body.readUInt32BE(1)
  if (flag > 1) return { failed: 'bad flag' }
  if (end > prefixBytes + maxBytes) return { failed: 'too large' }
  if (body.length < end) return { failed: 'incomplete' }
  if (body.length > end) return { failed: 'several' }
  return { message: body.subarray(prefixBytes), compressed: flag === 1 }
}

export function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixBytes)
  prefix.writeUInt32BE(message.length, 1)
  return Buffer.concat([prefix, message])
}

/** Percent-encodes a `grpc-message`: all but printable ASCII, and the percent sign itself. */
export function encodeGrpcMessage(message: string): string {
  let text = ''
  for (const byte of Buffer.from(message)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25
    text += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return text
}
