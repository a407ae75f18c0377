import type { CardContent } from '../bot/channels/chat.ts'

/** A card by its template's name. */
export function card(name: string, data: Readonly<Record<string, unknown>>): CardContent {
  return { card: name, data }
}

/** A card that says one thing. */
export function message(title: string, text: string): CardContent {
  return card('message', { title, text })
}

/** A button that starts another dialog. */
export function offer(title: string, text: string, dialog: string, button: string): CardContent {
  return card('offer', { title, text, button, ids: { dialog } })
}
