import { randomUUID } from 'node:crypto'
import { type GraphSurroundings, graphClient } from '../../../bot/directory/graph-client.ts'

/** A Graph client for a local server: no real waiting, no jitter; what it would have waited is in `pauses`. */
export function practiceGraph(endpoint: string, changes: Partial<GraphSurroundings> = {}) {
  const pauses: number[] = []
  const asked: boolean[] = []
  const graph = graphClient({
    endpoint,
    tokens: {
      async token({ fresh = false } = {}) {
        asked.push(fresh)
        return fresh ? 'fresh-token' : 'token'
      },
    },
    clock: () => new Date('2026-03-01T12:00:00Z'),
    random: () => 0,
    sleep: async (milliseconds) => {
      pauses.push(milliseconds)
    },
    fetch: globalThis.fetch,
    requestId: randomUUID,
    ...changes,
  })
  return { graph, pauses, asked }
}
