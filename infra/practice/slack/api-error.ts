/** A refusal of the Web API: HTTP 200 with `ok: false` and one of Slack's documented codes. */
export class SlackApiError extends Error {
  override readonly name = 'SlackApiError'
  readonly code: string
  /** More members of the answer, such as `needed` and `provided`. */
  readonly more: Readonly<Record<string, unknown>>

  constructor(code: string, more: Readonly<Record<string, unknown>> = {}) {
    super(code)
    this.code = code
    this.more = more
  }
}

/** Block Kit or arguments that are not as documented; Slack says what is wrong in the metadata. */
export const refused = (code: 'invalid_blocks' | 'invalid_arguments', messages: readonly string[]) =>
  new SlackApiError(code, { response_metadata: { messages } })
