import type { Resource, Scope } from '../model.ts'
import { emptyAttributes } from './attributes.ts'
import type { Reader } from './reader.ts'
import { readAttribute } from './value.ts'

export function emptyResource(): Resource {
  return { attributes: emptyAttributes(), droppedAttributesCount: 0 }
}

export function emptyScope(): Scope {
  return { name: '', version: '', attributes: emptyAttributes(), droppedAttributesCount: 0 }
}

export function readResource(reader: Reader, resource: Resource): void {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) readAttribute(reader, resource.attributes, 1)
    else if (tag === 16) resource.droppedAttributesCount = reader.uint32()
    else reader.skip(tag)
  }
  reader.close(outer)
}

export function readScope(reader: Reader, scope: Scope): void {
  const outer = reader.open()
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 10) scope.name = reader.name()
    else if (tag === 18) scope.version = reader.name()
    else if (tag === 26) readAttribute(reader, scope.attributes, 1)
    else if (tag === 32) scope.droppedAttributesCount = reader.uint32()
    else reader.skip(tag)
  }
  reader.close(outer)
}
