/** A fenced piece of code of a page: below which heading it stands, where, and what is in it without the indent of its list. */
export type CodeBlock = { title: string; language: string; text: string; line: number }

/** All fenced code of a Markdown text, in its order. Throws for a fence that nobody closes. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let title = ''
  let open: { block: CodeBlock; indent: string } | undefined
  for (const [at, line] of markdown.split('\n').entries()) {
    const fence = /^( *)```([\w-]*)/.exec(line)
    if (open === undefined) {
      title = /^##? (.*)$/.exec(line)?.[1] ?? title
      if (fence === null) continue
      open = { block: { title, language: fence[2]!, text: '', line: at + 2 }, indent: fence[1]! }
    } else if (fence === null) {
      open.block.text += `${line.startsWith(open.indent) ? line.slice(open.indent.length) : line}\n`
    } else {
      blocks.push(open.block)
      open = undefined
    }
  }
  if (open !== undefined) throw new Error(`the code that begins at line ${open.block.line} has no end`)
  return blocks
}
