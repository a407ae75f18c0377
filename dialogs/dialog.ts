import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import type { Intent } from './understand/understand.ts'

/** One conversation. `talk` is run again on every turn and reads top to bottom like the conversation it is. */
export interface Dialog {
  readonly name: Intent
  /** How menus and questions call it: "reset your password". */
  readonly title: string
  /** False for what few people can use: it is found by words and commands only. */
  readonly inMenu?: false
  /**
   * Raise it when what was remembered of an open conversation means something else now, or is asked anew in another order: those that stand
   * open then end with an apology, rather than go on with what they misunderstand. 1 where it is not said.
   */
  readonly edition?: number
  talk(chat: Chat, desk: Desk): Promise<void>
}
