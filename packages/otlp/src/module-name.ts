/**
 * The module that wrote a record: its attribute `module`, which loggers put on all of theirs, else `logger`, else the
 * library, which is the name of the scope. Never throws.
 */
export function moduleName(scope: { readonly name: string }, attributes: object | undefined): string {
  try {
    const { module, logger } = (attributes ?? {}) as { module?: unknown; logger?: unknown }
    if (typeof module === 'string' && module !== '') return module
    return typeof logger === 'string' && logger !== '' ? logger : scope.name
  } catch {
    // A getter of the application's.
    return scope.name
  }
}
