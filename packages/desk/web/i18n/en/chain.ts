export const chain = {
  title: 'Call chain',
}
