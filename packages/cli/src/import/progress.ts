const everyMs = 200

export type Progress = {
  /** `total` undefined: nobody knows. */
  show(file: string, bytes: number, total: number | undefined): void
  clear(): void
}

/** One line that changes, on a terminal; nothing elsewhere. */
export function createProgress(stream: NodeJS.WriteStream): Progress {
  let shownMs = 0
  let isShown = false
  return {
    show(file, bytes, total) {
      const nowMs = performance.now()
      if (!stream.isTTY || nowMs - shownMs < everyMs) return
      shownMs = nowMs
      isShown = true
      const part = total
        ? `${Math.floor((bytes / total) * 100)} % of ${inMegabytes(total)}`
        : inMegabytes(bytes)
      stream.write(`\r\u001B[K${file.slice(-60)}: ${part}`)
    },
    clear() {
      if (isShown) stream.write('\r\u001B[K')
      isShown = false
    },
  }
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
