/** How the tools ask a desk: by the routes of its API, as everybody does. */
export type DeskQuestions = {
  /** Where its page is, without a slash at the end, and without a user or a password. */
  page: string
  /**
   * Resolves with the JSON of a path such as `/api/status`. Rejects with an error whose message is one line that says what is wrong
   * and what to do.
   */
  ask(path: string, signal: AbortSignal): Promise<unknown>
}

/** What the desk says instead of an answer: a search that cannot be understood, an id that nothing has, or that it is away. */
export type Refusal = Error & { code: 'refused' }

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'code' in error && error.code === 'refused'
}

/** A path of the API with its parameters; those without a value are left away. */
export function pathOf(
  path: string,
  parameters: Readonly<Record<string, string | number | undefined>> = {},
): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
