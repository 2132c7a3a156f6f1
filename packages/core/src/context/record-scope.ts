/** A value of a request field. */
export type FieldValue = string | number | boolean

/** Request fields such as `request_id`, `user_id`, `tenant`. */
export type Fields = { readonly [name: string]: FieldValue }

/**
 * What every record of one request, job or `withFields` call carries: its identity (queue, job id, attempt: fixed)
 * and its fields (may grow through `setFields`). One object for all contexts below it, so that a field that is
 * set late is on every later record of the request.
 */
export class RecordScope {
  readonly identity: Fields
  fields: Fields
  /** Fields and identity in one object, ready for the encoder; of a name in both, the identity's. */
  attributes: Fields

  constructor(fields: Fields, identity: Fields = none) {
    this.identity = identity
    this.fields = fields
    this.attributes = merge(fields, identity)
  }

  add(fields: Fields): void {
    this.fields = merge(this.fields, fields)
    this.attributes = merge(this.fields, this.identity)
  }
}

const none: Fields = Object.freeze({})

function merge(first: Fields, second: Fields): Fields {
  if (second === none) return first
  return first === none ? second : { ...first, ...second }
}
