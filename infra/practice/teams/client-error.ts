const STATUS = {
  'bad-input': 400,
  blocked: 403,
  'not-installed': 403,
  'no-such-person': 404,
  'no-such-conversation': 404,
  'no-such-message': 404,
  'no-such-action': 404,
  'timed-out': 504,
} as const

/** Something a person cannot do in Teams just now; `status` is what the same answers over HTTP. */
export class TeamsClientError extends Error {
  override readonly name = 'TeamsClientError'
  readonly code: keyof typeof STATUS
  readonly status: number

  constructor(code: keyof typeof STATUS, message: string) {
    super(message)
    this.code = code
    this.status = STATUS[code]
  }
}
