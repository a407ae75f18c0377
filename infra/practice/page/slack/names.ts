/** What the ids in a message are called. An id that nobody knows is shown as it is. */
export interface Names {
  user(id: string): string
  channel(id: string): string
  /** Everybody whom a person could choose in a list of people, by name. */
  people(): readonly { readonly id: string; readonly name: string }[]
}
