import type { Context } from '@opentelemetry/api'

/** One key over another context. */
class LinkedContext implements Context {
  private readonly parent: Context
  private readonly key: symbol
  private readonly value: unknown

  constructor(parent: Context, key: symbol, value: unknown) {
    this.parent = parent
    this.key = key
    this.value = value
  }

  getValue(key: symbol): unknown {
    return key === this.key ? this.value : this.parent.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new LinkedContext(key === this.key ? this.parent : this, key, value)
  }

  deleteValue(key: symbol): Context {
    return this.setValue(key, undefined)
  }
}

/** A context without any value. */
export const emptyContext: Context = {
  getValue: () => undefined,
  setValue: (key, value) => new LinkedContext(emptyContext, key, value),
  deleteValue: () => emptyContext,
}
