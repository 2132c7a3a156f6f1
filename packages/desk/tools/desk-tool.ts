import type { Tool } from '@clew/mcp'
import { safeText } from '@clew/otlp/text'
import { answerBytes, cutText, type Draft, type Rendered, renderAnswer } from './answer-text.ts'
import { count, type Parameters, readArguments, schemaOf, type Values } from './arguments.ts'
import type { DeskQuestions, Refusal } from './desk-questions.ts'

/** What a tool works with: the questions that the desk answers, and how long the answer may be. */
export type Work = {
  page: string
  /** Throws a {@link Refusal} with what the desk said. */
  ask<T>(path: string): Promise<T>
  render(draft: Draft): Rendered
  maxBytes: number
}

type Description<P extends Parameters> = {
  name: string
  title: string
  description: string
  parameters: P
  required?: readonly (keyof P & string)[]
  run(values: Values<P>, work: Work): Promise<string>
}

const { usual, least, most } = answerBytes

const ofAll = {
  max_bytes: count(
    `The most bytes of the answer, default ${usual}. What has no room is counted.`,
    most,
    least,
  ),
}

/** A tool that is given its desk. `report` hears of an answer that was none. */
export type DeskTool = (desk: DeskQuestions, report: (error: unknown) => void) => Tool

/** Makes a tool of what it does with arguments that were read. */
export function deskTool<P extends Parameters>(tool: Description<P>): DeskTool {
  const { name, title, description, required = [] } = tool
  const parameters = { ...tool.parameters, ...ofAll }
  const inputSchema = schemaOf(parameters, required)
  return (desk, report) => ({
    ...{ name, title, description, inputSchema },
    async run(given, signal) {
      try {
        const values = readArguments(parameters, given, required)
        const maxBytes = (values as Values<typeof ofAll>).max_bytes ?? usual
        const text = await tool.run(values as unknown as Values<P>, {
          page: desk.page,
          maxBytes,
          ask: <T>(path: string) => ask(desk, path, signal) as Promise<T>,
          render: (draft) => renderAnswer(draft, maxBytes),
        })
        return { text, isError: false }
      } catch (error) {
        return { text: cutText(problemOf(error, desk, report), usual), isError: true }
      }
    },
  })
}

async function ask(desk: DeskQuestions, path: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await desk.ask(path, signal)
  } catch (error) {
    throw refusal(safeText((error as Error).message))
  }
}

export function refusal(message: string): Refusal {
  return Object.assign(new Error(message), { code: 'refused' as const })
}

/** The program at the address may be anything: what cannot be read of its answer is not our fault. */
function problemOf(error: unknown, { page }: DeskQuestions, report: (error: unknown) => void): string {
  if (!(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError))
    return (error as Error).message
  report(error)
  return `${page} answered something else than was asked; is it a desk, and of this version?`
}
