import 'reflect-metadata'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { INestApplication, ModuleMetadata, Type } from '@nestjs/common'

/** The majors of Nest, each installed with its own platforms. */
export const majors = [10, 11, 12] as const
export type Major = (typeof majors)[number]
export const platforms = ['express', 'fastify'] as const
export type Platform = (typeof platforms)[number]

export type Nest = {
  common: typeof import('@nestjs/common')
  core: typeof import('@nestjs/core')
  /** A module of that installation. */
  load<Module>(name: string): Module
  /** An application on a free port of 127.0.0.1, with nothing printed. */
  listen(
    platform: Platform,
    metadata: ModuleMetadata,
    configure?: (app: INestApplication) => void,
  ): Promise<{ origin: string; app: INestApplication }>
}

export function loadNest(major: Major): Nest {
  const folder = major === 12 ? '..' : `majors/nest${major}`
  const require = createRequire(join(import.meta.dirname, folder, 'package.json'))
  const common = require('@nestjs/common') as Nest['common']
  const core = require('@nestjs/core') as Nest['core']
  const adapterOf = (platform: Platform) => {
    const { ExpressAdapter, FastifyAdapter } = require(`@nestjs/platform-${platform}`)
    return platform === 'express' ? new ExpressAdapter() : new FastifyAdapter({ forceCloseConnections: true })
  }
  return {
    common,
    core,
    load: (name) => require(name),
    listen: async (platform, metadata, configure) => {
      class AppModule {}
      common.Module(metadata)(AppModule)
      const app = await core.NestFactory.create(AppModule, adapterOf(platform), { logger: false })
      configure?.(app)
      await app.listen(0, '127.0.0.1')
      return { origin: await app.getUrl(), app }
    },
  }
}

/** What decorators do: `@Get(':id') find(@Param('id') id) {}` of a class is `decorate(C, 'find', [Get(':id')], [Param('id')])`. */
export function decorate(
  target: Type,
  method: string,
  decorators: readonly MethodDecorator[],
  parameters: readonly ParameterDecorator[] = [],
): void {
  for (const [index, parameter] of parameters.entries()) parameter(target.prototype, method, index)
  const descriptor = Object.getOwnPropertyDescriptor(target.prototype, method)!
  for (const decorator of decorators) decorator(target.prototype, method, descriptor)
}
