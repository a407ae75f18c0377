import { Ring } from './ring.ts'

/** A mail that was sent through Graph, as its receiver has it. */
export interface Mail {
  /** ISO 8601. */
  readonly at: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly contentType: 'text' | 'html'
  readonly text: string
}

/** Automatic replies of a mailbox; `from` and `until` where they are scheduled. */
export interface AutomaticReplies {
  readonly status: 'disabled' | 'alwaysEnabled' | 'scheduled'
  readonly from?: Date
  readonly until?: Date
}

const mostMailboxes = 10_000
const mailsEach = 100

/** Everybody's mail, the company's and the world's, by address. The oldest go when there are too many. */
export class Mailboxes {
  readonly #boxes = new Map<string, Ring<Mail>>()
  readonly #replies = new Map<string, AutomaticReplies>()

  deliver(mail: Mail): void {
    for (const address of mail.to) {
      const key = address.toLowerCase()
      const box = this.#boxes.get(key) ?? new Ring<Mail>(mailsEach)
      box.push(mail)
      this.#boxes.delete(key)
      this.#boxes.set(key, box)
      const [oldest] = this.#boxes.keys()
      if (this.#boxes.size > mostMailboxes && oldest !== undefined) this.#boxes.delete(oldest)
    }
  }

  /** Of a user, by object id: off until somebody set them. */
  repliesOf(userId: string): AutomaticReplies {
    return this.#replies.get(userId) ?? { status: 'disabled' }
  }

  setReplies(userId: string, replies: AutomaticReplies): void {
    this.#replies.set(userId, replies)
  }

  /** The mails to an address, oldest first. */
  of(address: string): readonly Mail[] {
    return this.#boxes.get(address.toLowerCase())?.last() ?? []
  }
}
