import { sharedState } from '../process/state.ts'

const names = sharedState('names of functions', () => new WeakMap<object, string>())

/**
 * `OrdersController.create`: a method of the application as `code.function.name` of the semantic conventions wants it, by
 * the class of the object on which it is called.
 * https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/
 */
export function methodNameOf(instance: object, method: string): string {
  const className = instance.constructor?.name
  return className ? `${className}.${method}` : method
}

/** For a framework that hands the application's method `name` to an object of a library, such as a worker of BullMQ. */
export function setFunctionName(runner: object, name: string): void {
  names.set(runner, name)
}

/** What `setFunctionName` told of this object. */
export function functionNameOf(runner: object): string | undefined {
  return names.get(runner)
}
