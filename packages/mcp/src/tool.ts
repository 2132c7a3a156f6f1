/** What a tool says: one text, and whether that tells why it could not be done. */
export type ToolAnswer = { text: string; isError: boolean }

/** A tool that reads and changes nothing. */
export type Tool = {
  name: string
  title: string
  /** What it is for, to whoever chooses among tools. */
  description: string
  /** JSON Schema of the arguments, an object. They come to `run` unchecked. */
  inputSchema: { type: 'object'; [keyword: string]: unknown }
  /** `signal` aborts when nobody waits for the answer any more. A mistake in the arguments is an answer; what is thrown is a fault. */
  run(given: unknown, signal: AbortSignal): Promise<ToolAnswer>
}

/** A server with its tools. */
export type Offer = {
  name: string
  version: string
  /** How the tools go together, in a few sentences. */
  instructions: string
  tools: readonly Tool[]
  /** Hears of what went wrong beside the answers. */
  report(error: unknown): void
}
