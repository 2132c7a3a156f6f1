import { expect, test } from 'vitest'
import { withoutPreload, withPreload } from './start-script.ts'

const preload = '--require @clew/node/register'

test.each<[string, string | undefined]>([
  ['node app.js', `node ${preload} app.js`],
  ['node --import tsx src/app.ts', `node ${preload} --import tsx src/app.ts`],
  ['PORT=80 NAME="a b" node app.js', `PORT=80 NAME="a b" node ${preload} app.js`],
  ['cross-env PORT=80 node app.js', `cross-env PORT=80 node ${preload} app.js`],
  ['node build.js && node dist/main.js', `node build.js && node ${preload} dist/main.js`],
  ['npm run build; node .', `npm run build; node ${preload} .`],
  ['nest start', undefined],
  ['echo node', undefined],
  ['node-dev app.js', undefined],
  [`node ${preload} app.js`, undefined],
  ['NODE_OPTIONS="--require @clew/node/register" npm run serve', undefined],
])('the start script %j gets the preload, and loses it again', (from, to) => {
  const change = withPreload({ scripts: { start: from } })
  expect(change).toEqual(to === undefined ? undefined : { name: 'start', from, to })
  if (to !== undefined)
    expect(withoutPreload({ scripts: { start: to } })).toEqual([{ name: 'start', from: to, to: from }])
})

test("Nest's script of production gets it where start is its compiler", () => {
  const scripts = { start: 'nest start', 'start:prod': 'node dist/main' }
  const to = `node ${preload} dist/main`
  expect(withPreload({ scripts })).toEqual({ name: 'start:prod', from: 'node dist/main', to })
})

test.each([
  ['node --import @clew/node/register a.js', 'node a.js'],
  ['node -r @clew/node/register a.js', 'node a.js'],
  ['NODE_OPTIONS="--require @clew/node/register" node a.js', 'NODE_OPTIONS="" node a.js'],
  ['NODE_OPTIONS=--require=@clew/node/register node a.js', 'NODE_OPTIONS= node a.js'],
])('each script that names the preload loses it: %j', (from, to) => {
  expect(withoutPreload({ scripts: { a: from, b: 'node b.js' } })).toEqual([{ name: 'a', from, to }])
})
