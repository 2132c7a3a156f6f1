import type { ListedCommand, LoadedCommand } from './command.ts'

/** All words of the command line, in the order in which they are listed. A start loads no other's modules. */
export const commands: readonly ListedCommand[] = [
  {
    name: 'add',
    summary: 'installs what an application needs to be joined, and says why',
    load: async () => (await import('./commands/add.ts')).addCommand,
  },
  {
    name: 'run',
    summary: 'starts an application under the preload, with a desk beside it',
    load: async () => (await import('./commands/run.ts')).runCommand,
  },
  {
    name: 'desk',
    summary: 'receives OTLP, stores it and shows call chains in a page',
    load: async () => (await import('./commands/desk.ts')).deskCommand,
  },
  {
    name: 'chain',
    summary: 'prints a call chain of a running desk, with its log lines',
    load: async () => (await import('./commands/chain.ts')).chainCommand,
  },
  {
    name: 'logs',
    summary: 'searches the lines of a running desk',
    load: async () => (await import('./commands/logs.ts')).logsCommand,
  },
  {
    name: 'import',
    summary: 'puts files of traces and logs into a running desk',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  {
    name: 'clear',
    summary: 'deletes what a running desk has stored',
    load: async () => (await import('./commands/clear.ts')).clearCommand,
  },
  {
    name: 'alert',
    summary: 'checks alert rules, tells what they would have told, and runs them',
    load: async () => (await import('./commands/alert.ts')).alertCommand,
  },
  {
    name: 'warnings',
    summary: 'what builds up before a failure, as a running desk sees it',
    load: async () => (await import('./commands/warnings.ts')).warningsCommand,
  },
  {
    name: 'mcp',
    summary: 'lets a coding agent read a running desk, by the Model Context Protocol on stdin and stdout',
    load: async () => (await import('./commands/mcp.ts')).mcpCommand,
  },
  {
    name: 'doctor',
    summary: 'says what the preload finds in an application, and what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
  {
    name: 'status',
    summary: 'says what a running application joins, keeps and sends, and how that goes',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'remove',
    summary: 'takes Clew out of an application, as clew add put it in',
    load: async () => (await import('./commands/remove.ts')).removeCommand,
  },
  {
    name: 'completion',
    summary: 'prints what makes a shell complete clew',
    load: async () => (await import('./commands/completion.ts')).completionCommand(loadAll),
  },
]

/** All of them, loaded. */
export function loadAll(): Promise<LoadedCommand[]> {
  return Promise.all(commands.map(async ({ load, ...listed }) => ({ ...listed, ...(await load()) })))
}
