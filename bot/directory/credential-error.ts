/**
 * No token could be had. Nothing was sent to Graph. The message names what is wrong and the fix, for IT; no secret in
 * it. `passing` when trying later may help (network, the authority's own trouble).
 */
export class CredentialError extends Error {
  readonly passing: boolean
  constructor(message: string, options: { passing: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'CredentialError'
    this.passing = options.passing
  }
}
