import { defineConfig } from 'vite'

/** Builds the page into files that the desk serves as they are, under a policy that allows nothing inline. */
export default defineConfig({
  root: `${import.meta.dirname}/web`,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: `${import.meta.dirname}/dist/web`,
    emptyOutDir: true,
    // The first ones with light-dark(): below them it would be taken apart into custom properties.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'third-party-licenses.txt' },
  },
})
