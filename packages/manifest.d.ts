// Not by `resolveJsonModule`: a package.json lies outside of the `rootDir` of its sources.
declare module '@clew/*/package.json' {
  const manifest: { readonly version: string }
  export default manifest
}

declare module 'clew/package.json' {
  const manifest: { readonly version: string }
  export default manifest
}
