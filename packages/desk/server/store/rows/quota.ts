import { maxGroups, maxJsonValues, maxRecords } from '../../schema/limits.ts'
import { storeError } from '../../schema/store-error.ts'

/** What one request may still have. */
export type Quota = {
  /** Throws a StoreError `too-large` when the request has had all its resources and scopes. */
  takeGroup(): void
  /** False for a record that is not to be kept; it is counted. */
  takeRecord(): boolean
  readonly beyond: number
}

export function createQuota(): Quota {
  let groups = 0
  let records = 0
  return {
    takeGroup() {
      if (++groups > maxGroups) throw tooLarge(`${maxGroups} resources and scopes`)
    },
    takeRecord: () => ++records <= maxRecords,
    get beyond() {
      return Math.max(0, records - maxRecords)
    },
  }
}

const [quote, backslash, comma, bracket, brace] = [34, 92, 44, 91, 123]

/** Throws a StoreError `too-large` when so many values are in a JSON text that parsing it would fill the memory. */
export function requireFewValues(json: Uint8Array): void {
  if (json.length <= maxJsonValues) return
  let values = 0
  let isText = false
  for (let i = 0; i < json.length; i++) {
    const byte = json[i]
    if (byte === quote) isText = !isText
    else if (isText) i += byte === backslash ? 1 : 0
    else if (byte === comma || byte === bracket || byte === brace) values++
  }
  if (values > maxJsonValues) throw tooLarge(`${maxJsonValues} values in JSON`)
}

function tooLarge(most: string): Error {
  return storeError('too-large', `a request may have ${most}; send it in parts`)
}
