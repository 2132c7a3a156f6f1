import type { DeskQuestions } from '@clew/desk/tools'
import { requireAll } from '@clew/settings'
import manifest from 'clew/package.json' with { type: 'json' }
import type { Command } from '../command.ts'
import { isFields } from '../desk-answer.ts'
import { addressOptions, addressUsage, askJson, type DeskAddress, givenDesk } from '../desk-client.ts'
import { printable } from '../format-log.ts'
import { readWords } from '../read-words.ts'

export const mcpCommand: Command = {
  usage: `clew mcp [options]

Serves six tools that read a running desk to whoever starts it, by the Model Context Protocol of 2025 and 2026 on stdin and stdout:
list_chains, get_chain, search_logs, list_patterns, list_alerts and doctor. Nothing is changed. Ends when stdin does. The desk
answers them by itself too, at POST <desk>/mcp.

${addressUsage}

Claude Code    claude mcp add clew -- npx -y clew mcp
               or .mcp.json of a project, as for Cursor
Cursor         .cursor/mcp.json
               { "mcpServers": { "clew": { "command": "npx", "args": ["-y", "clew", "mcp"] } } }
VS Code        .vscode/mcp.json
               { "servers": { "clew": { "type": "stdio", "command": "npx", "args": ["-y", "clew", "mcp"] } } }
Codex          codex mcp add clew -- npx -y clew mcp
               or ~/.codex/config.toml
               [mcp_servers.clew]
               command = "npx"
               args = ["-y", "clew", "mcp"]

A token of the desk comes by CLEW_DESK_TOKEN in the "env" of these. More: docs/guide/mcp.md
`,
  // Who reads it has stdin, too.
  goesOn: () => true,
  async run(words) {
    const { values } = readWords(words, { command: 'clew mcp', options: addressOptions, most: 0 })
    const { desk } = requireAll({ desk: givenDesk(values) })
    if (process.stdin.isTTY)
      say('waits for a client on stdin; clew mcp --help says how a coding agent starts it, Ctrl-C ends it')
    // Only here: the other commands need nothing of it.
    const [{ serveStdio }, { offerDeskTools }] = await Promise.all([
      import('@clew/mcp'),
      import('@clew/desk/tools'),
    ])
    await serveStdio(offerDeskTools(questionsTo(desk), manifest.version, (error) => say(textOf(error))))
    return 0
  },
}

function questionsTo(desk: DeskAddress): DeskQuestions {
  return {
    page: desk.url,
    ask: (path, signal) => askJson(desk, path, isFields, { signal }),
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Nothing but the protocol may stand on stdout. */
function say(text: string): void {
  process.stderr.write(`clew mcp: ${printable(text)}\n`)
}
