import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import type { ShareSummary } from '../../../api/index.ts'
import { storeError } from '../../schema/store-error.ts'

/** Where the chain stands in the file that the build makes of the page: `packages/desk/vite.config.ts`. */
const place = '<script type="application/json" id="chain">'

/** The file by which a chain is shared: the page, with the chain in it. */
export type SharedFile = {
  /** The whole file, of what the query for it answers. Rejects where the page was not built. */
  around(bytes: Uint8Array): Promise<{ body: Uint8Array; headers: Record<string, string> }>
}

/** `directory`: where the page was built to. It is read when the first chain is shared. */
export function openSharedFile(directory: string): SharedFile {
  let parts: Promise<readonly [head: Buffer, tail: Buffer]> | undefined
  return {
    async around(bytes) {
      parts ??= readParts(join(directory, 'shared-chain.br'))
      const [head, tail] = await parts.catch((error: unknown) => {
        parts = undefined
        throw error
      })
      const end = bytes.indexOf(0x0a)
      const summary = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString()) as ShareSummary
      return {
        body: Buffer.concat([head, bytes.subarray(end + 1), tail]),
        headers: {
          // It never runs under the desk's own address.
          'content-disposition': `attachment; filename="${summary.traceId}.html"`,
          'clew-share': JSON.stringify(summary),
        },
      }
    },
  }
}

async function readParts(path: string): Promise<readonly [Buffer, Buffer]> {
  const packed = await readFile(path).catch(() => undefined)
  if (packed === undefined) throw storeError('not-found', 'the page was not built, so no chain can be shared')
  const file = (await promisify(brotliDecompress)(packed)).toString()
  const at = file.indexOf(place) + place.length
  return [Buffer.from(file.slice(0, at)), Buffer.from(file.slice(at))]
}
