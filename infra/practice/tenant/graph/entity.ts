import type { Answer } from '../exchange.ts'
import type { Call } from './call.ts'
import type { Resource } from './resource.ts'

/** One object with its context; 200 unless told otherwise. */
export function entity(call: Call, context: string, resource: Resource, status = 200): Answer {
  return { status, body: { '@odata.context': `${call.state.url}/v1.0/$metadata#${context}`, ...resource } }
}
