/** One value per object, for objects that are not ours. */
export type HiddenSlot<Value> = {
  get(target: object): Value | undefined
  set(target: object, value: Value): void
}

// What a base constructor returns is the `this` of the derived one.
function identity(target: object): object {
  return target
}
const Identity = identity as unknown as new (target: object) => object

/**
 * A WeakMap in effect, as a private field that is put on the object itself: no reflection, inspection or copy of the
 * application shows it. For objects that live as long as a request: an entry of a WeakMap costs 0.5 to 2 µs there,
 * most of it garbage collection, because a table that has grown old keeps its young entries; this costs 0.05.
 */
export function createHiddenSlot<Value>(): HiddenSlot<Value> {
  class Slot extends Identity {
    #value: Value

    constructor(target: object, value: Value) {
      super(target)
      this.#value = value
    }

    static get(target: object): Value | undefined {
      return #value in target ? target.#value : undefined
    }

    static set(target: object, value: Value): void {
      if (#value in target) target.#value = value
      else new Slot(target, value)
    }
  }
  return Slot
}
