/** Where tokens for an API come from. */
export interface TokenSource {
  /** `fresh`: past the cache, because the one in it was refused. */
  token(options?: { readonly fresh?: boolean }): Promise<string>
}
