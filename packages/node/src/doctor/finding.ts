/** One thing that the doctor looked at. `remedy` says what to change. */
export type Finding = { level: 'ok' | 'warning' | 'problem'; topic: string; text: string; remedy?: string }

const mark = { ok: 'ok  ', warning: 'WARN', problem: 'FAIL' } as const

/** Findings as lines for a terminal, the remedy below each. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ topic }) => topic.length))
  return findings
    .map(({ level, topic, text, remedy }) => {
      const line = `${mark[level]}  ${topic.padEnd(width)}  ${text}\n`
      return remedy ? `${line}${' '.repeat(width + 8)}→ ${remedy}\n` : line
    })
    .join('')
}
