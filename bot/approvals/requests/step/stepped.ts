import type { News } from '../happened.ts'
import type { AccessRequest } from '../request.ts'

/** What a request is after a step, and what must be told because of it. */
export interface Stepped {
  readonly request: AccessRequest
  readonly news: readonly News[]
}

/** A step that cannot be taken; the sentence is for whoever tried. */
export interface Refused {
  readonly refused: string
}

export type StepResult = Stepped | Refused
