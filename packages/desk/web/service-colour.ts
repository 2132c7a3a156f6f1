export const serviceColours = 10

/** The colour of a service as a CSS value, the same in every list: one of `--service-0` to `--service-9`. */
export function serviceColour(name: string): string {
  return `var(--service-${hash(name) % serviceColours})`
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value ^ (value >>> 15)) >>> 0
}
