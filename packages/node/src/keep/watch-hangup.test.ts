import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const module = new URL('./watch-hangup.ts', import.meta.url).href

/** What a process of its own prints, in which `said` notes each look and `beat()` sends itself SIGHUP and waits until it was heard. */
async function run(body: string): Promise<{ stdout: string; signal: string | null }> {
  const script = `
    const { watchHangup } = await import(${JSON.stringify(module)})
    const said = []
    const stop = watchHangup(() => said.push('look'))
    const turn = () => new Promise((resolve) => setImmediate(resolve))
    const beat = async () => {
      const before = said.length
      process.kill(process.pid, 'SIGHUP')
      while (said.length === before) await turn()
      for (let more = 0; more < 3; more++) await turn()
    }
    const tell = (...facts) => console.log(JSON.stringify([said, process.listenerCount('SIGHUP'), 'emit' in Object.getOwnPropertyDescriptors(process), ...facts]))
    ${body}`
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
    return { stdout, signal: null }
  } catch (error) {
    const { stdout, signal } = error as { stdout: string; signal: string | null }
    return { stdout, signal }
  }
}

test('it looks once after the listeners of the application, however many there are, and is none of them', async () => {
  const { stdout } = await run(`
    process.on('SIGHUP', () => said.push('one'))
    process.on('SIGHUP', (...args) => said.push(args.join()))
    await beat()
    tell()`)
  expect(JSON.parse(stdout)).toEqual([['one', 'SIGHUP,1', 'look'], 2, false])
})

test('it looks again where the last listener went and another came, and not after its end', async () => {
  const { stdout } = await run(`
    process.once('SIGHUP', () => said.push('once'))
    await beat()
    process.on('SIGHUP', () => said.push('again'))
    await beat()
    stop()
    await beat()
    process.removeAllListeners('SIGHUP')
    process.on('SIGHUP', () => said.push('last'))
    await beat()
    tell()`)
  expect(JSON.parse(stdout)).toEqual([['once', 'look', 'again', 'look', 'again', 'last'], 1, false])
})

test('without a listener of the application SIGHUP ends the process', async () => {
  const { stdout, signal } = await run(`
    process.on('SIGTERM', () => {})
    tell()
    await beat()
    tell()`)
  expect([stdout.trim(), signal]).toEqual(['[[],0,false]', 'SIGHUP'])
})

test('an emit that the application put in the place of the own one is called, and stays', async () => {
  const { stdout } = await run(`
    const { emit } = process
    process.emit = function (name, ...args) {
      if (name === 'SIGHUP') said.push('wrapped')
      return emit.call(this, name, ...args)
    }
    const own = process.emit
    process.on('SIGHUP', () => said.push('heard'))
    await beat()
    tell(process.emit === own)`)
  expect(JSON.parse(stdout)).toEqual([['wrapped', 'heard', 'look'], 1, true, true])
})
