import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { withPage } from './page-driver.ts'

const repository = join(import.meta.dirname, '../../../..')
let demo: ChildProcess | undefined

afterEach(async () => {
  if (demo?.exitCode !== null) return
  // Ctrl-C, as the terminal gives it.
  demo.stdin!.write('\u0003')
  await once(demo, 'exit')
})

/** The demo in a terminal of its own, as a person starts it; resolves with the link that it prints. */
async function startDemo(): Promise<string> {
  // util-linux's script: the demo waits for Ctrl-C only where there is a terminal.
  demo = spawn('script', ['-qefc', `exec ${process.execPath} scripts/demo.ts --no-open`, '/dev/null'], {
    cwd: repository,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let printed = ''
  for await (const chunk of demo.stdout!) {
    printed += chunk
    const link = /the same in the page: (http:\S+)/.exec(printed)?.[1]
    if (link !== undefined) return link
  }
  throw new Error(`the demo ended without a link:\n${printed}`)
}

test('from the demo one comes to the line of the failing job inside its chain, and every page knows the example', async () => {
  const link = await startDemo()
  await withPage({}, async (page) => {
    await page.goto(new URL('/chains', link).href)
    const failed = page.getByRole('row').filter({ hasText: 'payment_failed' })
    await failed.first().getByRole('link').first().click()
    await page.waitForURL(/\/t\/[0-9a-f]{32}/)
    const rows = page.getByRole('row')
    await rows.filter({ hasText: 'attempt 3' }).first().waitFor()
    const texts = await rows.allInnerTexts()
    const inOrder = [
      'POST /orders',
      'order received',
      'INSERT orders',
      'attempt 1',
      'the bank does not answer',
      'attempt 2',
      'attempt 3',
    ]
    const places = inOrder.map((text) => texts.findIndex((row) => row.includes(text)))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(places).not.toContain(-1)
    // The last failure of the chain, which is below what is in view.
    await page.keyboard.press('E')
    const line = page.getByRole('row').filter({ hasText: 'payment_failed' }).filter({ hasText: 'ERROR' })
    await line.first().getByText('payment_failed').first().click()
    await expect.poll(() => page.getByRole('complementary').textContent()).toContain('PaymentFailed')
    // The other pages know the same services, lines and jobs.
    await page.goto(new URL('/logs?q=level>=error', link).href)
    await page.getByRole('row').filter({ hasText: 'payment_failed' }).first().waitFor()
    await page.goto(new URL('/patterns', link).href)
    await page.getByRole('row').filter({ hasText: 'charging the card' }).first().waitFor()
    await page.goto(new URL('/services', link).href)
    await page.getByRole('row').filter({ hasText: 'orders-gateway' }).first().waitFor()
    await expect.poll(() => page.getByRole('main').textContent()).toContain('payments')
    await page.goto(new URL('/start', link).href)
    await page.getByRole('link', { name: 'chains' }).first().waitFor()
  })
})
