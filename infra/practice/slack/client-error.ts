const STATUS = {
  'bad-input': 400,
  'no-such-person': 404,
  'no-such-conversation': 404,
  'no-such-message': 404,
  'no-such-button': 404,
  'no-view': 409,
  deactivated: 403,
  'timed-out': 504,
} as const

/** Something a person cannot do in Slack just now; `status` is what the same answers over HTTP. */
export class SlackClientError extends Error {
  override readonly name = 'SlackClientError'
  readonly code: keyof typeof STATUS
  readonly status: number

  constructor(code: keyof typeof STATUS, message: string) {
    super(message)
    this.code = code
    this.status = STATUS[code]
  }
}
