import type { Command } from './command.ts'
import { addCommand } from './commands/add.ts'
import { alertCommand } from './commands/alert.ts'
import { chainCommand } from './commands/chain.ts'
import { clearCommand } from './commands/clear.ts'
import { completionCommand } from './commands/completion.ts'
import { deskCommand } from './commands/desk.ts'
import { doctorCommand } from './commands/doctor.ts'
import { importCommand } from './commands/import.ts'
import { logsCommand } from './commands/logs.ts'
import { mcpCommand } from './commands/mcp.ts'
import { removeCommand } from './commands/remove.ts'
import { runCommand } from './commands/run.ts'
import { statusCommand } from './commands/status.ts'
import { warningsCommand } from './commands/warnings.ts'

/** All words of the command line, in the order in which they are listed. */
export const commands: readonly Command[] = [
  addCommand,
  runCommand,
  deskCommand,
  chainCommand,
  logsCommand,
  importCommand,
  clearCommand,
  alertCommand,
  warningsCommand,
  mcpCommand,
  doctorCommand,
  statusCommand,
  removeCommand,
  completionCommand(() => commands),
]
