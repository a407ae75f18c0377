import type { Reply } from '../channels/chat.ts'
import type { Person } from '../identity/person.ts'
import type { Post } from './outbox.ts'

/** A button that belongs to no dialog, such as a manager's confirmation. */
export type Button = (press: {
  readonly person: Person
  readonly post: Post
  readonly values: Readonly<Record<string, string>>
  readonly correlationId: string
  /** A window was sent off, as opposed to a button pressed or a window asked for. */
  readonly submitted: boolean
}) => Promise<{ readonly reply: Reply; readonly posts: readonly string[]; readonly wake?: string }>
