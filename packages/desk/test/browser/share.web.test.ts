import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readersAt } from './eyes.ts'
import { activeRow, findBarriers, textOf, withPage } from './page-driver.ts'
import { type SampleDesk, startSampleDesk } from './sample-desk.ts'

let desk: SampleDesk
let directory: string

beforeAll(async () => {
  desk = await startSampleDesk()
  directory = await mkdtemp(join(tmpdir(), 'clew-share-'))
})
afterAll(async () => {
  await desk?.close()
  await rm(directory, { recursive: true })
})

type Watched = typeof globalThis & { violations: string[]; intruded?: string[] }

/** The address of the chain's file, on the disk. */
async function fileOf(traceId: string, redact = false): Promise<string> {
  const response = await fetch(`${desk.url}/api/chains/${traceId}/export?as=html&redact=${redact}`)
  const path = join(directory, `${traceId}.html`)
  await writeFile(path, await response.bytes())
  return pathToFileURL(path).href
}

/** Opens a file and gives what it asked for, what its policy refused, and which scripts of the telemetry ran. */
async function watch(page: Page, href: string): Promise<() => Promise<object>> {
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', () => asked.push('a dialog'))
  await page.addInitScript(() => {
    const watched = globalThis as Watched
    watched.violations = []
    watched.intruded = []
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      watched.violations.push(`${violatedDirective} ${blockedURI}`),
    )
  })
  await page.goto(href)
  await page.locator('.rows-body > [role=row]').first().waitFor()
  return async () => ({
    asked: asked.filter((url) => url !== href && url !== 'data:,'),
    ...(await page.evaluate(() => {
      const { violations, intruded } = globalThis as Watched
      return { violations, intruded }
    })),
  })
}

const quiet = { asked: [], violations: [], intruded: [] }

test('a chain in a file is read as in the desk, without asking anybody for anything', async () => {
  const href = await fileOf(desk.ids.linked)
  await withPage({}, async (page) => {
    const seen = await watch(page, href)
    const rows = page.locator('.rows-body > [role=row]')
    const inFile = await rows.allInnerTexts()
    await page.locator('.rows').press('ArrowDown')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(() => rows.count()).toBeLessThan(inFile.length)
    await page.keyboard.press('*')
    await page.waitForFunction(
      (count) => document.querySelectorAll('.rows-body > [role=row]').length === count,
      inFile.length,
    )
    // Details of a span and of a line.
    await page.keyboard.press('Enter')
    await page.locator('.pane .row-facts').waitFor()
    await expect.poll(() => textOf(page.locator('.pane'))).toContain('service.name')
    await page.keyboard.press('Escape')
    // Search, by its key.
    await page.keyboard.press('/')
    await page.keyboard.type('mail')
    await page.keyboard.press('Enter')
    await page.locator('.rows:focus').waitFor()
    await expect.poll(() => textOf(page.locator('.found'))).toMatch(/of \d+|1 of/)
    expect((await activeRow(page)).toLowerCase()).toContain('mail')
    // What is shown stands behind the #, and is there again after a reload.
    await page.waitForURL(/#.*q=mail/)
    await page.reload()
    await expect.poll(() => page.locator('input[type=search]').inputValue()).toBe('mail')
    // No link leads where there is no desk.
    const links = await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
    expect(links.filter((link) => !link?.startsWith('#'))).toEqual([])
    expect(await seen()).toEqual(quiet)
    // The same rows as in the desk.
    await page.goto(`${desk.url}/t/${desk.ids.linked}`)
    await rows.first().waitFor()
    const plain = (texts: string[]) => texts.map((text) => text.replace(/\s+/g, ' ').trim())
    expect(plain(await rows.allInnerTexts())).toEqual(plain(inFile))
  })
})

const hostileTexts = [
  '</script><script>intruded.push("script")</script>',
  '<!--<script>',
  ']]><img src=x onerror=intruded.push("img")>',
  '\u2028intruded.push("line")\u2029//',
  '"};intruded.push("json");//',
  '</style><svg onload=intruded.push("svg")>',
  'javascript:intruded.push("url")',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<base href=https://evil.example/>',
  '\\u003c/script>\u0000\u202e\ud800',
  '__proto__',
  `$${'{'}intruded.push('template')}`,
]

test('whatever a record says is text in the file: nothing of it runs, and nothing is asked for', async () => {
  const attributes = Object.fromEntries(hostileTexts.map((text) => [text, text]))
  const traceId = await desk.send({
    spans: hostileTexts.map((text, at) => ({
      ...{ id: `s${at}`, name: text, service: text, kind: 2, at, ms: 5, error: text, attributes },
      ...(at > 0 && { parent: 's0' }),
    })),
    logs: hostileTexts.map((text, at) => ({ span: 's0', service: text, at, text, severity: 17, attributes })),
  })
  const href = await fileOf(traceId)
  await withPage({}, async (page) => {
    const seen = await watch(page, href)
    const count = await page.locator('.rows-body > [role=row]').count()
    expect(count).toBeGreaterThanOrEqual(hostileTexts.length)
    await page.locator('.rows').press('Home')
    await page.keyboard.press('Enter')
    for (let row = 0; row < count; row++) {
      await page.locator('.pane-body .row-facts').first().waitFor()
      await page.keyboard.press('ArrowDown')
    }
    expect(await seen()).toEqual(quiet)
    const made = await page.evaluate(() => ({
      scripts: document.scripts.length,
      strangers: document.querySelectorAll('img, base, iframe, object, embed, #app script').length,
      refreshes: document.querySelectorAll('meta[http-equiv=refresh]').length,
      polluted: Object.keys(Object.prototype).length,
    }))
    expect(made).toEqual({ scripts: 2, strangers: 0, refreshes: 0, polluted: 0 })
  })
})

test('a script that got into the file would not run', async () => {
  const href = await fileOf(desk.ids.failed)
  const intrude = withPage({}, async (page) => {
    await page.goto(href)
    await page.locator('.rows-body > [role=row]').first().waitFor()
    const ran = await page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'globalThis.intruded = ["ran"]'
      document.head.append(script)
      return (globalThis as Watched).intruded !== undefined
    })
    expect(ran).toBe(false)
  })
  await expect(intrude).rejects.toThrow(/the page reported:[\s\S]*Content Security Policy/)
})

test('the page says how large the file is, saves it, and cuts secrets out unless told not to', async () => {
  const traceId = await desk.send({
    spans: [{ id: 'a', name: 'GET /pay', service: 'pay', kind: 2, at: 0, ms: 5 }],
    logs: [
      {
        span: 'a',
        service: 'pay',
        at: 1,
        text: 'paid by 4111111111111111',
        attributes: { password: 'hunter2' },
      },
    ],
  })
  await withPage({}, async (page) => {
    await page.goto(`${desk.url}/t/${traceId}`)
    await page.getByRole('button', { name: 'Share as one file…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 secrets cut out').waitFor()
    await expect
      .poll(() => textOf(dialog.locator('.share-size')))
      .toMatch(/^\d{3} kB: 1 span, 1 line\. 2 secrets cut out\.$/)
    const save = async (): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('link', { name: 'Save the file' }).click(),
      ])
      expect(download.suggestedFilename()).toBe(`${traceId}.html`)
      const chunks: Buffer[] = []
      for await (const chunk of await download.createReadStream()) chunks.push(chunk)
      return Buffer.concat(chunks).toString()
    }
    const clean = await save()
    expect([clean.includes('hunter2'), clean.includes('4111111111111111')]).toEqual([false, false])
    await dialog.getByRole('checkbox').uncheck()
    await dialog.getByText('2 secrets cut out').waitFor({ state: 'hidden' })
    await dialog.getByRole('link', { name: 'Save the file' }).waitFor()
    expect(await save()).toContain('hunter2')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
  })
})

const readers = readersAt(1280, 768, 400)

test.each(readers)(
  'the file has no barrier that axe finds and is no wider than the screen: $colorScheme, $locale, $width px',
  async (reader) => {
    const href = await fileOf(desk.ids.failed)
    await withPage(reader, async (page) => {
      await page.goto(href)
      await page.locator('.rows-body > [role=row]').first().waitFor()
      const title = reader.locale === 'en' ? 'A call chain, shared as one file.' : '以单个文件分享的调用链。'
      await expect.poll(() => textOf(page.locator('.share-notes'))).toContain(title)
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect({ barriers: await findBarriers(page), excess }).toEqual({ barriers: [], excess: 0 })
    })
  },
)

test('the language and the colours of the file can be chosen in it', async () => {
  const href = await fileOf(desk.ids.failed)
  await withPage({}, async (page) => {
    await page.goto(href)
    await page.getByRole('button', { name: '中文' }).click()
    await page.getByText('以单个文件分享的调用链。').waitFor()
    await page.getByRole('button', { name: '配色：跟随系统' }).click()
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset.appearance)).toBe('light')
  })
})

test('on paper the file has every row, and what it is', async () => {
  const traceId = await desk.send({
    spans: [{ id: 'a', name: 'GET /', service: 'shop', kind: 2, at: 0, ms: 300 }],
    logs: Array.from({ length: 150 }, (_, line) => ({
      ...{ span: 'a', service: 'shop', at: line, text: `line ${line}` },
    })),
  })
  const href = await fileOf(traceId)
  await withPage({}, async (page) => {
    const seen = await watch(page, href)
    const pages = (await page.pdf()).toString('latin1').match(/\/Type \/Page\b(?!s)/g) ?? []
    expect(pages.length).toBeGreaterThan(2)
    await page.emulateMedia({ media: 'print' })
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
    await expect.poll(() => page.locator('.rows-body > [role=row]').count()).toBe(151)
    await page.getByText('line 149', { exact: true }).waitFor()
    expect([
      await page.locator('.share-notes').isVisible(),
      await page.locator('header.top').isVisible(),
    ]).toEqual([true, false])
    expect(await seen()).toEqual(quiet)
  })
})
