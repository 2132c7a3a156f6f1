import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { brotliCompressSync, constants } from 'node:zlib'
import { build, defineConfig, type Plugin, type UserConfig } from 'vite'

const outDir = `${import.meta.dirname}/dist/web`

const shared = {
  root: `${import.meta.dirname}/web`,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
} satisfies UserConfig

// The first ones with light-dark(): below them it would be taken apart into custom properties.
const target = ['chrome123', 'firefox120', 'safari17.5']

/** Builds the page into files that the desk serves as they are, under a policy that allows nothing inline. */
export default defineConfig({
  ...shared,
  plugins: [packedFiles(), sharedChainFile()],
  build: {
    outDir,
    emptyOutDir: true,
    target,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'third-party-licenses.txt' },
    rolldownOptions: {
      output: {
        // A file has 600 bytes of headers: a dozen small ones would be a tenth of the first load.
        codeSplitting: {
          groups: [{ name: 'parts', test: /[\\/]web[\\/](?!pages|record|share)/, minShareCount: 2 }],
        },
      },
    },
  },
})

/** Packs the files of the page, as small as it goes: nearly every browser takes them so. A desk unpacks them for the others. */
function packedFiles(): Plugin {
  return {
    name: 'packed-files',
    closeBundle() {
      for (const entry of readdirSync(outDir, { recursive: true, withFileTypes: true })) {
        const path = `${entry.parentPath}/${entry.name}`
        if (!/\.(?:html|js|css|svg)$/.test(path)) continue
        const plain = readFileSync(path)
        const params = {
          [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
          [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
        }
        writeFileSync(`${path}.br`, brotliCompressSync(plain, { params }))
        rmSync(path)
      }
    },
  }
}

/**
 * Builds the file by which a chain is shared, of the same components and styles: one script and one style, which the policy
 * names by their hashes, and nothing that is asked for. The desk puts the chain where the empty script is.
 */
function sharedChainFile(): Plugin {
  return {
    name: 'shared-chain-file',
    async closeBundle() {
      const built = await build({
        ...shared,
        configFile: false,
        publicDir: false,
        logLevel: 'warn',
        build: {
          write: false,
          target,
          cssCodeSplit: false,
          modulePreload: false,
          rolldownOptions: {
            // Vite's loader of parts asks it, and there are no parts.
            transform: { define: { 'import.meta': '{}' } },
            input: `${import.meta.dirname}/web/share/main.tsx`,
            output: { format: 'iife', codeSplitting: false },
          },
        },
      })
      const [{ output } = { output: [] }] = [built].flat() as {
        output: { fileName: string; code?: string; source?: string }[]
      }[]
      const only = (ending: string): string => {
        const [file, ...more] = output.filter(({ fileName }) => fileName.endsWith(ending))
        if (file === undefined || more.length > 0)
          throw new Error(`not one file *${ending} to share a chain by`)
        return String(file.code ?? file.source).trim()
      }
      // As it is it would be an eighth of the package, for whoever shares a chain.
      writeFileSync(`${outDir}/shared-chain.br`, brotliCompressSync(fileOf(only('.js'), only('.css'))))
    },
  }
}

function fileOf(script: string, style: string): string {
  if (/<\/script|<!--|\r/i.test(script) || /<\/style|\r/i.test(style))
    throw new Error('the page has a text that would end the element it stands in')
  const policy = `default-src 'none'; script-src ${hashOf(script)}; style-src ${hashOf(style)}; img-src data:; base-uri 'none'; form-action 'none'`
  const { version } = JSON.parse(readFileSync(`${import.meta.dirname}/package.json`, 'utf8'))
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="Clew ${version}">
<link rel="icon" href="data:,">
<title>Clew</title>
<style>${style}</style>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
<script type="application/json" id="chain"></script>
<script>${script}</script>
</body>
</html>
`
}

/** https://www.w3.org/TR/CSP3/#grammardef-hash-source */
function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}
