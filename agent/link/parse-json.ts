import { ProtocolFault } from './faults.ts'

/** @throws ProtocolFault */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtocolFault('what came is no JSON')
  }
}
