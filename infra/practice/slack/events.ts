import type { HomeView, Message, Profile, View } from './shapes.ts'

/** Everything a client of Slack can see change. `user`: only for this person. What is in a modal goes to nobody else. */
export type SlackEvent =
  | { readonly type: 'message'; readonly conversationId: string; readonly user?: string; readonly message: Message }
  | { readonly type: 'updated'; readonly conversationId: string; readonly user?: string; readonly message: Message }
  | { readonly type: 'deleted'; readonly conversationId: string; readonly user?: string; readonly messageTs: string }
  /** The modal on top now; undefined = none is open. */
  | { readonly type: 'view'; readonly user: string; readonly view: View | undefined }
  | { readonly type: 'home'; readonly user: string; readonly home: HomeView }
  | { readonly type: 'profile'; readonly user: string; readonly profile: Profile }
  | { readonly type: 'delivery'; readonly eventId: string; readonly status: number; readonly attempt: number }

export type SlackListener = (event: SlackEvent) => void

export interface EventBus {
  emit(event: SlackEvent): void
  /** Calls `listener` for every event, or for those about one conversation or person; returns how to stop. */
  subscribe(listener: SlackListener, about?: string): () => void
}

/** Listeners of one conversation or person are kept apart, so that thousands who wait cost nothing to the others. */
export function createEventBus(): EventBus {
  const everywhere = new Set<SlackListener>()
  const byTopic = new Map<string, Set<SlackListener>>()
  return {
    emit(event) {
      const about = 'conversationId' in event ? event.conversationId : 'user' in event ? event.user : ''
      for (const listener of [...everywhere, ...(byTopic.get(about) ?? [])]) listener(event)
    },
    subscribe(listener, about) {
      if (about === undefined) {
        everywhere.add(listener)
        return () => void everywhere.delete(listener)
      }
      const listeners = byTopic.get(about) ?? new Set()
      byTopic.set(about, listeners.add(listener))
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) byTopic.delete(about)
      }
    },
  }
}
