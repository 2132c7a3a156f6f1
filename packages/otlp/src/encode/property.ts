import { threwText } from './value-text.ts'

/** A property's value, or the text that stands for it where its getter throws. */
export function readProperty(value: object, key: string | number): unknown {
  try {
    return (value as Record<string | number, unknown>)[key]
  } catch (error) {
    return threwText(error)
  }
}

/** Whether `attributes` itself gives `key` a value. Never throws. */
export function hasAttribute(attributes: object, key: string): boolean {
  try {
    return Object.hasOwn(attributes, key) && (attributes as Record<string, unknown>)[key] !== undefined
  } catch {
    return false
  }
}
