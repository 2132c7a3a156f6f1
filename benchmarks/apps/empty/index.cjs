// An application that does nothing: what it costs is the preload. The pause lets in what a preload puts off.
setTimeout(() => {
  const { user, system } = process.cpuUsage()
  process.send({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage.rss() / 1e6 })
}, 50)
