import { resolve } from 'node:path'
import { promisify } from 'node:util'
import webpack from 'webpack'

const [outdir = 'dist'] = process.argv.slice(2)

// The joined libraries and Clew stay in node_modules, where the preload hears of them.
const stats = await promisify(webpack)({
  context: import.meta.dirname,
  mode: 'production',
  target: 'node22',
  entry: './src/external.mjs',
  experiments: { outputModule: true },
  output: { path: resolve(import.meta.dirname, outdir), filename: 'external-webpack.mjs', module: true },
  externalsType: 'module',
  externals: ['express', 'winston', '@opentelemetry/api', /^@clew\//],
})
if (stats.hasErrors()) throw new Error(stats.toString('errors-only'))
