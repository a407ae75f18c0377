import type { Someone } from '../front-door-shapes.ts'

/** One of the chat products a person can be sat down in front of. */
export interface ChatSide {
  /** What one reads, from the top of the pane. */
  readonly above: readonly HTMLElement[]
  /** What one writes in, at its foot. */
  readonly below: readonly HTMLElement[]
  /** Sits this person down. Nobody is told of it. */
  show(person: Someone): Promise<void>
  /** Comes into view: what a chat product tells its apps then, they are told. */
  appear?(): void
}
