import { afterAll, beforeAll, expect, test } from 'vitest'
import { withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk

beforeAll(async () => {
  desk = await startSampleDesk()
})
afterAll(() => desk?.close())

type Watched = typeof globalThis & { violations: string[]; intruded?: boolean }

test('every page keeps to a content policy that allows nothing inline and nothing from elsewhere', async () => {
  await withPage({}, async (page) => {
    await page.addInitScript(() => {
      const watched = globalThis as Watched
      watched.violations = []
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        watched.violations.push(`${violatedDirective} ${blockedURI}`),
      )
    })
    const broken: Record<string, string[]> = {}
    const addresses = [
      '/chains',
      `/t/${desk.ids.failed}`,
      '/logs',
      '/patterns',
      '/services',
      '/alerts',
      '/start',
      `/compare/${desk.ids.failed}/${desk.ids.linked}`,
    ]
    for (const address of addresses) {
      const response = await page.goto(desk.url + address)
      expect(response?.headers()['content-security-policy']).toContain(
        "default-src 'none'; script-src 'self'",
      )
      await page.locator('h1').first().waitFor()
      broken[address] = await page.evaluate(() => (globalThis as Watched).violations)
    }
    expect(broken).toEqual(Object.fromEntries(addresses.map((address) => [address, []])))
  })
})

test('a script that got into the document would not run', async () => {
  const intrude = withPage({}, async (page) => {
    await page.goto(`${desk.url}/start`)
    await page.locator('h1').waitFor()
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.intruded = true'
      document.head.append(script)
      return (globalThis as Watched).intruded === true
    })
    expect(ran).toBe(false)
  })
  await expect(intrude).rejects.toThrow(/the page reported:[\s\S]*Content Security Policy/)
})

test('markup and control characters in telemetry stay text on every page that shows them', async () => {
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script> \u202eevil\u001b[31m'
  await desk.send({
    spans: [{ id: 'a', name: hostile, service: hostile, kind: 2, at: 0, ms: 5, error: hostile }],
    logs: [
      { span: 'a', service: hostile, at: 1, text: hostile, severity: 17, attributes: { [hostile]: hostile } },
    ],
  })
  const traceId = await desk.send({
    spans: [{ id: 'a', name: hostile, service: hostile, kind: 2, at: 0, ms: 5, error: hostile }],
    logs: [{ span: 'a', service: hostile, at: 1, text: hostile, severity: 17 }],
  })
  await withPage({}, async (page) => {
    page.on('dialog', () => {
      throw new Error('a script of the telemetry ran')
    })
    for (const address of ['/chains', `/t/${traceId}`, '/logs', '/patterns', '/services']) {
      await page.goto(desk.url + address)
      await page.getByText('<script>alert(2)</script>').filter({ visible: true }).first().waitFor()
      const intruders = await page.evaluate(() => ({
        elements: document.querySelectorAll('#app script, #app img').length,
        controls: ['\u202e', '\u001b'].some((control) => document.body.textContent?.includes(control)),
      }))
      expect({ address, ...intruders }).toEqual({ address, elements: 0, controls: false })
    }
  })
})
