const v8 = require('node:v8')

/** CPU nanoseconds of all threads of this process since the call. */
exports.startCpuMeter = () => {
  const start = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(start)
    return (user + system) * 1000
  }
}

/** CPU nanoseconds of this thread alone since the call. */
exports.startThreadMeter = () => {
  const start = process.threadCpuUsage()
  return () => {
    const { user, system } = process.threadCpuUsage(start)
    return (user + system) * 1000
  }
}

/** Bytes allocated on the heap since the call: what it grew by, and what each garbage collection freed. */
exports.startHeapMeter = () => {
  const profiler = new v8.GCProfiler()
  const start = process.memoryUsage().heapUsed
  profiler.start()
  return () => {
    const grown = process.memoryUsage().heapUsed - start
    const freed = profiler
      .stop()
      .statistics.map(
        ({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize,
      )
    return freed.reduce((sum, bytes) => sum + bytes, grown)
  }
}
