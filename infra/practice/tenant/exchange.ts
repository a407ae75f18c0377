/** A request as the tenant's parts see it. */
export interface Ask {
  readonly method: string
  readonly url: URL
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer: an object goes out as JSON, bytes as they are, undefined as no body. */
export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: object | Uint8Array | undefined
}

/** What faults are set for. */
export const requestClasses = [
  'all',
  'discovery',
  'token',
  'users.read',
  'users.write',
  'password',
  'sessions',
  'groups',
  'roles',
  'mail',
  'teams',
  'batch',
  'other',
] as const
export type RequestClass = (typeof requestClasses)[number]

/** A request that has found its place: what it counts as, how it is done, and how its part of the tenant says that it failed. */
export interface Task {
  readonly class: RequestClass
  run(): Promise<Answer>
  fail(status: 429 | 500 | 503, retryAfterSeconds: number | undefined): Answer
}
