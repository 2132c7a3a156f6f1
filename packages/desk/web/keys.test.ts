import { expect, test } from 'vitest'
import { createKeyRegistry, isTyping } from './keys.ts'

const press = (key: string, more: object = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  isComposing: false,
  target: null,
  ...more,
})

test('the key that was registered last wins, and the earlier one is back when it is taken away', () => {
  const ran: string[] = []
  const registry = createKeyRegistry()
  const binding = (key: string, name: string) => ({ key, description: name, run: () => ran.push(name) })
  registry.add(() => [binding('?', 'help'), binding('e', 'frame')])
  const remove = registry.add(() => [binding('e', 'page')])
  const listed = registry.list().map(({ key, description }) => `${key} ${description}`)
  const pressed = ['e', '?', 'x'].map((key) => registry.press(press(key)))
  remove()
  registry.press(press('e'))
  expect({ ran, listed, pressed }).toEqual({
    ran: ['page', 'help', 'frame'],
    listed: ['? help', 'e page'],
    pressed: [true, true, false],
  })
})

test('no key runs while one types, composes or holds a modifier', () => {
  const ran: string[] = []
  const registry = createKeyRegistry()
  registry.add(() => [{ key: 'e', description: '', run: () => ran.push('e') }])
  const events = [
    { ctrlKey: true },
    { metaKey: true },
    { altKey: true },
    { isComposing: true },
    { target: { tagName: 'INPUT', type: 'search' } },
  ]
  expect({ handled: events.map((more) => registry.press(press('e', more))), ran }).toEqual({
    handled: [false, false, false, false, false],
    ran: [],
  })
})

test('Enter on a button or a link presses that, and elsewhere it is a key like others', () => {
  const registry = createKeyRegistry()
  registry.add(() => [{ key: 'Enter', description: '', run: () => undefined }])
  const targets = ['A', 'BUTTON', 'SUMMARY', 'DIV'].map((tagName) => ({ tagName, closest: () => null }))
  expect(targets.map((target) => registry.press(press('Enter', { target })))).toEqual([
    false,
    false,
    false,
    true,
  ])
})

test('text fields, selects and open dialogs take keys as text; buttons and checkboxes do not', () => {
  const inDialog = { tagName: 'BUTTON', closest: (selector: string) => (selector === 'dialog' ? {} : null) }
  const targets = [
    { tagName: 'TEXTAREA' },
    { tagName: 'SELECT' },
    { tagName: 'DIV', isContentEditable: true },
    inDialog,
    { tagName: 'INPUT', type: 'checkbox', closest: () => null },
    { tagName: 'BUTTON', closest: () => null },
    null,
  ]
  expect(targets.map(isTyping)).toEqual([true, true, true, true, false, false, false])
})
