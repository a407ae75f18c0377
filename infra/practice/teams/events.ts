import type { JsonObject } from './json.ts'
import type { Message } from './message.ts'

interface InConversation {
  readonly conversationId: string
  /** Object ids of the people who are in the conversation, as far as they are known. */
  readonly personIds: readonly string[]
}

/** Everything a client of Teams can see change. What is inside a dialog goes to the person who opened it and nowhere else. */
export type TeamsEvent = InConversation &
  (
    | { readonly type: 'message'; readonly message: Message }
    | { readonly type: 'updated'; readonly message: Message }
    | { readonly type: 'deleted'; readonly messageId: string }
    | { readonly type: 'typing' }
    | { readonly type: 'card'; readonly personId: string; readonly messageId: string; readonly card: JsonObject }
    | { readonly type: 'dialog'; readonly personId: string; readonly open: boolean }
    | { readonly type: 'delivery'; readonly activityId: string; readonly status: number; readonly attempts: number }
    | { readonly type: 'state'; readonly personId: string; readonly blocked: boolean; readonly installed: boolean }
  )

export type Listener = (event: TeamsEvent) => void

export interface EventBus {
  emit(event: TeamsEvent): void
  /** Calls `listener` for every event, or for those of one conversation; returns how to stop. */
  subscribe(listener: Listener, conversationId?: string): () => void
}

/** Listeners of one conversation are kept apart, so that thousands who wait for a reply cost nothing to the others. */
export function createEventBus(): EventBus {
  const everywhere = new Set<Listener>()
  const byConversation = new Map<string, Set<Listener>>()
  return {
    emit(event) {
      for (const listener of [...everywhere, ...(byConversation.get(event.conversationId) ?? [])]) listener(event)
    },
    subscribe(listener, conversationId) {
      if (conversationId === undefined) {
        everywhere.add(listener)
        return () => void everywhere.delete(listener)
      }
      const listeners = byConversation.get(conversationId) ?? new Set()
      byConversation.set(conversationId, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) byConversation.delete(conversationId)
      }
    },
  }
}
