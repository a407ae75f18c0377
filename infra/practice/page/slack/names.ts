/** What the ids in a message are called. An id that nobody knows is shown as it is. */
export interface Names {
  user(id: string): string
  channel(id: string): string
}
