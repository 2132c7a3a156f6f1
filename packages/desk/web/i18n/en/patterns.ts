export const patterns = {
  title: 'Patterns',
}
