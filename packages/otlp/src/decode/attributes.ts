import type { Attributes } from '../model.ts'

type NewAttributes = { new (): Attributes }

// Objects made by a function with a null-prototype `prototype` have no inherited names (`__proto__`,
// `constructor`), and unlike those of `Object.create(null)` V8 keeps them in their fast form.
const attributesClass = function attributes() {} as unknown as NewAttributes & { prototype: object }
attributesClass.prototype = Object.create(null) as object

/** An object for names that come from outside: it inherits nothing, so `__proto__` is a name like any other. */
export function emptyAttributes(): Attributes {
  return new attributesClass()
}
