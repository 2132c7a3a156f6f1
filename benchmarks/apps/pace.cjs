const tickMs = 10

/**
 * Calls `write` with `first` and the numbers behind it, so many a second. Over when `until` is reached or `stop` is called, with the
 * number that would be next.
 */
exports.startPaced = ({ perSecond, first = 0, until = Number.POSITIVE_INFINITY }, write) => {
  const beganMs = performance.now()
  let id = first
  let end
  const over = new Promise((resolve) => {
    end = resolve
  })
  const stop = () => {
    clearInterval(timer)
    end(id)
  }
  const timer = setInterval(() => {
    const due = Math.min(until, first + ((performance.now() - beganMs) * perSecond) / 1000)
    while (id < due) write(id++)
    if (id >= until) stop()
  }, tickMs)
  return { over, stop }
}
