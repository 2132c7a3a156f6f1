export const chains = {
  title: 'Chains',
}
